/** An estimate or a difference of the statistics: `0.13 [0.10, 0.16]`. */
import type { Representation } from "../../../kernel/src/api/index.js";
import { formatDivergence, formatDivergenceInterval, formatPercent } from "../../export/index.js";
import type { Difference, Estimate } from "../../statistics/index.js";
import { fieldsOf, isNumber } from "./shape.js";

export const estimate: Representation = (value) => {
  if (!isEstimate(value)) return undefined;
  const { mean, interval, samples } = value;
  const number =
    interval === null
      ? `${formatDivergence(mean)} (no interval from a single sample)`
      : `${formatDivergenceInterval({ mean, ...interval })} (${formatPercent(interval.level)} interval, ${samples.toLocaleString("en")} samples)`;
  const pValue = "pValue" in value && isNumber(value.pValue) ? `, p = ${value.pValue.toPrecision(2)}` : "";
  return { "text/plain": number + pValue };
};

function isEstimate(value: object): value is Estimate | Difference {
  const fields = fieldsOf(value, ["mean", "interval", "standardError", "samples"]);
  if (fields === undefined || !isNumber(fields.mean) || !isNumber(fields.samples)) return false;
  const interval = fieldsOf(fields.interval, ["low", "high", "level"]);
  return fields.interval === null || (interval !== undefined && Object.values(interval).every(isNumber));
}
