/** Synthetic search problems: a cost that adds over layers, and divergences from a formula. */
import type { Batch, Searcher, SearchProblem } from "../../../../src/search/rivals/searcher.js";
import { Pacer, type Random } from "../../../../src/tensor/index.js";

/** Cost of shares, normalised, each layer with a weight of its own. */
export function additiveCost(weights: readonly number[]): (shares: readonly number[]) => number {
  const total = weights.slice(1).reduce((sum, weight) => sum + weight, 0);
  return (shares) => shares.slice(1).reduce((sum, share, i) => sum + share * weights[i + 1], 0) / total;
}

/** A problem whose searchers have a space of their own. */
export function problemOf(layers: number, evaluations: number, more: Partial<SearchProblem> = {}): SearchProblem {
  const weights = Array.from({ length: layers }, (_, i) => 1 + 0.01 * i * i);
  const space = { dimensions: 1, decode: () => [] };
  return { layers, samples: 1, cost: additiveCost(weights), evaluations, space, seed: 0, ...more };
}

/** A divergence f(i, ρ) of single cuts that falls in ρ, [L][K] for levels from 1 down; 0 at 1. */
export function randomCuts(random: Random, layers: number, levels: readonly number[]): number[][] {
  return Array.from({ length: layers }, () => {
    let sum = 0;
    return levels.map((_, k) => {
      if (k > 0) sum += random.uniform() ** 2;
      return sum;
    });
  });
}

/** Every ask of a whole search, and what was told. */
export interface Transcript {
  readonly asked: Batch[];
  readonly told: number[][][];
}

/** Runs a search to its end. @param samples how many there are. @param measure divergence of shares on a sample. */
export async function runSearch(
  searcher: Searcher,
  samples: number,
  measure: (shares: readonly number[], sample: number) => number,
  limit = 100_000,
): Promise<Transcript> {
  const pacer = new Pacer();
  const transcript: Transcript = { asked: [], told: [] };
  for (let k = 0; k < limit; k++) {
    const batch = await searcher.ask(pacer);
    if (batch === null) return transcript;
    const told = batch.shares.map((shares) => samplesOf(batch, samples).map((s) => measure(shares, s)));
    transcript.asked.push(batch);
    transcript.told.push(told);
    searcher.tell(told);
  }
  throw new Error(`The search did not end within ${limit} asks.`);
}

/** The samples that a batch is measured on. */
export function samplesOf({ samples: own }: Batch, samples: number): readonly number[] {
  return own ?? Array.from({ length: samples }, (_, s) => s);
}

/** Configurations measured on all samples, or their equal in parts. */
export function spent(asked: readonly Batch[], samples: number): number {
  return asked.reduce((sum, batch) => sum + (batch.shares.length * samplesOf(batch, samples).length) / samples, 0);
}
