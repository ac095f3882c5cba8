/** A frontier: its points, as `study.frontier()` gives them. */
import type { Representation } from "../../../kernel/src/api/index.js";
import { type FrontierPoint, renderPoints } from "../../export/index.js";
import { pointsSpecification } from "../../figures/index.js";
import { figureBundle } from "./figure.js";
import { fieldsOf, isArrayOf, isInterval, isNumber } from "./shape.js";

export const points: Representation = (value) => {
  if (!isArrayOf(value, isPoint) || value.length === 0) return undefined;
  return figureBundle(pointsSpecification(value), renderPoints(value));
};

export function isPoint(value: unknown): value is FrontierPoint {
  const fields = fieldsOf(value, ["series", "configuration", "budget", "cost", "divergence", "accuracy"]);
  if (fields === undefined) return false;
  const { series, configuration, budget, divergence, accuracy } = fields;
  const cost = fieldsOf(fields.cost, ["normalised", "share"]);
  return (
    typeof series === "string" &&
    typeof configuration === "string" &&
    (budget === null || isNumber(budget)) &&
    cost !== undefined &&
    Object.values(cost).every(isNumber) &&
    isInterval(divergence) &&
    (accuracy === null || isInterval(accuracy))
  );
}
