/**
 * The relaxed run as METHOD §4 writes it: every token stays a row, and masks act on keys.
 *
 * It takes any forward and any estimator. `compactRun` gives the numbers of the hard forward with marginal gradients at the
 * cost of the tokens that are alive; this one is what it is held against.
 */
import * as tf from "@tensorflow/tfjs";
import { answerRows, type PreparedSample, type PreparedSamples, rowsOf, stackHidden } from "../evaluation/index.js";
import { layoutFrom, otherTokens, type TokenLayout } from "../models/index.js";
import { attentionScores } from "../selectors/index.js";
import { Pacer, Tape } from "../tensor/index.js";
import type { Estimator, RelaxedOptions, RelaxedResult } from "./options.js";
import { seedDivergence, takeValues } from "./seed.js";
import { rankThreshold, softThreshold, type Threshold } from "./softThreshold.js";

/** One sample's mask at one layer. */
interface Mask {
  /** Places over which the layer's threshold was taken: visual tokens alive in the layer before. */
  readonly places: Int32Array;
  readonly threshold: Threshold;
  /** The mask of the layer before, at `places`. */
  readonly before: Float64Array;
  /** This layer's factor (hard or soft), at `places`. */
  readonly factor: Float64Array;
}

/** The visual tokens over which a layer's threshold is taken: places, scores and the mask so far. */
interface Alive {
  readonly places: Int32Array;
  readonly scores: Float64Array;
  readonly mask: Float64Array;
}

interface LayerRecord {
  readonly masks: readonly Mask[];
  readonly policy: tf.Tensor2D;
  /** Scores by which this layer ranked, a tensor of the layer before; null for layer 1 and static selectors. */
  readonly scores: tf.Tensor2D | null;
  /** Length of the tape before this layer. */
  readonly mark: number;
}

/** As `relaxedRun`. */
export async function maskedRun(
  prepared: PreparedSamples,
  samples: readonly PreparedSample[],
  shares: readonly ArrayLike<number>[],
  options: RelaxedOptions,
): Promise<RelaxedResult> {
  const tape = new Tape();
  try {
    return await new MaskedBatch(prepared, samples, shares, options, tape).run();
  } finally {
    tape.dispose();
  }
}

class MaskedBatch {
  readonly #soft: boolean;
  readonly #estimator: Estimator;
  readonly #threshold: typeof softThreshold;
  readonly #pacer: Pacer;
  readonly #records: LayerRecord[] = [];
  /** All tokens of every sample: the rows of every layer but the last. */
  readonly #all: TokenLayout;
  readonly #visualRows: readonly Int32Array[];

  constructor(
    readonly prepared: PreparedSamples,
    readonly samples: readonly PreparedSample[],
    readonly shares: readonly ArrayLike<number>[],
    options: RelaxedOptions,
    readonly tape: Tape,
  ) {
    this.#soft = options.forward === "soft";
    this.#estimator = options.estimator ?? "marginal";
    this.#threshold = this.#estimator === "marginal" ? rankThreshold : softThreshold;
    this.#pacer = options.pacer ?? new Pacer();
    this.#all = layoutFrom(samples.map(({ ids }) => Int32Array.from(ids.keys())));
    this.#visualRows = samples.map(({ visual }, b) => visual.map((place) => b * this.#all.length + place));
  }

