/**
 * The differentiable search: trains a predictor of schedules for all budgets at once (METHOD §5, §6).
 *
 * One step: the predictor proposes a schedule for each sample and its budget; the relaxed run gives each sample's divergence
 * and its gradient with respect to every layer's share; the augmented Lagrangian adds what the budget has to say; one backward
 * pass through the small predictor turns the shares' gradients into its own.
 */
import * as tf from "@tensorflow/tfjs";
import { costRange, fromNormalised, totalCost } from "../cost/index.js";
import { EspalierError } from "../errors.js";
import { evaluateCounts, type PreparedSample, type PreparedSamples, type SampleSource } from "../evaluation/index.js";
import { relaxedRun } from "../relaxation/index.js";
import { sharesGradient } from "../schedules/index.js";
import { AdamW, Pacer, Random } from "../tensor/index.js";
import { AugmentedLagrangian } from "./augmentedLagrangian.js";
import { fitKernel } from "./fitKernel.js";
import {
  type BudgetReading,
  DEFAULT_BUDGETS,
  type Schedules,
  type SearchOptions,
  type SearchState,
  type SearchStep,
} from "./options.js";
import { Predictor, type PredictorWeights, type PromptBatch, promptBatch } from "./predictor.js";
import { type Projection, project } from "./projection.js";
import { relaxedProjection } from "./relaxedProjection.js";
import { scout } from "./scout.js";

/** Snapshots of the predictor on the way from the first step to the last, both included. */
const SNAPSHOTS = 3;

/**
 * Trains a predictor of schedules through the relaxed model, for programs that bring their own loop (METHOD §5, §6); a
 * study's `search` is this with a journal around it.
 *
 * @example
 * const search = new DifferentiableSearch(heldSamples(prepared), { kernel: kernelFunction("multiStep"), cost });
 * while (!search.finished) await search.step();
 * const budgets = prepared.samples.map(({ tokens }) => budgetCost(0.3, "normalised", cost, costRange(cost, tokens)));
 * const { projections } = search.schedules(prepared.samples, budgets, budgets.map(() => 0.3));
 * search.dispose();
 */
export class DifferentiableSearch {
  readonly options: Required<Omit<SearchOptions, "lagrangian" | "validation">>;
  readonly predictor: Predictor;
  readonly #source: SampleSource;
  readonly #lagrangian: AugmentedLagrangian;
  readonly #optimizer: AdamW;
  #random: Random;
  #order: number[] = [];
  #step = 0;
  #layerForwards = 0;
  #begun = false;
  readonly #validation: PreparedSamples | undefined;
  /** The predictor as it began, as it was on the way, and as it ended. */
  #snapshots: PredictorWeights[] = [];
  /** For each budget, which snapshot serves it; empty until chosen. */
  #choice: number[] = [];

  /**
   * @param source training samples; owned by the caller and kept alive by it as long as the search runs.
   * @throws EspalierError for budgets outside (0, 1] or no samples.
   */
  constructor(source: SampleSource, options: SearchOptions) {
    const budgets = options.budgets ?? DEFAULT_BUDGETS;
    if (source.size === 0) throw new EspalierError("A search needs at least one training sample; there are none.");
    const wrong = budgets.find((budget) => !(budget >= 0 && budget <= 1));
    if (budgets.length === 0 || wrong !== undefined) {
      throw new EspalierError(
        `The budget ${wrong ?? "list is empty and"} cannot be trained; give normalised budgets from 0 (the floor: no visual token after layer 0) to 1.`,
      );
    }
    this.#source = source;
    this.#validation = options.validation;
    this.options = {
      kernel: options.kernel,
      cost: options.cost,
      budgets: [...budgets].sort((a, b) => a - b),
      conditioning: options.conditioning ?? "input",
      batch: options.batch ?? 32,
      epochs: options.epochs ?? 4,
      learningRate: options.learningRate ?? 1e-3,
      weightDecay: options.weightDecay ?? 0,
      estimator: options.estimator ?? "marginal",
      scouts: options.scouts ?? 16,
      selection: options.selection ?? 48,
      seed: options.seed ?? 0,
    };
    const { hidden, layers } = source.model.shape;
    const { kernel, conditioning, seed } = this.options;
    this.predictor = new Predictor({ conditioning, hidden, layers, kernel, budgets: this.options.budgets, seed });
    this.#lagrangian = new AugmentedLagrangian(this.options.budgets.length, options.lagrangian);
    this.#optimizer = new AdamW({ weightDecay: this.options.weightDecay, clipNorm: 1 });
    this.#random = new Random(seed).fork("search");
  }

