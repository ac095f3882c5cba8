/** How a schedule's shares determine its mean cost over a study's test samples, in any unit that a formula gives (METHOD §2). */
import { type CostModel, type CostName, costModel, type QuadraticCost, quadraticCost } from "../cost/index.js";
import type { CostUnit } from "../export/index.js";
import type { HeaderEntry } from "./entries.js";

/** Units that are the values of a cost model, and how many of them one of its own is. */
const ABSOLUTE: Readonly<Partial<Record<CostUnit, readonly [name: CostName, factor: number]>>> = {
  paperMacs: ["paper", 1],
  exactMacs: ["exact", 1],
  exactFlops: ["exact", 2],
  kvBytes: ["kvBytes", 1],
};

/** @param model what the study's relative units refer to. @returns null for measured units. */
export function predictionIn(
  unit: CostUnit,
  { data, model: { shape } }: Pick<HeaderEntry, "data" | "model">,
  model: CostModel,
): QuadraticCost | null {
  const { text, visual } = data.test;
  const tokens = text.map((count, s) => ({ text: count, visual: visual[s] }));
  if (unit === "normalised" || unit === "share" || unit === "textOnly") return quadraticCost(model, tokens, unit);
  const [name, factor] = ABSOLUTE[unit] ?? [];
  if (name === undefined || factor === undefined) return null;
  const { constant, linear, quadratic } = quadraticCost(costModel(name, shape), tokens, "absolute");
  const times = (value: number) => factor * value;
  return { constant: times(constant), linear: linear.map(times), quadratic: quadratic.map(times) };
}
