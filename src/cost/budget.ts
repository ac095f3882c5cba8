/**
 * Budgets: how much a pruned run may cost, in the units that people use. Source: METHOD §2.
 *
 * A unit is a scale over one cost model's values for one sample: two samples of different size have different costs at the
 * same normalised budget. "kvBytes" and "ms" are absolute values, and each belongs to one cost model.
 */
import { EspalierError } from "../errors.js";
import { type CostModel, type CostName, type TokenCounts, totalCost } from "./costModel.js";

/** The ends of one sample's costs under one model, in the model's unit. */
export interface CostRange {
  /** Nothing pruned. */
  readonly full: number;
  /** The least a schedule can cost: V visual tokens at layer 0, none after it. */
  readonly floor: number;
  /** The text alone, at every layer; below `floor`, because layer 0 always sees the picture. */
  readonly textOnly: number;
}

/**
 * - `normalised`: 0 = no visual token after layer 0, 1 = nothing pruned.
 * - `share`: part of the full model's cost.
 * - `textOnly`: the paper's; 0 = the text alone (out of reach), 1 = nothing pruned.
 * - `kvBytes`: bytes of key/value cache, with the cost model "kvBytes" only.
 * - `ms`: milliseconds of the decoder's layers, with the cost model "latency" only.
 *
 * @example
 * BUDGET_UNITS; // → ["normalised", "share", "textOnly", "kvBytes", "ms"]
 */
export const BUDGET_UNITS = ["normalised", "share", "textOnly", "kvBytes", "ms"] as const;
/** A unit in which budgets are given; one of `BUDGET_UNITS`. */
export type BudgetUnit = (typeof BUDGET_UNITS)[number];

const UNIT_NAMES: Readonly<Record<BudgetUnit, string>> = {
  normalised: "normalised between the floor and the full cost",
  share: "as a share of the full cost",
  textOnly: "between the text alone and the full cost",
  kvBytes: "in bytes of key/value cache",
  ms: "in milliseconds of the decoder's layers",
};

/** Units that are the values of one cost model, and which. */
const ABSOLUTE: Readonly<Partial<Record<BudgetUnit, CostName>>> = { kvBytes: "kvBytes", ms: "latency" };

/** Whether a unit is a cost model's own: what prunes nothing in a small sample may then still prune a large one. */
export function isAbsolute(unit: BudgetUnit): boolean {
  return ABSOLUTE[unit] !== undefined;
}

/** Costs that differ by less than this part of the full cost are equal: what a conversion there and back can lose. */
const ROUNDING = 1e-9;

/**
 * The range of costs of a sample. V = 0 (or one layer) leaves nothing to prune: then `floor` equals `full`.
 *
 * @example
 * const { full, floor, textOnly } = costRange(cost, { text: 40, visual: 256 });
 */
export function costRange(model: CostModel, tokens: TokenCounts): CostRange {
  const counts = new Float64Array(model.layers);
  const textOnly = totalCost(model, counts, tokens.text);
  counts[0] = tokens.visual;
  const floor = totalCost(model, counts, tokens.text);
  counts.fill(tokens.visual);
  return { full: totalCost(model, counts, tokens.text), floor, textOnly };
}

/** Cost → normalised: 0 at the floor, 1 at the full cost. 1 where nothing can be pruned. Not clipped. */
export function toNormalised(cost: number, range: CostRange): number {
  return position(cost, range.floor, range.full);
}

/** Normalised → cost in the model's unit. Not checked: `budgetCost` does that. */
export function fromNormalised(normalised: number, range: CostRange): number {
  return range.floor + normalised * (range.full - range.floor);
}

/**
 * A cost in the given unit.
 *
 * @param cost in the model's unit, any value: nothing is clipped or refused.
 * @throws EspalierError for an absolute unit under another cost model, which does not determine it.
 *
 * @example
 * const range = costRange(cost, { text: 40, visual: 256 });
 * const share = costInUnit(totalCost(cost, [256, 256, 64, 64], 40), "share", cost, range);
 */