  get stepsPerEpoch(): number {
    return Math.ceil(this.#source.size / this.options.batch);
  }

  get steps(): number {
    return this.stepsPerEpoch * this.options.epochs;
  }

  get finished(): boolean {
    return this.#step >= this.steps;
  }

  /** Whether the next step begins an epoch: the only moments at which `state` may be taken. */
  get betweenEpochs(): boolean {
    return this.#step % this.stepsPerEpoch === 0;
  }

  /** Looks for good single cuts and starts the predictor there. Done once, by the first step. */
  async #begin(pacer: Pacer): Promise<void> {
    const { budgets, cost, scouts } = this.options;
    if (scouts > 0) {
      const few = Array.from({ length: Math.min(scouts, this.#source.size) }, (_, s) => s);
      const found = await this.#source.borrow(few, pacer, async (prepared) => {
        this.#layerForwards += prepared.layerForwards;
        return scout(prepared, budgets, cost, pacer);
      });
      this.#layerForwards += found.layerForwards;
      this.predictor.setTable(await fitKernel(this.options.kernel, found.shares, this.options.seed, pacer));
    }
    this.#snapshots = [this.predictor.weights()];
    this.#begun = true;
  }

  /** At the end of an epoch: keeps a snapshot where one is due, and lets budgets choose after the last. */
  async #endEpoch(pacer: Pacer): Promise<void> {
    this.#lagrangian.endEpoch();
    const epoch = this.#step / this.stepsPerEpoch;
    const due = Math.round((this.#snapshots.length * this.options.epochs) / (SNAPSHOTS - 1));
    if (epoch >= due || this.finished) this.#snapshots.push(this.predictor.weights());
    if (this.finished && this.#validation) await this.#choose(this.#validation, pacer);
  }

  /**
   * Each budget takes the snapshot of least divergence on validation samples. Divergence has basins that a noisy gradient can
   * leave for worse; what was better before is not lost.
   */
  async #choose(validation: PreparedSamples, pacer: Pacer): Promise<void> {
    const { budgets, cost, selection } = this.options;
    const few: PreparedSamples = { ...validation, samples: validation.samples.slice(0, selection) };
    const means = budgets.map(() => [] as number[]);
    for (const snapshot of this.#snapshots) {
      this.predictor.assign(snapshot);
      for (const [b, budget] of budgets.entries()) {
        const values = few.samples.map(({ tokens }) => fromNormalised(budget, costRange(cost, tokens)));
        const { projections } = this.#predict(few.samples, values, new Array<number>(values.length).fill(budget));
        const counts = projections.map((projection) => projection.counts);
        const { divergence } = await evaluateCounts(few, counts, { pacer });
        this.#layerForwards += few.samples.length * (validation.model.shape.layers - 1);
        means[b].push(divergence.reduce((sum, d) => sum + d, 0) / Math.max(1, divergence.length));
      }
    }
    this.#choice = means.map((row) => row.indexOf(Math.min(...row)));
  }

  /**
   * One step; the first one begins with a look at single cuts.
   *
   * @throws EspalierError when the divergence or the gradient stops being finite; Stopped.
   */
  async step(pacer: Pacer = new Pacer()): Promise<SearchStep> {
    const { batch } = this.options;
    const within = this.#step % this.stepsPerEpoch;
    if (!this.#begun) await this.#begin(pacer);
    if (within === 0) this.#order = this.#random.shuffle([...Array(this.#source.size).keys()]);
    const members = this.#order.slice(within * batch, (within + 1) * batch);
    return this.#source.borrow(members, pacer, (prepared) => this.#stepOn(prepared, pacer));
  }

  async #stepOn(prepared: PreparedSamples, pacer: Pacer): Promise<SearchStep> {
    const { budgets, kernel } = this.options;
    const members = prepared.samples;
    const { layers } = prepared.model.shape;
    const buckets = members.map(() => this.#random.integer(0, budgets.length - 1));
    const targets = buckets.map((bucket) => budgets[bucket]);

    const prompts = this.options.conditioning === "input" ? promptBatch(members) : null;
    const pass = this.predictor.pass(prompts, targets);
    try {
      const proposed = this.#sharesOf(pass.parameters);
      const projections =
        this.#lagrangian.options.form === "projected" ? this.#project(members, proposed, targets) : null;
      const shares = projections?.map((projection) => projection.shares) ?? proposed;
      const run = await relaxedRun(prepared, members, shares, { pacer, estimator: this.options.estimator });
      const costs = members.map((sample, b) => this.#relaxedCost(sample, shares[b]));
      const slack = costs.map(({ cost }, b) => targets[b] - cost);
      const terms = this.#lagrangian.terms(buckets, run.divergence, slack);
      const dShares = new Float32Array(members.length * layers);
      members.forEach((_, b) => {
        const gradient = run.gradient[b].map(
          (dDivergence, i) => terms[b].perDivergence * dDivergence + terms[b].perCost * costs[b].gradient[i],
        );
        const back = projections ? projections[b].backward(gradient) : gradient;
        for (let i = 1; i < layers; i++) dShares[b * layers + i] = back[i] / members.length;
      });
      const gradientNorm = tf.tidy(() => {
        const wanted = tf.tensor2d(dShares, [members.length, layers]);
        const dParameters = sharesGradient(kernel, pass.parameters, layers, wanted);
        return pass.descend(this.#optimizer, this.#learningRate(), dParameters);
      });
      if (!Number.isFinite(gradientNorm)) {
        throw new EspalierError(
          `The predictor's gradient stopped being finite at step ${this.#step}; its weights are as before the step. Try a smaller learning rate than ${this.options.learningRate}.`,
        );
      }
      this.#step++;
      // Layer 0 is cached: L − 1 layers forward and, at twice the price, backward.
      this.#layerForwards += members.length * 3 * (layers - 1) + prepared.layerForwards;
      if (this.betweenEpochs) await this.#endEpoch(pacer);
      return {
        step: this.#step,
        steps: this.steps,
        epoch: Math.floor((this.#step - 1) / this.stepsPerEpoch),
        divergence: run.divergence.reduce((a, b) => a + b, 0) / members.length,
        violation: slack.reduce((sum, h) => sum + Math.max(0, -h), 0) / members.length,
        gradientNorm,
        layerForwards: this.#layerForwards,
        converged: this.#lagrangian.converged,
      };
    } finally {
      pass.dispose();
      prompts?.rows.dispose();
      prompts?.weights.dispose();
    }
  }

  #project(members: readonly PreparedSample[], shares: readonly Float32Array[], budgets: readonly number[]) {
    const { cost } = this.options;
    return members.map(({ tokens }, b) =>
      relaxedProjection(shares[b], fromNormalised(budgets[b], costRange(cost, tokens)), cost, tokens),
    );
  }

  #learningRate(): number {
    const progress = this.#step / Math.max(1, this.steps);
    return this.options.learningRate * (0.1 + 0.9 * 0.5 * (1 + Math.cos(Math.PI * progress)));
  }

  /** [B][L] shares of kernel parameters [B, P]. */
  #sharesOf(parameters: tf.Tensor2D, phase?: "execution"): Float32Array[] {
    const { layers } = this.#source.model.shape;
    const flat = tf.tidy(() => this.options.kernel.shares(parameters, layers, phase).dataSync<"float32">());
    return Array.from({ length: parameters.shape[0] }, (_, b) => flat.slice(b * layers, (b + 1) * layers));
  }

  #shares(prompts: PromptBatch | null, budgets: readonly number[], phase?: "execution"): Float32Array[] {
    const parameters = this.predictor.parameters(prompts, budgets);
    const shares = this.#sharesOf(parameters, phase);
    parameters.dispose();
    return shares;
  }

  /** Normalised cost of fractional counts, and its gradient with respect to the shares. */
  #relaxedCost({ tokens }: PreparedSample, shares: ArrayLike<number>): { cost: number; gradient: Float64Array } {
    const { cost } = this.options;
    const { full, floor } = costRange(cost, tokens);
    const span = full - floor || 1;
    const gradient = new Float64Array(shares.length);
    const counts = Array.from(shares, (share) => share * tokens.visual);
    counts.forEach((count, i) => {
      gradient[i] = (cost.layer(i, tokens.text + count).derivative * tokens.visual) / span;
    });
    return { cost: (totalCost(cost, counts, tokens.text) - floor) / span, gradient };
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
    const trained = Array.from(normalised).every((value) => this.options.budgets.some((one) => same(one, value)));
    if (trained || this.#choice.length === 0) return { reading: null, layerForwards: 0 };
    const few: PreparedSamples = { ...validation, samples: validation.samples.slice(0, this.options.selection) };
    const level = meanOf(Array.from(normalised).slice(0, few.samples.length));
    const scouted = await scout(few, [level], this.options.cost, pacer);
    const readings: BudgetReading[] = [{ as: "shape", shares: scouted.shares[0] }];
    for (const snapshot of this.#snapshots.keys()) {
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
    if (this.#choice.length === 0) return this.#predict(samples, budget, normalised);
    const { budgets } = this.options;
    const last = this.predictor.weights();
    const projections = new Array<Projection>(samples.length);
    const shares = new Array<Float32Array>(samples.length);
    const chosen = samples.map((_, s) => reading?.snapshot ?? this.#choice[nearest(budgets, normalised[s])]);
    const read = Array.from(normalised, (value) => neighbour(budgets, value, reading?.as ?? "itself"));
    for (const snapshot of new Set(chosen)) {
      const members = [...samples.keys()].filter((s) => chosen[s] === snapshot);
      this.predictor.assign(this.#snapshots[snapshot]);
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
    this.predictor.assign(last);
    return { projections, shares };
  }

  /** One schedule, moved onto each sample's budget. */
  #projected(samples: readonly PreparedSample[], budget: ArrayLike<number>, shares: Float64Array): Schedules {
    return {
      projections: samples.map(({ tokens }, s) => project(shares, budget[s], this.options.cost, tokens)),
      shares: samples.map(() => Float32Array.from(shares)),
    };
  }

  #predict(samples: readonly PreparedSample[], budget: ArrayLike<number>, normalised: ArrayLike<number>): Schedules {
    const projections: Projection[] = [];
    const shares: Float32Array[] = [];
    for (let first = 0; first < samples.length; first += 32) {
      const members = samples.slice(first, first + 32);
      const prompts = this.options.conditioning === "input" ? promptBatch(members) : null;
      const budgets = Array.from(members, (_, b) => normalised[first + b]);
      const rows = this.#shares(prompts, budgets, "execution");
      prompts?.rows.dispose();
      prompts?.weights.dispose();
      rows.forEach((row, b) => {
        shares.push(row);
        projections.push(project(row, budget[first + b], this.options.cost, members[b].tokens));
      });
    }
    return { projections, shares };
  }

  /** @throws RangeError within an epoch. */
  get state(): SearchState {
    if (!this.betweenEpochs) throw new RangeError("A search state is taken between epochs.");
    return {
      step: this.#step,
      layerForwards: this.#layerForwards,
      random: this.#random.state,
      order: [...this.#order],
      lagrangian: this.#lagrangian.state,
      optimizer: this.#optimizer.state(),
      variables: this.predictor.weights(),
      snapshots: this.#snapshots,
      choice: this.#choice,
    };
  }

  /** Goes on from a state of a search with the same samples and options. */
  restore(state: SearchState): void {
    this.#step = state.step;
    this.#begun = state.step > 0;
    this.#layerForwards = state.layerForwards;
    this.#random = Random.fromState(state.random);
    this.#order = [...state.order];
    this.#lagrangian.restore(state.lagrangian);
    this.predictor.assign(state.variables);
    this.#snapshots = [...state.snapshots];
    this.#choice = [...state.choice];
    this.#optimizer.restore(state.optimizer, this.predictor.variables);
  }

  dispose(): void {
    this.predictor.dispose();
    this.#optimizer.dispose();
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
