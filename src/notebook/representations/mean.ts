/** One configuration's mean, as `study.evaluate()` gives it: its schedule, and its numbers as text. */
import type { Representation } from "../../../kernel/src/api/index.js";
import { type ResultMean, renderMean } from "../../export/index.js";
import { sharesSpecification } from "../../figures/index.js";
import { sharesFromCounts } from "../../schedules/index.js";
import { figureBundle } from "./figure.js";
import { isPoint } from "./points.js";
import { fieldsOf, isArrayOf, isNumber } from "./shape.js";

export const mean: Representation = (value) => (isMean(value) ? meanBundle(value) : undefined);

/** @param more text below the numbers; default none. */
export function meanBundle(value: ResultMean, more = "") {
  const { meanCounts, visualTokens, configuration } = value;
  const title = `Visual tokens kept at each layer, ${configuration}`;
  const figure = sharesSpecification(sharesFromCounts(meanCounts, visualTokens), { counts: meanCounts, title });
  return figureBundle(figure, renderMean(value) + more);
}

export function isMean(value: unknown): value is ResultMean {
  const fields = fieldsOf(value, ["samples", "visualTokens", "meanCounts"]);
  return (
    fields !== undefined &&
    isNumber(fields.samples) &&
    isNumber(fields.visualTokens) &&
    isArrayOf(fields.meanCounts, isNumber) &&
    isPoint(value)
  );
}
