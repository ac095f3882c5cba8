/**
 * Where to begin: a coarse look at single cuts before the search (METHOD §5, "Differs").
 *
 * Divergence has many local minima: cutting early and cutting late are different basins, and no gradient leads from one to
 * the other. So every budget first tries one cut at several depths on a few samples, forward only, and the predictor starts
 * at the best. The layers it runs are charged to the search.
 */
import { type CostModel, costRange, fromNormalised } from "../cost/index.js";
import { evaluateShared, type PreparedSamples } from "../evaluation/index.js";
import type { Pacer } from "../tensor/index.js";
import { project } from "./projection.js";

/** Cuts tried for a budget, at most. */
const DEPTHS = 8;

export interface Scouting {
  /** For each budget, the shares [L] of the best single cut. */
  readonly shares: readonly Float64Array[];
  readonly layerForwards: number;
}

/** Depths from 1 to L − 1, evenly, at most `DEPTHS` of them. */
function depths(layers: number): number[] {
  const count = Math.min(DEPTHS, layers - 1);
  return Array.from({ length: count }, (_, d) => 1 + Math.round((d * (layers - 2)) / Math.max(1, count - 1)));
}

/**
 * @param prepared the search's training samples; the first `samples` of them are looked at.
 * @param budgets normalised.
 * @throws Stopped.
 */
export async function scout(
  prepared: PreparedSamples,
  budgets: readonly number[],
  cost: CostModel,
  options: { samples: number; pacer?: Pacer },
): Promise<Scouting> {
  const { layers } = prepared.model.shape;
  const few: PreparedSamples = { ...prepared, samples: prepared.samples.slice(0, options.samples) };
  const cuts = depths(layers);
  const candidates = budgets.flatMap((budget) => cuts.map((cut) => ({ budget, cut })));
  const counts = candidates.map(({ budget, cut }) => {
    const sizes = new Map<number, number[]>();
    for (const { tokens } of few.samples) {
      if (sizes.has(tokens.visual)) continue;
      sizes.set(tokens.visual, singleCut(cut, layers, fromNormalised(budget, costRange(cost, tokens)), cost, tokens));
    }
    return sizes;
  });
  const { results, layerForwards } = await evaluateShared(
    few,
    candidates.length,
    (c, { tokens }) => counts[c].get(tokens.visual)!,
    { pacer: options.pacer },
  );
  const means = results.map(({ divergence }) => divergence.reduce((a, b) => a + b, 0) / divergence.length);
  const shares = budgets.map((_, b) => {
    let best = b * cuts.length;
    for (let c = best; c < (b + 1) * cuts.length; c++) if (means[c] < means[best]) best = c;
    const [visual, row] = [...counts[best]].find(([size]) => size > 0) ?? [1, new Array<number>(layers).fill(1)];
    return Float64Array.from(row, (count) => count / visual);
  });
  return { shares, layerForwards };
}

/** Counts of one cut: everything before it, and behind it as many tokens as the budget allows. */
function singleCut(
  depth: number,
  layers: number,
  budget: number,
  cost: CostModel,
  tokens: { readonly text: number; readonly visual: number },
): number[] {
  let low = 0;
  let high = tokens.visual;
  const row = (kept: number) => Array.from({ length: layers }, (_, i) => (i < depth ? tokens.visual : kept));
  const price = (counts: number[]) => counts.reduce((sum, n, i) => sum + cost.layer(i, tokens.text + n).value, 0);
  // A cut this deep may cost more than the budget with nothing kept behind it: then the projection moves it as a whole.
  if (price(row(0)) > budget) {
    return project(
      row(0).map((n) => n / Math.max(1, tokens.visual)),
      budget,
      cost,
      tokens,
    ).counts;
  }
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (price(row(middle)) <= budget) low = middle;
    else high = middle - 1;
  }
  return row(low);
}
