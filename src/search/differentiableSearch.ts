/**
 * The differentiable search: trains a predictor of schedules for all budgets at once (METHOD §5, §6).
 *
 * One step: the predictor proposes a schedule for each sample and its budget; the relaxed run gives each sample's divergence
 * and its gradient with respect to every layer's share; the augmented Lagrangian adds what the budget has to say; one backward
 * pass through the small predictor turns the shares' gradients into its own.
 */
import * as tf from "@tensorflow/tfjs";
import { type CostModel, costRange, fromNormalised, totalCost } from "../cost/index.js";
import { EspalierError } from "../errors.js";
import type { PreparedSample, PreparedSamples } from "../evaluation/index.js";
import { type Estimator, relaxedRun } from "../relaxation/index.js";
import type { KernelFunction } from "../schedules/index.js";
import { AdamW, type AdamWState, Pacer, Random } from "../tensor/index.js";
import { AugmentedLagrangian, type LagrangianOptions, type LagrangianState } from "./augmentedLagrangian.js";
import { type Conditioning, Predictor, type PromptBatch } from "./predictor.js";
import { type Projection, project } from "./projection.js";
import { relaxedProjection } from "./relaxedProjection.js";

/** The paper's budgets: .01, .05, .10, … .95. */
export const DEFAULT_BUDGETS: readonly number[] = [0.01, ...Array.from({ length: 19 }, (_, i) => (i + 1) / 20)];

export interface SearchOptions {
  readonly kernel: KernelFunction;
  readonly cost: CostModel;
  /** Normalised budgets that are trained, ascending; default `DEFAULT_BUDGETS`. */
  readonly budgets?: readonly number[];
  /** Default "input". */
  readonly conditioning?: Conditioning;
  /** Samples per step; default 16. */
  readonly batch?: number;
  /** Passes over the samples; default 12. */
  readonly epochs?: number;
  /** Default 4e-3, falling to a tenth along a cosine. */
  readonly learningRate?: number;
  /** Default 0. */
  readonly weightDecay?: number;
  readonly lagrangian?: LagrangianOptions;
  /** Default "marginal". */
  readonly estimator?: Estimator;
  /** Default 0. */
  readonly seed?: number;
}

/** What one step did. */
export interface SearchStep {
  readonly step: number;
  readonly steps: number;
  readonly epoch: number;
  readonly divergence: number;
  /** Mean over the batch of max(0, cost − budget), normalised. */
  readonly violation: number;
  readonly gradientNorm: number;
  /** Layer-forwards spent so far, teacher excluded (METHOD §8: forward 1, backward 2 a layer). */
  readonly layerForwards: number;
  readonly converged: boolean;
}

/** Everything a search needs to go on as if it had never stopped. */
export interface SearchState {
  readonly step: number;
  readonly layerForwards: number;
  readonly random: readonly number[];
  /** Order in which this epoch visits the samples. */
  readonly order: readonly number[];
  readonly lagrangian: LagrangianState;
  readonly optimizer: AdamWState;
  readonly variables: ReadonlyMap<string, Float32Array>;
  /** Slacks of the current epoch are not kept: a state is taken between epochs. */
}

export class DifferentiableSearch {
  readonly options: Required<Omit<SearchOptions, "lagrangian">>;
  readonly predictor: Predictor;
  readonly #prepared: PreparedSamples;
  readonly #lagrangian: AugmentedLagrangian;
  readonly #optimizer: AdamW;
  #random: Random;
  #order: number[] = [];
  #step = 0;
  #layerForwards = 0;

  /**
   * @param prepared training samples; owned by the caller and kept alive by it as long as the search runs.
   * @throws EspalierError for budgets outside (0, 1] or no samples.
   */
  constructor(prepared: PreparedSamples, options: SearchOptions) {
    const budgets = options.budgets ?? DEFAULT_BUDGETS;
    if (prepared.samples.length === 0)
      throw new EspalierError("A search needs at least one training sample; there are none.");
    const wrong = budgets.find((budget) => !(budget >= 0 && budget <= 1));
    if (budgets.length === 0 || wrong !== undefined) {
      throw new EspalierError(
        `The budget ${wrong ?? "list is empty and"} cannot be trained; give normalised budgets from 0 (the floor: no visual token after layer 0) to 1.`,
      );
    }
    this.#prepared = prepared;
    this.options = {
      kernel: options.kernel,
      cost: options.cost,
      budgets: [...budgets].sort((a, b) => a - b),
      conditioning: options.conditioning ?? "input",
      batch: options.batch ?? 16,
      epochs: options.epochs ?? 12,
      learningRate: options.learningRate ?? 4e-3,
      weightDecay: options.weightDecay ?? 0,
      estimator: options.estimator ?? "marginal",
      seed: options.seed ?? 0,
    };
    const { hidden, layers } = prepared.model.shape;
    const { kernel, conditioning, seed } = this.options;
    this.predictor = new Predictor({ conditioning, hidden, layers, kernel, budgets: this.options.budgets, seed });
    this.#lagrangian = new AugmentedLagrangian(this.options.budgets.length, options.lagrangian);
    this.#optimizer = new AdamW({ weightDecay: this.options.weightDecay, clipNorm: 1 });
    this.#random = new Random(seed).fork("search");
  }

