/**
 * What a searcher is that sees the model only through measured divergences: it proposes schedules, learns what they cost in
 * nats, and proposes again. Each is one file of this folder; `searchers.ts` lists them. Source: METHOD §8.
 *
 * A searcher draws from its seed alone and is told everything that it learns, so a search that was stopped is carried on by
 * asking a fresh one again and telling it what a journal holds.
 */
import type { Pacer } from "../../tensor/index.js";
import type { SearchSpace } from "./searchSpace.js";

/** What is searched: everything that is known without running the model. */
export interface SearchProblem {
  /** L ≥ 1. */
  readonly layers: number;
  /** How many samples a divergence is measured on; ≥ 1. */
  readonly samples: number;
  /** Normalised cost of shares [L], executed, mean over the samples: 0 = no visual token after layer 0, 1 = nothing pruned. */
  cost(shares: readonly number[]): number;
  /** Configurations that may be measured on all samples, or their equal in parts; ≥ 1. */
  readonly evaluations: number;
  /** Normalised costs that are of interest, both ends included; default [0, 1]. */
  readonly costs?: readonly [low: number, high: number];
  /** Where schedules are sought; searchers with a space of their own (grid, additive) do not look at it. */
  readonly space: SearchSpace;
  /** The same seed, the same proposals. */
  readonly seed: number;
}

/** Schedules to be measured together. */
export interface Batch {
  /** [C][L], C ≥ 1; each non-increasing from 1. */
  readonly shares: readonly (readonly number[])[];
  /** Indices of the samples that they are measured on, each once, in any order; default all. */
  readonly samples?: readonly number[];
}

/** A search in progress: proposes schedules, and is told how far each leads from the unpruned model. */
export interface Searcher {
  /**
   * The next schedules to measure; null when the search is over. Asked in turn with `tell`.
   *
   * @throws Stopped.
   */
  ask(pacer: Pacer): Promise<Batch | null>;
  /**
   * Says what came of the batch asked for last.
   *
   * @param divergence [C][S] nats, in the order of its samples.
   */
  tell(divergence: readonly ArrayLike<number>[]): void;
}

/** A way to search, by its name in the field. */
export interface SearcherMethod {
  /** A key of `SEARCHERS`, and the name of its series. */
  readonly name: string;
  /** As tables and figures write it. */
  readonly title: string;
  /** Begins a search; nothing is measured before `ask`. */
  begin(problem: SearchProblem): Searcher;
}
