/** What a differentiable search may be told, what it reports, and what it must remember. */
import type { CostModel } from "../cost/index.js";
import type { PreparedSamples } from "../evaluation/index.js";
import type { Estimator } from "../relaxation/index.js";
import type { KernelFunction } from "../schedules/index.js";
import type { AdamWState } from "../tensor/index.js";
import type { LagrangianOptions, LagrangianState } from "./augmentedLagrangian.js";
import type { Conditioning, PredictorWeights } from "./predictor.js";
import type { Projection } from "./projection.js";
import type { Start } from "./scout.js";

/**
 * The paper's budgets: .01, .05, .10, … .95.
 *
 * @example
 * DEFAULT_BUDGETS.length; // → 20
 */
export const DEFAULT_BUDGETS: readonly number[] = [0.01, ...Array.from({ length: 19 }, (_, i) => (i + 1) / 20)];

/** How a differentiable search is trained. */
export interface SearchOptions {
  /** How few parameters become a schedule. */
  readonly kernel: KernelFunction;
  /** What budgets are of. */
  readonly cost: CostModel;
  /** Normalised budgets that are trained, ascending; default `DEFAULT_BUDGETS`. */
  readonly budgets?: readonly number[];
  /** Default "input". */
  readonly conditioning?: Conditioning;
  /** Samples per step; default 32. */
  readonly batch?: number;
  /** Passes over the samples; default 4. */
  readonly epochs?: number;
  /** Of the network; default 1e-3, falling to a tenth along a cosine. */
  readonly learningRate?: number;
  /** The same for the table of budgets, each of whose rows few samples reach; default 0.05. */
  readonly tableLearningRate?: number;
  /** Default 0. */
  readonly weightDecay?: number;
  /** How budgets are kept; default as `LagrangianOptions`. */
  readonly lagrangian?: LagrangianOptions;
  /** Default "marginal". */
  readonly estimator?: Estimator;
  /** Samples on which simple shapes are tried before the first step; default 16, 0 starts at the kernel's own schedule. */
  readonly scouts?: number;
  /** What is tried on them: simple shapes, or the additive programme's schedules too (a warm start); default "shapes". */
  readonly start?: Start;
  /**
   * Samples on which, after the last step, each budget chooses between the predictor as it began and as it ended; at most `selection` of them are looked at. Owned by the caller. Default none: the last predictor serves all.
   */
  readonly validation?: PreparedSamples;
  /** Default 48. */
  readonly selection?: number;
  /** Default 0. */
  readonly seed?: number;
}

/** Options with their defaults. */
export type SettledOptions = Required<Omit<SearchOptions, "lagrangian" | "validation">>;

/** What one step did. */
export interface SearchStep {
  /** From 1 up. */
  readonly step: number;
  /** In all. */
  readonly steps: number;
  /** From 0 up. */
  readonly epoch: number;
  /** Mean over the batch, nats. */
  readonly divergence: number;
  /** Mean over the batch of max(0, cost − budget), normalised. */
  readonly violation: number;
  /** Global, before it is clipped. */
  readonly gradientNorm: number;
  /** Layer-forwards spent so far, teacher excluded (METHOD §8: forward 1, backward 2 a layer). */
  readonly layerForwards: number;
  /** Whether the solver has met its tolerance. */
  readonly converged: boolean;
}

/** Schedules of a list of samples: held to their budgets, and as the predictor gave them, [L] each. */
export interface Schedules {
  readonly projections: Projection[];
  readonly shares: Float32Array[];
}

/** How a budget that was not trained is served: by the predictor, or by one of the shapes that a search begins with. */
export type BudgetReading =
  | {
      /** Which of the predictor's snapshots serves it. */
      readonly snapshot: number;
      /** What the predictor reads in its place: itself, between its neighbours, or the next trained budget on one side. */
      readonly as: "itself" | "below" | "above";
    }
  | {
      readonly as: "shape";
      /** [L], for every sample. */
      readonly shares: Float64Array;
    };

/** Everything a search needs to go on as if it had never stopped. */
export interface SearchState {
  readonly step: number;
  readonly layerForwards: number;
  readonly random: readonly number[];
  /** Order in which this epoch visits the samples. */
  readonly order: readonly number[];
  readonly lagrangian: LagrangianState;
  readonly optimizer: AdamWState;
  readonly variables: PredictorWeights;
  readonly snapshots: readonly PredictorWeights[];
  /** For each budget, which snapshot serves it; empty until the search has ended. */
  readonly choice: readonly number[];
  /** Slacks of the current epoch are not kept: a state is taken between epochs. */
}
