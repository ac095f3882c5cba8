/**
 * The schedules of a trained predictor at any budget: which of its snapshots serves it, what the predictor reads, and each
 * sample's executed counts (METHOD §6).
 */
import * as tf from "@tensorflow/tfjs";
import { costRange, fromNormalised } from "../cost/index.js";
import { evaluateCounts, type PreparedSample, type PreparedSamples } from "../evaluation/index.js";
import { Pacer } from "../tensor/index.js";
import type { BudgetReading, Schedules, SettledOptions } from "./options.js";
import { type Predictor, type PredictorWeights, type PromptBatch, promptBatch } from "./predictor.js";
import { type Projection, project } from "./projection.js";
import { scout } from "./scout.js";

export class BudgetedSchedules {
  readonly #predictor: Predictor;
  readonly #options: SettledOptions;
  readonly #layers: number;
  /** The predictor as it began and, after the last step, as it ended. */
  snapshots: PredictorWeights[] = [];
  /** For each budget, which snapshot serves it; empty until chosen. */
  choice: number[] = [];

  /** @param predictor stays its owner's. @param layers L. */
  constructor(predictor: Predictor, options: SettledOptions, layers: number) {
    this.#predictor = predictor;
    this.#options = options;
    this.#layers = layers;
  }

  /**
   * Each budget takes the snapshot of least divergence on validation samples. Divergence has basins that a noisy gradient can
   * leave for worse; what was better before is not lost.
   *
   * @returns the layer-forwards that it took. @throws Stopped.
   */
  async choose(validation: PreparedSamples, pacer: Pacer): Promise<number> {
    const { budgets, cost, selection } = this.#options;
    const few: PreparedSamples = { ...validation, samples: validation.samples.slice(0, selection) };
    const means = budgets.map(() => [] as number[]);
    let layerForwards = 0;
    for (const snapshot of this.snapshots) {
      this.#predictor.assign(snapshot);
      for (const [b, budget] of budgets.entries()) {
        const values = few.samples.map(({ tokens }) => fromNormalised(budget, costRange(cost, tokens)));
        const { projections } = this.#predict(few.samples, values, new Array<number>(values.length).fill(budget));
        const counts = projections.map((projection) => projection.counts);
        const { divergence } = await evaluateCounts(few, counts, { pacer });
        layerForwards += few.samples.length * (validation.model.shape.layers - 1);
        means[b].push(divergence.reduce((sum, d) => sum + d, 0) / Math.max(1, divergence.length));
      }
    }
    this.choice = means.map((row) => row.indexOf(Math.min(...row)));
    return layerForwards;
  }

