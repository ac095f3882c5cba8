/** Schedule files of a frontier's points. */
import { type ScheduleFile, sharesFromCounts } from "../../schedules/index.js";
import type { FrontierPoint, Results } from "../results.js";
import { meanKey } from "../validate.js";

/**
 * The schedule of a point of the frontier: the mean shares for any sample, and each test sample's own counts.
 *
 * @param results of the study. @param point one of its frontier.
 * @returns what `writeScheduleFile` takes.
 *
 * @example
 * for (const point of results.frontier) writeScheduleFile(pointScheduleName(point), scheduleOfPoint(results, point));
 */
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

/**
 * The name of the file that a point's schedule goes into; what no file's name may hold becomes "-".
 *
 * @example
 * pointScheduleName({ configuration: "search 0.5" }); // → "schedule-search-0.5.json"
 */
export function pointScheduleName({ configuration }: Pick<FrontierPoint, "configuration">): string {
  return `schedule-${configuration.replaceAll(/[^\w.@-]+/g, "-")}.json`;
}
