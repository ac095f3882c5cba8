/** A study's results: the frontier's figure, and the whole table as text. */
import type { Representation } from "../../../kernel/src/api/index.js";
import { RESULTS_FORMAT, type Results, renderTable } from "../../export/index.js";
import { frontierSpecification } from "../../figures/index.js";
import { figureBundle } from "./figure.js";
import { fieldsOf } from "./shape.js";

/** Dominated points in a notebook's figure: the cloud keeps its shape, the notebook stays small. The figure says so. */
const MOST_DOMINATED = 150;

export const results: Representation = (value) => {
  if (!isResults(value)) return undefined;
  const text = renderTable(value);
  if (value.means.length === 0) return { "text/plain": text.trimEnd() };
  return figureBundle(frontierSpecification(value, { maximumDominated: MOST_DOMINATED }), text);
};

function isResults(value: object): value is Results {
  const fields = fieldsOf(value, ["format", "version", "means", "frontier", "model", "data"]);
  return fields?.format === RESULTS_FORMAT && Array.isArray(fields.means) && Array.isArray(fields.frontier);
}
