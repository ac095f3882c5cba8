/**
 * Where to begin: a coarse look at simple shapes before the search (METHOD §5, "Where to begin").
 *
 * Divergence has many local minima: cutting early, cutting late and thinning out are different basins, and no gradient leads
 * from one to the other. So budgets first try a handful of shapes on a few samples, forward only, and the predictor starts at
 * the best. The layers that are run are charged to the search.
 */
import { type CostModel, costRange, fromNormalised, type TokenCounts } from "../cost/index.js";
import { evaluateShared, type PreparedSample, type PreparedSamples } from "../evaluation/index.js";
import type { Pacer } from "../tensor/index.js";
import { additiveStart } from "./additiveStart.js";
import { project } from "./projection.js";

/** Single cuts that are tried, at most. */
const CUTS = 8;

/** Of the samples, the part on which every shape is tried; of the shapes, the part that is tried on the others too. */
const HALVING = 1 / 4;

export interface Scouting {
  /** For each budget, the shares [L] of the best shape at that budget. */
  readonly shares: readonly Float64Array[];
  readonly layerForwards: number;
}

/** Shares of a shape, [L], before it is moved onto a budget. */
type Shape = readonly number[];

/** Single cuts at several depths, pyramids that halve in 2 to 4 stages, exponential thinning, and plateaus that end early. */
export function scoutedShapes(layers: number): Shape[] {
  const shape = (share: (i: number) => number): Shape =>
    Array.from({ length: layers }, (_, i) => (i === 0 ? 1 : share(i)));
  const cuts = Math.min(CUTS, layers - 1);
  const depths = Array.from({ length: cuts }, (_, d) => 1 + Math.round((d * (layers - 2)) / Math.max(1, cuts - 1)));
  return [
    ...depths.map((depth) => shape((i) => (i < depth ? 1 : 0.01))),
    ...[2, 3, 4].map((stages) => shape((i) => 0.5 ** Math.floor((i * stages) / layers))),
    ...[2, 4, 8].map((rate) => shape((i) => Math.exp((-rate * i) / layers))),
    ...[0.5, 0.75].map((end) => shape((i) => (i < end * layers ? 0.5 : 0.001))),
  ];
}

/** What a search looks at before its first step: simple shapes, or the additive programme's schedules beside them. */
export const STARTS = ["shapes", "additive"] as const;
export type Start = (typeof STARTS)[number];

export interface ScoutOptions {
  /** Default "shapes". */
  readonly start?: Start;
  readonly pacer?: Pacer;
}

/**
 * Tries shapes at every budget by successive halving (Jamieson and Talwalkar, 2016): all of them on a quarter of the samples, the
 * best quarter of them on the others too.
 *
 * @param prepared the samples that are looked at.
 * @param budgets normalised, ascending.
 * @throws EspalierError with the additive start for a cost that does not add over layers; Stopped.
 */
export async function scout(
  prepared: PreparedSamples,
  budgets: readonly number[],
  cost: CostModel,
  { start = "shapes", pacer }: ScoutOptions = {},
): Promise<Scouting> {
  const { layers } = prepared.model.shape;
  const common = scoutedShapes(layers);
  const proposed = start === "additive" ? await additiveStart(prepared, budgets, cost, pacer) : null;
  /** The shapes that are tried at a budget. */
  const shapesAt = (b: number) => (proposed === null ? common : [...common, proposed.shares[b]]);
  const counts = memoised(
    (shape: number, b: number, tokens: TokenCounts) =>
      project(shapesAt(b)[shape], fromNormalised(budgets[b], costRange(cost, tokens)), cost, tokens).counts,
  );
  let layerForwards = proposed?.layerForwards ?? 0;
  /** Adds the divergence of each candidate on more samples. */
  const measure = async (candidates: readonly Candidate[], samples: readonly PreparedSample[]): Promise<void> => {
    if (samples.length === 0) return;
    const found = await evaluateShared(
      { ...prepared, samples: [...samples] },
      candidates.length,
      (c, { tokens }) => counts(candidates[c].shape, candidates[c].budget, tokens),
      { pacer },
    );
    layerForwards += found.layerForwards;
    candidates.forEach((candidate, c) => {
      candidate.sum += found.results[c].divergence.reduce((a, b) => a + b, 0);
    });
  };
  const first = Math.ceil(HALVING * prepared.samples.length);
  const all = budgets.map((_, budget) => shapesAt(budget).map((__, shape): Candidate => ({ budget, shape, sum: 0 })));
  await measure(all.flat(), prepared.samples.slice(0, first));
  const left = all.map((own) => [...own].sort((a, b) => a.sum - b.sum).slice(0, Math.ceil(HALVING * own.length)));
  await measure(left.flat(), prepared.samples.slice(first));
  const best = left.map((own) => own.reduce((least, one) => (one.sum < least.sum ? one : least)));
  const tokens = prepared.samples.find((sample) => sample.tokens.visual > 0)?.tokens ?? prepared.samples[0].tokens;
  const shares = best.map(({ budget, shape }) =>
    Float64Array.from(counts(shape, budget, tokens), (count) => count / Math.max(1, tokens.visual)),
  );
  return { shares, layerForwards };
}

/** A shape at one of the budgets. */
interface Candidate {
  /** Place among the budgets. */
  readonly budget: number;
  /** Place among the shapes tried there. */
  readonly shape: number;
  /** Divergence over the samples seen so far, nats. */
  sum: number;
}

/** Samples of equal size have equal counts: each is projected once, and the trie finds them the same. */
function memoised(counts: (shape: number, budget: number, tokens: TokenCounts) => number[]) {
  const known = new Map<string, number[]>();
  // Text length moves the budget by less than a token a layer; the first sample of a picture size speaks for all of it.
  return (shape: number, budget: number, tokens: TokenCounts): number[] => {
    const key = `${shape} ${budget} ${tokens.visual}`;
    let row = known.get(key);
    if (!row) {
      row = counts(shape, budget, tokens);
      known.set(key, row);
    }
    return row;
  };
}