  get stepsPerEpoch(): number {
    return Math.ceil(this.#prepared.samples.length / this.options.batch);
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

  /**
   * One step.
   *
   * @throws EspalierError when the divergence or the gradient stops being finite; Stopped.
   */
  async step(pacer: Pacer = new Pacer()): Promise<SearchStep> {
    const { samples, model } = this.#prepared;
    const { batch, budgets, kernel } = this.options;
    const { layers } = model.shape;
    const within = this.#step % this.stepsPerEpoch;
    if (within === 0) this.#order = this.#random.shuffle([...samples.keys()]);
    const members = this.#order.slice(within * batch, (within + 1) * batch).map((s) => samples[s]);
    const buckets = members.map(() => this.#random.integer(0, budgets.length - 1));
    const targets = buckets.map((bucket) => budgets[bucket]);

    const prompts = this.options.conditioning === "input" ? promptBatch(members) : null;
    try {
      const proposed = this.#shares(prompts, targets);
      const projections =
        this.#lagrangian.options.form === "projected" ? this.#project(members, proposed, targets) : null;
      const shares = projections?.map((projection) => projection.shares) ?? proposed;
      const run = await relaxedRun(this.#prepared, members, shares, { pacer, estimator: this.options.estimator });
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
      const { grads } = tf.variableGrads(
        () =>
          tf.sum(
            tf.mul(
              kernel.shares(this.predictor.parameters(prompts, targets), layers),
              tf.tensor2d(dShares, [members.length, layers]),
            ),
          ) as tf.Scalar,
        [...this.predictor.variables.values()],
      );
      const byName = new Map<string, tf.Tensor>();
      for (const [name, variable] of this.predictor.variables) byName.set(name, grads[variable.name]);
      const gradientNorm = this.#optimizer.apply(this.predictor.variables, byName, this.#learningRate());
      tf.dispose(grads);
      if (!Number.isFinite(gradientNorm)) {
        throw new EspalierError(
          `The predictor's gradient stopped being finite at step ${this.#step}; its weights are as before the step. Try a smaller learning rate than ${this.options.learningRate}.`,
        );
      }
      this.#step++;
      // Layer 0 is cached: L − 1 layers forward and, at twice the price, backward.
      this.#layerForwards += members.length * 3 * (layers - 1);
      const epochEnds = this.betweenEpochs;
      if (epochEnds) this.#lagrangian.endEpoch();
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
      prompts?.rows.dispose();
      prompts?.present.dispose();
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

  #shares(prompts: PromptBatch | null, budgets: readonly number[], phase?: "execution"): Float32Array[] {
    const { layers } = this.#prepared.model.shape;
    const flat = tf.tidy(() =>
      this.options.kernel.shares(this.predictor.parameters(prompts, budgets), layers, phase).dataSync<"float32">(),
    );
    return budgets.map((_, b) => flat.slice(b * layers, (b + 1) * layers));
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
   * The schedules that the predictor gives for one budget, held to it: executed counts of each sample, before and after
   * single tokens were added.
   *
   * @param samples any samples prepared with the same model.
   * @param budget of each sample, in the cost model's unit.
   * @param normalised the same budgets, normalised: what the predictor reads.
   */
  schedules(
    samples: readonly PreparedSample[],
    budget: ArrayLike<number>,
    normalised: ArrayLike<number>,
  ): { projections: Projection[]; shares: Float32Array[] } {
    const projections: Projection[] = [];
    const shares: Float32Array[] = [];
    for (let first = 0; first < samples.length; first += 32) {
      const members = samples.slice(first, first + 32);
      const prompts = this.options.conditioning === "input" ? promptBatch(members) : null;
      const rows = this.#shares(
        prompts,
        Array.from(members, (_, b) => normalised[first + b]),
        "execution",
      );
      prompts?.rows.dispose();
      prompts?.present.dispose();
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
    const variables = new Map<string, Float32Array>();
    for (const [name, variable] of this.predictor.variables)
      variables.set(name, variable.dataSync<"float32">().slice());
    return {
      step: this.#step,
      layerForwards: this.#layerForwards,
      random: this.#random.state,
      order: [...this.#order],
      lagrangian: this.#lagrangian.state,
      optimizer: this.#optimizer.state(),
      variables,
    };
  }

  /** Goes on from a state of a search with the same samples and options. */
  restore(state: SearchState): void {
    this.#step = state.step;
    this.#layerForwards = state.layerForwards;
    this.#random = Random.fromState(state.random);
    this.#order = [...state.order];
    this.#lagrangian.restore(state.lagrangian);
    for (const [name, values] of state.variables) {
      const variable = this.predictor.variables.get(name);
      if (!variable)
        throw new EspalierError(
          `The saved search has a predictor variable ${name} that these options do not; it belongs to another search.`,
        );
      tf.tidy(() => variable.assign(tf.tensor(values, variable.shape)));
    }
    this.#optimizer.restore(state.optimizer, this.predictor.variables);
  }

  dispose(): void {
    this.predictor.dispose();
    this.#optimizer.dispose();
  }
}

/** Prompt embeddings of a batch, padded; the answers' rows are left out. The caller disposes both. */
function promptBatch(samples: readonly PreparedSample[]): PromptBatch {
  const longest = Math.max(...samples.map(({ promptLength }) => promptLength));
  const rows = tf.tidy(() =>
    tf.stack(
      samples.map(({ embeddings, promptLength }) =>
        tf.pad(tf.slice(embeddings, [0, 0], [promptLength, -1]), [
          [0, longest - promptLength],
          [0, 0],
        ]),
      ),
    ),
  ) as tf.Tensor3D;
  const present = new Float32Array(samples.length * longest);
  samples.forEach(({ promptLength }, b) => {
    present.fill(1, b * longest, b * longest + promptLength);
  });
  return { rows, present: tf.tensor2d(present, [samples.length, longest]) };
}
