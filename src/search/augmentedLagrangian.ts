/**
 * The solver that holds schedules to their budgets while divergence falls (METHOD §5).
 *
 * `h = b − cost` is the slack of one sample at one budget, both normalised. Inequality form: spending less than the budget
 * is no violation. Signed violations are never averaged away: a sample over its budget counts, one under it does not offset it.
 */
import { EspalierError } from "../errors.js";

/**
 * Every form of the constraint.
 *
 * @example
 * FORMS; // → ["perSample", "mean", "released", "projected"]
 */
export const FORMS = ["perSample", "mean", "released", "projected"] as const;
/**
 * `perSample`: every sample meets its budget. `mean`: the samples of a budget meet it on average, one multiplier a budget.
 * `released`: the published code's equality form, kept for comparison: `1000·KL − 0.1·w·h + σ·h²`.
 * `projected`: every relaxed schedule is moved onto its budget before it is run (`relaxedProjection`); nothing is left to
 * penalise.
 */
export type LagrangianForm = (typeof FORMS)[number];

/** How schedules are held to their budgets in training. */
export interface LagrangianOptions {
  /** Default "projected". */
  readonly form?: LagrangianForm;
  /** Weight of the divergence beside the constraint; default 1. */
  readonly divergenceWeight?: number;
  /** First multiplier μ of every budget; default 0.5. */
  readonly multiplier?: number;
  /** First penalty σ; default 10. */
  readonly penalty?: number;
  /** Growth of σ when a budget's violation does not shrink; default 2. */
  readonly growth?: number;
  /** Largest σ; default 200. */
  readonly maxPenalty?: number;
  /** A violation at most this large counts as none, normalised cost; default 0.01. */
  readonly tolerance?: number;
  /** A violation must shrink to this share of the one before, or σ grows; default 0.5. */
  readonly shrink?: number;
}

/** One budget's multiplier, penalty and last violation. */
export interface Bucket {
  multiplier: number;
  penalty: number;
  violation: number;
}

/** One sample's part of the objective. */
export interface ObjectiveTerm {
  readonly value: number;
  /** Derivative with respect to the sample's divergence. */
  readonly perDivergence: number;
  /** Derivative with respect to the sample's normalised cost. */
  readonly perCost: number;
}

/** What the solver must remember to go on exactly where it was. */
export interface LagrangianState {
  /** One a budget. */
  readonly buckets: readonly Bucket[];
  /** Epochs in a row within the tolerance. */
  readonly calm: number;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

export class AugmentedLagrangian {
  readonly options: Required<LagrangianOptions>;
  readonly #buckets: Bucket[];
  #slacks: number[][];
  #calm = 0;