  /**
   * Lets validation samples say how a budget that was not trained is served. The best schedules of two neighbouring budgets may
   * lie in different basins, and what lies between them in none; so a neighbour's schedule moved onto the budget, or one of the
   * shapes that a search begins with, may be better than the predictor's own.
   *
   * @param validation prepared with the same model; at most `selection` of them are looked at.
   * @param budget of each of them, in the cost model's unit.
   * @param normalised the same budgets, normalised.
   * @returns a reading of null for budgets that were trained, and where nothing has been chosen; with the layer-forwards spent.
   * @throws Stopped.
   */
  async readingOf(
    validation: PreparedSamples,
    budget: ArrayLike<number>,
    normalised: ArrayLike<number>,
    pacer: Pacer = new Pacer(),
  ): Promise<{ reading: BudgetReading | null; layerForwards: number }> {
    const trained = Array.from(normalised).every((value) => this.#options.budgets.some((one) => same(one, value)));
    if (trained || this.choice.length === 0) return { reading: null, layerForwards: 0 };
    const few: PreparedSamples = { ...validation, samples: validation.samples.slice(0, this.#options.selection) };
    const level = meanOf(Array.from(normalised).slice(0, few.samples.length));
    const scouted = await scout(few, [level], this.#options.cost, { start: this.#options.start, pacer });
    const readings: BudgetReading[] = [{ as: "shape", shares: scouted.shares[0] }];
    for (const snapshot of this.snapshots.keys()) {
      for (const as of ["itself", "below", "above"] as const) readings.push({ snapshot, as });
    }
    let best: { reading: BudgetReading; mean: number } | null = null;
    let layerForwards = scouted.layerForwards;
    for (const reading of readings) {
      const { projections } = this.schedules(few.samples, budget, normalised, reading);
      const counts = projections.map((projection) => projection.counts);
      const { divergence } = await evaluateCounts(few, counts, { pacer });
      layerForwards += few.samples.length * (few.model.shape.layers - 1);
      const mean = meanOf(divergence);
      if (best === null || mean < best.mean) best = { reading, mean };
    }
    return { reading: best?.reading ?? null, layerForwards };
  }

  /**
   * The schedules that the search gives for budgets, each held to its own: executed counts of each sample, before and after
   * single tokens were added.
   *
   * @param samples any samples prepared with the same model.
   * @param budget of each sample, in the cost model's unit.
   * @param normalised the same budgets, normalised: what the predictor reads.
   * @param reading how they are served (`readingOf`); default each as the trained budget nearest to it.
   */
  schedules(
    samples: readonly PreparedSample[],
    budget: ArrayLike<number>,
    normalised: ArrayLike<number>,
    reading: BudgetReading | null = null,
  ): Schedules {
    if (reading?.as === "shape") return this.#projected(samples, budget, reading.shares);
    if (this.choice.length === 0) return this.#predict(samples, budget, normalised);
    const { budgets } = this.#options;
    const last = this.#predictor.weights();
    const projections = new Array<Projection>(samples.length);
    const shares = new Array<Float32Array>(samples.length);
    const chosen = samples.map((_, s) => reading?.snapshot ?? this.choice[nearest(budgets, normalised[s])]);
    const read = Array.from(normalised, (value) => neighbour(budgets, value, reading?.as ?? "itself"));
    for (const snapshot of new Set(chosen)) {
      const members = [...samples.keys()].filter((s) => chosen[s] === snapshot);
      this.#predictor.assign(this.snapshots[snapshot]);
      const found = this.#predict(
        members.map((s) => samples[s]),
        members.map((s) => budget[s]),
        members.map((s) => read[s]),
      );
      members.forEach((s, m) => {
        projections[s] = found.projections[m];
        shares[s] = found.shares[m];
      });
    }
    this.#predictor.assign(last);
    return { projections, shares };
  }

  /** One schedule, moved onto each sample's budget. */
  #projected(samples: readonly PreparedSample[], budget: ArrayLike<number>, shares: Float64Array): Schedules {
    return {
      projections: samples.map(({ tokens }, s) => project(shares, budget[s], this.#options.cost, tokens)),
      shares: samples.map(() => Float32Array.from(shares)),
    };
  }

  #predict(samples: readonly PreparedSample[], budget: ArrayLike<number>, normalised: ArrayLike<number>): Schedules {
    const projections: Projection[] = [];
    const shares: Float32Array[] = [];
    for (let first = 0; first < samples.length; first += 32) {
      const members = samples.slice(first, first + 32);
      const prompts = this.#options.conditioning === "input" ? promptBatch(members) : null;
      const budgets = Array.from(members, (_, b) => normalised[first + b]);
      const rows = this.#shares(prompts, budgets, "execution");
      prompts?.rows.dispose();
      prompts?.weights.dispose();
      rows.forEach((row, b) => {
        shares.push(row);
        projections.push(project(row, budget[first + b], this.#options.cost, members[b].tokens));
      });
    }
    return { projections, shares };
  }

  /** [B][L] shares of kernel parameters [B, P]. */
  sharesOf(parameters: tf.Tensor2D, phase?: "execution"): Float32Array[] {
    const layers = this.#layers;
    const flat = tf.tidy(() => this.#options.kernel.shares(parameters, layers, phase).dataSync<"float32">());
    return Array.from({ length: parameters.shape[0] }, (_, b) => flat.slice(b * layers, (b + 1) * layers));
  }

  #shares(prompts: PromptBatch | null, budgets: readonly number[], phase?: "execution"): Float32Array[] {
    const parameters = this.#predictor.parameters(prompts, budgets);
    const shares = this.sharesOf(parameters, phase);
    parameters.dispose();
    return shares;
  }
}

/** Index of the value nearest to `wanted`. */
function nearest(values: readonly number[], wanted: number): number {
  let best = 0;
  values.forEach((value, i) => {
    if (Math.abs(value - wanted) < Math.abs(values[best] - wanted)) best = i;
  });
  return best;
}

function meanOf(values: ArrayLike<number>): number {
  return Array.from(values).reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

/** Whether two budgets are one, but for rounding. */
function same(a: number, b: number): boolean {
  return Math.abs(a - b) < 1e-9;
}

/** A budget, or the next of `values` (ascending) on one side of it; the outermost one where there is none. */
function neighbour(values: readonly number[], budget: number, as: "itself" | "below" | "above"): number {
  if (as === "itself") return budget;
  if (as === "below") return values.findLast((value) => value <= budget) ?? values[0];
  return values.find((value) => value >= budget) ?? values[values.length - 1];
}