  async run(): Promise<RelaxedResult> {
    const { model, selector } = this.prepared;
    const { samples, tape } = this;
    const { layers } = model.shape;
    const counts = samples.map(({ tokens }) => [tokens.visual]);
    const answers = layoutFrom(samples.map(({ answerPlaces }) => answerPlaces));
    const positions = samples.map((sample) => sample.positions);
    const rotary = model.rotary(positions, this.#all);
    const asking = model.rotary(positions, answers);
    let hidden = stackHidden(samples, this.#all);
    tape.own(hidden, ...rotary.tensors, ...asking.tensors);
    let scores: tf.Tensor2D | null = null;
    let alive: Alive[] = samples.map(({ visual, firstScores }) => ({
      places: visual,
      scores: Float64Array.from(firstScores),
      mask: new Float64Array(visual.length).fill(1),
    }));

    for (let i = 1; i < layers; i++) {
      const mark = tape.length;
      const masks = samples.map((sample, b) => {
        const { visual } = sample.tokens;
        const count = Math.min(Math.floor(this.shares[b][i] * visual + 0.5), counts[b][i - 1]);
        counts[b].push(count);
        return this.#mask(alive[b], count, this.shares[b][i], visual);
      });
      const policy = this.#policy(masks);
      this.#records.push({ masks, policy, scores, mark });
      const last = i === layers - 1;
      const queries = last ? answers : this.#all;
      const input = hidden;
      const [next, ranks] = tf.tidy(() => {
        const output = model.layer(
          i,
          {
            hidden: input,
            batch: samples.length,
            rotary,
            queries: last ? { rows: rowsOf(this.#all, answers), rotary: asking } : undefined,
            mask: model.mask(i, positions, queries, this.#all),
            policy: {
              keys: policy,
              other: otherTokens(queries, this.#all),
              gradient: this.#estimator === "marginal" ? "secant" : "tangent",
            },
          },
          tape,
        );
        if (last || selector.kind !== "attention") return [output.hidden];
        const survivors = masks.map(({ places, threshold }) => places.filter((_, j) => threshold.hard[j] === 1));
        const scored = { layer: i, output, queries, keys: this.#all, survivors, policy };
        return [output.hidden, attentionScores(model, selector, samples, scored, tape)];
      }) as [tf.Tensor2D, tf.Tensor2D | undefined];
      tape.own(next, ...(ranks ? [ranks] : []));
      hidden = next;
      scores = ranks ?? null;
      alive = this.#survive(masks, ranks ? ranks.dataSync<"float32">() : null);
      await this.#pacer.pause();
    }
    const divergence = seedDivergence(model, samples, hidden, answerRows(samples, answers), tape);
    const gradient = await this.#backward();
    return { divergence, gradient, counts };
  }

  #mask(alive: Alive, count: number, share: number, visual: number): Mask {
    if (alive.places.length === 0) {
      const empty = new Float64Array(0);
      const nothing = { hard: new Uint8Array(0), soft: empty, backward: () => ({ share: 0, scores: empty }) };
      return { places: alive.places, threshold: nothing, before: empty, factor: empty };
    }
    const threshold = this.#threshold(alive.scores, count, share, visual);
    const factor = this.#soft ? threshold.soft : Float64Array.from(threshold.hard);
    return { places: alive.places, threshold, before: alive.mask, factor };
  }

  /** [B, N]: the mask of this layer at visual keys, 1 at text; 0 at visual keys that died before. */
  #policy(masks: readonly Mask[]): tf.Tensor2D {
    const { batch, length } = this.#all;
    const weights = new Float32Array(batch * length).fill(1);
    masks.forEach(({ places, before, factor }, b) => {
      for (const row of this.#visualRows[b]) weights[row] = 0;
      places.forEach((place, j) => {
        weights[b * length + place] = before[j] * factor[j];
      });
    });
    const policy = tf.tensor2d(weights, [batch, length]);
    this.tape.own(policy);
    this.tape.watch(policy);
    return policy;
  }

  /** The visual tokens over which the next layer's threshold is taken, with their scores and masks. */
  #survive(masks: readonly Mask[], ranks: Float32Array | null): Alive[] {
    const { selector } = this.prepared;
    return this.samples.map((sample, b) => {
      const { threshold, before, factor, places } = masks[b];
      const stays = (_: number, j: number) => threshold.hard[j] === 1;
      const mask = Float64Array.from(places, (_, j) => before[j] * factor[j]).filter(stays);
      const staying = places.filter(stays);
      let scores = new Float64Array(staying.length);
      if (ranks) {
        scores = Float64Array.from(staying, (place) => ranks[b * this.#all.length + place]);
      } else if (selector.kind === "static") {
        const fixed = new Map(Array.from(sample.visual, (place, v) => [place, sample.firstScores[v]]));
        scores = Float64Array.from(staying, (place) => fixed.get(place)!);
      }
      return { places: staying, scores, mask };
    });
  }

  /** Walks the layers backwards, turning each mask's gradient into the share's. */
  async #backward(): Promise<Float64Array[]> {
    const { samples, tape } = this;
    const { layers } = this.prepared.model.shape;
    const { batch, length } = this.#all;
    const gradient = samples.map(() => new Float64Array(layers));
    /** Gradient of later layers with respect to the mask behind this one, by place. */
    let later = samples.map(() => new Map<number, number>());
    for (let i = layers - 1; i >= 1; i--) {
      const { masks, policy, scores, mark } = this.#records[i - 1];
      tape.backward(mark);
      const dPolicy = takeValues(tape, policy);
      const dScores = scores && this.#estimator === "straightThrough" ? new Float32Array(batch * length) : null;
      later = samples.map((_, b) => {
        const { places, threshold, before, factor } = masks[b];
        const dMask = Float64Array.from(places, (place) => dPolicy[b * length + place] + (later[b].get(place) ?? 0));
        const result = threshold.backward(dMask.map((d, j) => d * before[j]));
        gradient[b][i] = result.share;
        if (dScores) {
          places.forEach((place, j) => {
            dScores[b * length + place] = result.scores[j];
          });
        }
        return new Map(Array.from(places, (place, j) => [place, dMask[j] * factor[j]]));
      });
      if (scores && dScores) tape.accumulate(scores, tf.tensor2d(dScores, [batch, length]));
      await this.#pacer.pause();
    }
    return gradient;
  }
}
