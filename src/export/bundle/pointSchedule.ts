/** Schedule files of a frontier's points. */
import { type ScheduleFile, sharesFromCounts } from "../../schedules/index.js";
import type { FrontierPoint, Results } from "../results.js";
import { meanKey } from "../validate.js";

/** The schedule of a point of the frontier: the mean shares for any sample, and each test sample's own counts. */
export function scheduleOfPoint(results: Results, point: FrontierPoint): Omit<ScheduleFile, "layers"> {
  const key = meanKey(point);
  const mean = results.means.find((one) => meanKey(one) === key)!;
  const rows = results.rows.filter((row) => meanKey(row) === key);
  const { name, fingerprint } = results.model;
  return {
    common: { shares: sharesFromCounts(mean.meanCounts, mean.visualTokens) },
    samples: new Map(rows.map(({ sample, counts }) => [sample, { counts }])),
    about: {
      study: results.study,
      model: { name, fingerprint },
      selector: results.selector,
      budget: point.budget,
      unit: results.budgetUnit,
      divergence: point.divergence,
    },
  };
}

/** The name of its file. */
export function pointScheduleName({ configuration }: Pick<FrontierPoint, "configuration">): string {
  return `schedule-${configuration.replaceAll(/[^\w.@-]+/g, "-")}.json`;
}
