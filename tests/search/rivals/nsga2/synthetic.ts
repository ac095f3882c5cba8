/** Searches without a model: cheap problems, and the loop that a study runs around a searcher. */
import type { Batch, Searcher, SearcherMethod, SearchProblem } from "../../../../src/search/rivals/searcher.js";
import type { SearchSpace } from "../../../../src/search/rivals/searchSpace.js";
import { Pacer } from "../../../../src/tensor/index.js";

/** A configuration as it was measured. */
export interface Measured {
  readonly shares: readonly number[];
  readonly cost: number;
  readonly divergence: number;
}

/** Points whose coordinates are the falls of a schedule, each at most 1/D: x_d = D (r_d − r_{d+1}). */
export function fallSpace(dimensions: number): SearchSpace {
  return {
    dimensions,
    decode: (points) =>
      points.map((point) => {
        const shares = [1];
        for (let d = 0; d < dimensions; d++) shares.push(Math.max(0, shares[d] - point[d] / dimensions));
        return shares;
      }),
  };
}

/** Back from a schedule of `fallSpace` to its point. */
export function falls(shares: readonly number[]): number[] {
  return shares.slice(1).map((share, d) => (shares[d] - share) * (shares.length - 1));
}

/** Points whose coordinates are what each layer keeps of what the one before it kept. */
export function keepSpace(dimensions: number): SearchSpace {
  return {
    dimensions,
    decode: (points) =>
      points.map((point) => {
        const shares = [1];
        for (let d = 0; d < dimensions; d++) shares.push(shares[d] * point[d]);
        return shares;
      }),
  };
}

/** Cost is the mean share after layer 0; pruning hurts the more the earlier it is, and differs between samples. */
export function smoothProblem(overrides: Partial<SearchProblem> = {}): SearchProblem {
  return {
    layers: 6,
    samples: 3,
    cost: (shares) => shares.slice(1).reduce((sum, share) => sum + share, 0) / (shares.length - 1),
    evaluations: 200,
    space: keepSpace(5),
    seed: 1,
    ...overrides,
  };
}

/** [samples] nats. */
export function smoothDivergence(shares: readonly number[], samples: number): number[] {
  const loss = shares.reduce((sum, share, i) => sum + (1 - share) ** 2 / (1 + i), 0);
  return Array.from({ length: samples }, (_, s) => loss * (1 + 0.1 * s));
}

export type Measure = (shares: readonly number[], samples: number) => number[];

/** Asks, measures and tells until the search is over, or `batches` times. */
export async function search(
  problem: SearchProblem,
  searcher: Searcher,
  measure: Measure = smoothDivergence,
  batches = Infinity,
): Promise<{ batches: Batch[]; measured: Measured[] }> {
  const pacer = new Pacer();
  const asked: Batch[] = [];
  const measured: Measured[] = [];
  while (asked.length < batches) {
    const batch = await searcher.ask(pacer);
    if (batch === null) break;
    asked.push(batch);
    const divergences = batch.shares.map((shares) => measure(shares, problem.samples));
    searcher.tell(divergences);
    measured.push(
      ...batch.shares.map((shares, i) => ({
        shares,
        cost: problem.cost(shares),
        divergence: divergences[i].reduce((sum, value) => sum + value, 0) / problem.samples,
      })),
    );
  }
  return { batches: asked, measured };
}

/** What a search asks after it was stopped when `batches` were told, and a fresh one was told the same again. */
export async function resumed(method: SearcherMethod, problem: SearchProblem, batches: number): Promise<Batch[]> {
  const journal = await search(problem, method.begin(problem), smoothDivergence, batches);
  const fresh = method.begin(problem);
  const pacer = new Pacer();
  for (const batch of journal.batches) {
    await fresh.ask(pacer);
    fresh.tell(batch.shares.map((shares) => smoothDivergence(shares, problem.samples)));
  }
  return [...journal.batches, ...(await search(problem, fresh)).batches];
}
