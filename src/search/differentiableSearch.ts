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
import type { PreparedSample, PreparedSamples, SampleSource } from "../evaluation/index.js";
import { relaxedRun } from "../relaxation/index.js";
import { sharesGradient } from "../schedules/index.js";
import { AdamW, Pacer, Random } from "../tensor/index.js";
import { AugmentedLagrangian } from "./augmentedLagrangian.js";
import { BudgetedSchedules } from "./budgetedSchedules.js";
import { fitKernel } from "./fitKernel.js";
import {
  DEFAULT_BUDGETS,
  type Schedules,
  type SearchOptions,
  type SearchState,
  type SearchStep,
  type SettledOptions,
} from "./options.js";
import { type LearningRates, Predictor, promptBatch } from "./predictor.js";
import { relaxedProjection } from "./relaxedProjection.js";
import { STARTS, type Start, scout } from "./scout.js";

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
  readonly options: SettledOptions;
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
  readonly #served: BudgetedSchedules;

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
      tableLearningRate: options.tableLearningRate ?? 0.05,
      weightDecay: options.weightDecay ?? 0,
      estimator: options.estimator ?? "marginal",
      scouts: options.scouts ?? 16,
      start: oneOfStarts(options.start),
      selection: options.selection ?? 48,
      seed: options.seed ?? 0,
    };
    const { hidden, layers } = source.model.shape;
    const { kernel, conditioning, seed } = this.options;
    this.predictor = new Predictor({ conditioning, hidden, layers, kernel, budgets: this.options.budgets, seed });
    this.#served = new BudgetedSchedules(this.predictor, this.options, layers);
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

  /** Looks for good shapes and starts the predictor there. Done once, by the first step. */
  async #begin(pacer: Pacer): Promise<void> {
    const { budgets, cost, scouts } = this.options;
    if (scouts > 0) {
      const few = Array.from({ length: Math.min(scouts, this.#source.size) }, (_, s) => s);
      const found = await this.#source.borrow(few, pacer, async (prepared) => {
        this.#layerForwards += prepared.layerForwards;
        return scout(prepared, budgets, cost, { start: this.options.start, pacer });
      });
      this.#layerForwards += found.layerForwards;
      this.predictor.setTable(await fitKernel(this.options.kernel, found.shares, this.options.seed, pacer));
    }
    this.#served.snapshots = [this.predictor.weights()];
    this.#begun = true;
  }

  /** At the end of an epoch; after the last, budgets choose between the predictor as it began and as it ended. */
  async #endEpoch(pacer: Pacer): Promise<void> {
    this.#lagrangian.endEpoch();
    if (!this.finished) return;
    this.#served.snapshots.push(this.predictor.weights());
    if (this.#validation) {
      this.#layerForwards += await this.#served.choose(this.#validation, pacer);
    }
  }

  /**
   * One step; the first one begins with a look at simple shapes.
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
      const proposed = this.#served.sharesOf(pass.parameters);
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
        return pass.descend(this.#optimizer, this.#learningRates(), dParameters);
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

  #learningRates(): LearningRates {
    const progress = this.#step / Math.max(1, this.steps);
    const left = 0.1 + 0.9 * 0.5 * (1 + Math.cos(Math.PI * progress));
    const { learningRate, tableLearningRate } = this.options;
    return { network: left * learningRate, table: left * tableLearningRate };
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

  /** `BudgetedSchedules.readingOf`. */
  readingOf(...args: Parameters<BudgetedSchedules["readingOf"]>): ReturnType<BudgetedSchedules["readingOf"]> {
    return this.#served.readingOf(...args);
  }

  /** `BudgetedSchedules.schedules`. */
  schedules(...args: Parameters<BudgetedSchedules["schedules"]>): Schedules {
    return this.#served.schedules(...args);
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
      snapshots: this.#served.snapshots,
      choice: this.#served.choice,
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
    this.#served.snapshots = [...state.snapshots];
    this.#served.choice = [...state.choice];
    this.#optimizer.restore(state.optimizer, this.predictor.variables);
  }

  /** Lets go of the predictor and of what the optimiser remembers. */
  dispose(): void {
    this.predictor.dispose();
    this.#optimizer.dispose();
  }
}

/** @throws EspalierError for a start that there is not. */
function oneOfStarts(start: Start = "shapes"): Start {
  if (STARTS.includes(start)) return start;
  throw new EspalierError(`There is no start "${String(start)}"; choose one of ${STARTS.join(", ")}.`);
}