  /** @param budgets number of budget buckets. */
  constructor(budgets: number, options: LagrangianOptions = {}) {
    this.options = {
      form: options.form ?? "projected",
      divergenceWeight: options.divergenceWeight ?? (options.form === "released" ? 1000 : 1),
      multiplier: options.multiplier ?? (options.form === "released" ? 100 : 0.5),
      penalty: options.penalty ?? 10,
      growth: options.growth ?? 2,
      maxPenalty: options.maxPenalty ?? 200,
      tolerance: options.tolerance ?? 0.01,
      shrink: options.shrink ?? 0.5,
    };
    const { multiplier, penalty } = this.options;
    this.#buckets = Array.from({ length: budgets }, () => ({
      multiplier,
      penalty,
      violation: Number.POSITIVE_INFINITY,
    }));
    this.#slacks = this.#buckets.map(() => []);
  }

  /**
   * The objective of one batch, and remembers its slacks for the update at the epoch's end.
   *
   * @param buckets [B] each sample's budget bucket.
   * @param divergence [B] nats.
   * @param slack [B] budget − cost, normalised.
   * @throws EspalierError where a divergence is not a number.
   */
  terms(buckets: readonly number[], divergence: ArrayLike<number>, slack: ArrayLike<number>): ObjectiveTerm[] {
    buckets.forEach((bucket, b) => {
      this.#slacks[bucket].push(slack[b]);
    });
    return buckets.map((bucket, b) => {
      if (!Number.isFinite(divergence[b])) {
        throw new EspalierError(
          `The divergence of a sample became ${divergence[b]}; the model's weights or the pictures hold values that are not finite. Check them with "espalier parity".`,
        );
      }
      // A batch has few samples of a budget; its mean is taken over the epoch so far.
      const h = this.options.form === "mean" ? mean(this.#slacks[bucket]) : slack[b];
      return this.#term(this.#buckets[bucket], divergence[b], h);
    });
  }

  #term({ multiplier, penalty }: Bucket, divergence: number, h: number): ObjectiveTerm {
    const { form, divergenceWeight } = this.options;
    if (form === "projected") {
      return { value: divergenceWeight * divergence, perDivergence: divergenceWeight, perCost: 0 };
    }
    if (form === "released") {
      return {
        value: divergenceWeight * divergence - 0.1 * multiplier * h + penalty * h * h,
        perDivergence: divergenceWeight,
        perCost: 0.1 * multiplier - 2 * penalty * h,
      };
    }
    const push = Math.max(0, multiplier - penalty * h);
    return {
      value: divergenceWeight * divergence + (push * push - multiplier * multiplier) / (2 * penalty),
      perDivergence: divergenceWeight,
      perCost: push,
    };
  }

  /**
   * Updates multipliers and penalties from the epoch's slacks and forgets them.
   *
   * @returns the 95th percentile of the violations, normalised cost; 0 where the epoch had no samples.
   */
  endEpoch(): number {
    const { form, growth, maxPenalty, tolerance, shrink } = this.options;
    const violations: number[] = [];
    this.#buckets.forEach((bucket, b) => {
      const slacks = this.#slacks[b];
      if (slacks.length === 0) return;
      const whole = mean(slacks);
      const own = form === "mean" ? Math.max(0, -whole) : mean(slacks.map((h) => Math.max(0, -h)));
      violations.push(...(form === "mean" ? [own] : slacks.map((h) => Math.max(0, -h))));
      if (form === "released") {
        bucket.multiplier -= bucket.penalty * whole;
      } else if (form === "mean") {
        bucket.multiplier = Math.max(0, bucket.multiplier - bucket.penalty * whole);
      } else {
        bucket.multiplier = mean(slacks.map((h) => Math.max(0, bucket.multiplier - bucket.penalty * h)));
      }
      if (own > tolerance && own > shrink * bucket.violation) {
        bucket.penalty = Math.min(growth * bucket.penalty, maxPenalty);
      }
      bucket.violation = own;
    });
    this.#slacks = this.#buckets.map(() => []);
    violations.sort((a, b) => a - b);
    const percentile = violations.length ? violations[Math.floor(0.95 * (violations.length - 1))] : 0;
    this.#calm = percentile < tolerance ? this.#calm + 1 : 0;
    return percentile;
  }

  /** Whether the 95th percentile of violation was below the tolerance at three updates in a row. */
  get converged(): boolean {
    return this.#calm >= 3;
  }

  /** The solver's state in plain numbers; an infinite violation (none seen yet) is −1. */
  get state(): LagrangianState {
    const buckets = this.#buckets.map((bucket) => ({
      ...bucket,
      violation: Number.isFinite(bucket.violation) ? bucket.violation : -1,
    }));
    return { buckets, calm: this.#calm };
  }

  /** Continues from a state taken at an epoch's end. */
  restore(state: LagrangianState): void {
    state.buckets.forEach((saved, b) => {
      const violation = saved.violation < 0 ? Number.POSITIVE_INFINITY : saved.violation;
      Object.assign(this.#buckets[b], { ...saved, violation });
    });
    this.#calm = state.calm;
  }
}
