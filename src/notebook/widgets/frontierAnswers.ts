/** What the frontier widget asks of the kernel, and where the answers come from. */
import type { WidgetRequest } from "../../../labextension/src/data/index.js";
import { EspalierError } from "../../errors.js";
import { COST_UNIT_NAMES, type CostUnit } from "../../export/index.js";
import type { Study } from "../../study/index.js";
import { certificateJson } from "./certificateJson.js";
import { pairedDifferences } from "./paired.js";
import { idOf, type WidgetPoint } from "./point.js";
import { scheduleRow, shownPoint } from "./shownSchedule.js";
import type { FrontierSource } from "./source.js";

export interface FrontierAsked {
  readonly source: FrontierSource;
  /** Of the first cost axis, on which budgets stand. */
  readonly unit: CostUnit;
  /** Selects a point that has been asked for by its budget. */
  readonly select: (id: string) => void;
}

/**
 * @param signal breaks off what takes long.
 * @throws EspalierError whose sentence the user sees; Stopped.
 */
export async function answerFrontier(
  { source, unit, select }: FrontierAsked,
  request: WidgetRequest,
  signal: AbortSignal,
): Promise<object> {
  switch (request.name) {
    case "compare": {
      const results = await source.results();
      return { differences: pairedDifferences(results?.rows ?? [], request.a, request.b) };
    }
    case "schedule":
      return { schedule: rowOf(find(source, request.id), unit) };
    case "evaluateBudget": {
      const { budget } = request;
      const study = demandStudy(source);
      const { budgetUnit } = study.facts;
      if (unit !== budgetUnit) {
        throw new EspalierError(
          `The budget stands on the axis "${COST_UNIT_NAMES[unit]}", and the study searches by "${COST_UNIT_NAMES[budgetUnit]}"; show it with { unit: "${budgetUnit}" } to evaluate a budget.`,
        );
      }
      await study.search({ budgets: [budget], asBegun: true, signal });
      const found = source.points().find((point) => point.series === "search" && point.budget === budget);
      if (found === undefined) throw new EspalierError(`Nothing was evaluated at the budget ${budget}.`);
      select(idOf(found));
      return { schedule: rowOf(found, unit) };
    }
    case "evaluate": {
      const mean = await demandStudy(source).evaluate({ shares: request.shares }, { signal });
      return { schedule: rowOf(find(source, idOf(mean)), unit) };
    }
    case "certificate": {
      const point = find(source, request.id);
      const study = demandStudy(source);
      const { shares } = shownPoint(point, unit);
      const wanted = point.series === "search" && point.budget !== null ? { budget: point.budget } : { shares };
      return { certificate: certificateJson(await study.certificate(wanted, { signal }), request.id) };
    }
  }
}

function rowOf(point: WidgetPoint, unit: CostUnit): object {
  return scheduleRow(shownPoint(point, unit));
}

function find(source: FrontierSource, id: string): WidgetPoint {
  const found = source.points().find((point) => idOf(point) === id);
  if (found !== undefined) return found;
  throw new EspalierError(`There is no configuration ${id} any more; draw the output again.`);
}

function demandStudy({ study }: FrontierSource): Study {
  if (study !== null && !study.closed) return study;
  throw new EspalierError(
    study === null
      ? "These are results without a model; show the study itself to evaluate something new: espalier.show(study)."
      : `The study ${study.name} is closed; open it again with createStudy to evaluate something new.`,
  );
}