export function costInUnit(cost: number, unit: BudgetUnit, model: CostModel, range: CostRange): number {
  switch (unit) {
    case "normalised":
      return toNormalised(cost, range);
    case "share":
      return range.full === 0 ? 1 : cost / range.full;
    case "textOnly":
      return position(cost, range.textOnly, range.full);
    case "kvBytes":
    case "ms":
      demandOwner(unit, model);
      return cost;
  }
}

/**
 * A budget as a cost that a sample can be held to, in the model's unit.
 *
 * @param value the budget in `unit`.
 * @returns between `range.floor` and `range.full`, both included.
 * @throws EspalierError when it is no number, below the floor (the message names the floor in the same unit), above the full
 *   cost, or in an absolute unit under another cost model.
 *
 * @example
 * const tokens = { text: 40, visual: 256 };
 * const macs = budgetCost(0.3, "share", cost, costRange(cost, tokens)); // three tenths of what the unpruned prompt costs
 */
export function budgetCost(value: number, unit: BudgetUnit, model: CostModel, range: CostRange): number {
  if (!Number.isFinite(value)) {
    throw new EspalierError(`A budget of ${value} is not a number; give one ${UNIT_NAMES[unit]}.`);
  }
  const cost = costFromUnit(value, unit, model, range);
  const slack = ROUNDING * range.full;
  const floor = costInUnit(range.floor, unit, model, range);
  const full = costInUnit(range.full, unit, model, range);
  // A scale without length (nothing to prune) maps every value to the same cost, so the value itself is looked at too.
  const relative = !isAbsolute(unit);
  if (cost < range.floor - slack || (relative && value < -ROUNDING)) {
    throw new EspalierError(
      `A budget of ${value} (${UNIT_NAMES[unit]}) is below the floor of ${readable(floor)}, which is what is left when every ` +
        `visual token goes after layer 0; ask for a budget from ${readable(floor)} to ${readable(full)}.`,
    );
  }
  if (cost > range.full + slack || (relative && value > 1 + ROUNDING)) {
    throw new EspalierError(
      `A budget of ${value} (${UNIT_NAMES[unit]}) is above the full cost of ${readable(full)}; ask for a budget from ` +
        `${readable(floor)} to ${readable(full)}.`,
    );
  }
  return Math.min(Math.max(cost, range.floor), range.full);
}

/**
 * A budget given in one unit, in another one. Throws as `budgetCost` and `costInUnit`.
 *
 * @example
 * const range = costRange(cost, { text: 40, visual: 256 });
 * const normalised = budgetInUnit(0.3, "share", "normalised", cost, range);
 */
export function budgetInUnit(
  value: number,
  from: BudgetUnit,
  to: BudgetUnit,
  model: CostModel,
  range: CostRange,
): number {
  return costInUnit(budgetCost(value, from, model, range), to, model, range);
}

function costFromUnit(value: number, unit: BudgetUnit, model: CostModel, range: CostRange): number {
  switch (unit) {
    case "normalised":
      return fromNormalised(value, range);
    case "share":
      return value * range.full;
    case "textOnly":
      return range.textOnly + value * (range.full - range.textOnly);
    case "kvBytes":
    case "ms":
      demandOwner(unit, model);
      return value;
  }
}

function position(cost: number, zero: number, one: number): number {
  return one === zero ? 1 : (cost - zero) / (one - zero);
}

/** Equal bytes cost differently from layer to layer, and so do equal milliseconds. @throws EspalierError. */
export function demandOwner(unit: BudgetUnit, model: Pick<CostModel, "name">): void {
  const owner = ABSOLUTE[unit];
  if (owner === undefined || model.name === owner) return;
  throw new EspalierError(
    `Budgets ${UNIT_NAMES[unit]} need the cost "${owner}" and not "${model.name}", under which equal ones cost differently from ` +
      `layer to layer; choose the cost "${owner}" with them, or another unit.`,
  );
}

function readable(value: number): string {
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)));
}
