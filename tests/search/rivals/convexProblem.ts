/** A problem without a model for tests of searchers: cost and divergence are cheap functions of the shares. */
import { hypervolume } from "../../../src/pareto/index.js";
import { type KernelSpec, kernelFunction } from "../../../src/schedules/index.js";
import type { Searcher, SearchProblem } from "../../../src/search/rivals/searcher.js";
import { kernelSpace } from "../../../src/search/rivals/searchSpace.js";
import { Pacer, Random } from "../../../src/tensor/index.js";

const LAYERS = 8;
const SAMPLES = 3;

export function convexProblem(options: Partial<SearchProblem> & { kernel?: KernelSpec } = {}): SearchProblem {
  const { kernel = "multiStep:2", ...rest } = options;
  return {
    layers: LAYERS,
    samples: SAMPLES,
    evaluations: 40,
    seed: 0,
    space: kernelSpace(kernelFunction(kernel), LAYERS),
    cost: (shares) => shares.slice(1).reduce((sum, share) => sum + share, 0) / (shares.length - 1),
    ...rest,
  };
}

/** Convex in the shares, early layers dear; the samples differ by a factor. [SAMPLES] nats. */
export function convexDivergence(shares: readonly number[]): number[] {
  const base = shares.slice(1).reduce((sum, share, i) => sum + ((1 - share) ** 4 * 3) / (1 + i) ** 1.5, 0);
  return Array.from({ length: SAMPLES }, (_, s) => base * (0.8 + 0.2 * s));
}

export interface Measured {
  readonly shares: readonly number[];
  readonly cost: number;
  readonly divergence: number;
}

/** Asks and tells until the search is over. @param steps stop earlier, after so many batches. */
export async function carryOut(
  searcher: Searcher,
  problem: SearchProblem,
  steps = Number.POSITIVE_INFINITY,
): Promise<Measured[][]> {
  const pacer = new Pacer();
  const batches: Measured[][] = [];
  while (batches.length < steps) {
    const batch = await searcher.ask(pacer);
    if (batch === null) break;
    const divergence = batch.shares.map((shares) => convexDivergence(shares));
    searcher.tell(divergence);
    batches.push(
      batch.shares.map((shares, c) => ({
        shares,
        cost: problem.cost(shares),
        divergence: divergence[c].reduce((sum, d) => sum + d, 0) / divergence[c].length,
      })),
    );
  }
  return batches;
}

/** The hypervolume of what was measured, relative to the dearest cost and to the divergence when all is pruned. */
export function volume(measured: readonly Measured[]): number {
  const [, worst] = convexDivergence([1, ...Array.from({ length: LAYERS - 1 }, () => 0)]);
  return hypervolume(
    measured.map(({ cost, divergence }) => [cost, divergence / worst]),
    [1, 1],
  );
}

/** The hypervolume of as many uniform points of a problem's space. */
export function randomVolume(problem: SearchProblem): number {
  const random = new Random(problem.seed).fork("uniform");
  const points = Array.from({ length: problem.evaluations }, () =>
    Array.from({ length: problem.space.dimensions }, () => random.uniform()),
  );
  return volume(
    problem.space.decode(points).map((shares) => ({
      shares,
      cost: problem.cost(shares),
      divergence: convexDivergence(shares).reduce((sum, d) => sum + d, 0) / SAMPLES,
    })),
  );
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}
