/**
 * The divergence of relaxed schedules and its gradient with respect to every layer's share (METHOD §4, §5, §10).
 *
 * The mask acts on keys. Because it is a product over layers and the straight-through estimator is hard forward, a token
 * that dies at layer i gets a gradient through the mask of layer i alone. So it is needed as a key where it dies and can be
 * gone from the next layer on: the loss and the gradient are those of the dense masked graph, at nearly the cost of the
 * pruned run. With the forward switched to soft, nothing may go, and the graph is dense.
 */
import * as tf from "@tensorflow/tfjs";
import {
  answerRows,
  keptPlaces,
  type PreparedSample,
  type PreparedSamples,
  rowsOf,
  stackHidden,
} from "../evaluation/index.js";
import { gatherRows, layoutFrom, otherTokens, type TokenLayout } from "../models/index.js";
import { attentionScores } from "../selectors/index.js";
import { Pacer, Tape } from "../tensor/index.js";
import { rankThreshold, softThreshold, type Threshold } from "./softThreshold.js";

export const ESTIMATORS = ["marginal", "straightThrough"] as const;
/**
 * How a share's gradient is estimated behind the hard mask.
 *
 * `straightThrough` is the paper's: the soft mask is a sigmoid in log scores around a local threshold, gradients flow through
 * the scores too, and a dropped key gets the derivative at weight 0. It is nil where scores have gaps, huge where they have
 * none, and unbounded for a dropped key of large logit.
 *
 * `marginal` estimates what one token more or less would change: the soft mask is a sigmoid in the rank, so one token always
 * weighs one token, and a dropped key gets the effect of taking it in (METHOD §4, "Differs").
 */
export type Estimator = (typeof ESTIMATORS)[number];

export interface RelaxedOptions {
  /** What the mask is in the forward pass; default "hard", with the soft mask's gradient. "soft" serves gradient checks. */
  readonly forward?: "hard" | "soft";
  /** Keeps dead tokens as rows; default false, and always so with a soft forward. The numbers do not change. */
  readonly dense?: boolean;
  /** Default "marginal". */
  readonly estimator?: Estimator;
  readonly pacer?: Pacer;
}

export interface RelaxedResult {
  /** [B] nats. */
  readonly divergence: Float64Array;
  /** [B][L]: gradient of each sample's divergence with respect to its shares; entry 0 is 0. */
  readonly gradient: Float64Array[];
  /** [B][L] executed counts. */
  readonly counts: number[][];
}

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
  readonly keys: TokenLayout;
  readonly policy: tf.Tensor2D;
  /** Scores by which this layer ranked, a tensor of the layer before; null for layer 1 and static selectors. */
  readonly scores: { readonly tensor: tf.Tensor2D; readonly keys: TokenLayout } | null;
  /** Length of the tape before this layer. */
  readonly mark: number;
}

/**
 * Runs a batch under relaxed schedules, forward and backward. Gradients are of the SUM of the samples' weighted
 * divergences; weights are one unless given.
 *
 * @param shares [B][L] fractional shares, non-increasing, `shares[b][0]` is 1.
 * @param weights factor of each sample's divergence in the gradient; default 1.
 * @throws Stopped, with nothing left allocated.
 */
export async function relaxedRun(
  prepared: PreparedSamples,
  samples: readonly PreparedSample[],
  shares: readonly ArrayLike<number>[],
  options: RelaxedOptions = {},
): Promise<RelaxedResult> {
  const tape = new Tape();
  try {
    return await new RelaxedBatch(prepared, samples, shares, options, tape).run();
  } finally {
    tape.dispose();
  }
}

class RelaxedBatch {
  readonly #soft: boolean;
  readonly #dense: boolean;
  readonly #estimator: Estimator;
  readonly #threshold: typeof softThreshold;
  readonly #pacer: Pacer;
  readonly #records: LayerRecord[] = [];

  constructor(
    readonly prepared: PreparedSamples,
    readonly samples: readonly PreparedSample[],
    readonly shares: readonly ArrayLike<number>[],
    options: RelaxedOptions,
    readonly tape: Tape,
  ) {
    this.#soft = options.forward === "soft";
    this.#dense = this.#soft || (options.dense ?? false);
    this.#estimator = options.estimator ?? "marginal";
    this.#threshold = this.#estimator === "marginal" ? rankThreshold : softThreshold;
    this.#pacer = options.pacer ?? new Pacer();
  }

  async run(): Promise<RelaxedResult> {
    const { model } = this.prepared;
    const { samples, tape } = this;
    const { layers } = model.shape;
    const counts = samples.map(({ tokens }) => [tokens.visual]);
    let keys = layoutFrom(samples.map(({ ids }) => Int32Array.from(ids.keys())));
    let hidden = stackHidden(samples, keys);
    tape.own(hidden);
    let scores: LayerRecord["scores"] = null;
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
      const policy = this.#policy(masks, keys);
      const staying = masks.map(({ places, threshold }) => places.filter((_, j) => threshold.hard[j] === 1));
      const last = i === layers - 1;
      const queries = last
        ? layoutFrom(samples.map(({ answerPlaces }) => answerPlaces))
        : this.#dense
          ? keys
          : fewLengths(
              samples.map(({ text }, b) => keptPlaces(staying[b], text)),
              keys.length,
            );
      this.#records.push({ masks, keys, policy, scores, mark });
      const output = this.#layer(i, hidden, keys, queries, policy);
      hidden = output.hidden;
      scores = null;
      let ranks: Float32Array | null = null;
      if (!last && this.prepared.selector.kind === "attention") {
        const tensor = attentionScores(model, i, this.prepared.selector, samples, output, queries, keys, policy, tape);
        scores = { tensor, keys };
        ranks = tensor.dataSync<"float32">();
      }
      alive = this.#survive(masks, staying, keys, ranks);
      keys = queries;
      await this.#pacer.pause();
    }
    const divergence = this.#seed(hidden, keys);
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
  #policy(masks: readonly Mask[], keys: TokenLayout): tf.Tensor2D {
    const weights = new Float32Array(keys.index.length).fill(1);
    this.samples.forEach(({ visual }, b) => {
      const dead = layoutSlots(keys, b, visual);
      for (const slot of dead) if (slot >= 0) weights[b * keys.length + slot] = 0;
      const slots = layoutSlots(keys, b, masks[b].places);
      slots.forEach((slot, j) => {
        weights[b * keys.length + slot] = masks[b].before[j] * masks[b].factor[j];
      });
    });
    const policy = tf.tensor2d(weights, [keys.batch, keys.length]);
    this.tape.own(policy);
    this.tape.watch(policy);
    return policy;
  }

  #layer(i: number, hidden: tf.Tensor2D, keys: TokenLayout, queries: TokenLayout, policy: tf.Tensor2D) {
    const { model } = this.prepared;
    const positions = this.samples.map((sample) => sample.positions);
    const rotary = model.rotary(positions, keys);
    const same = queries === keys;
    const asking = same ? rotary : model.rotary(positions, queries);
    const bias = model.bias(i, queries, keys);
    const other = otherTokens(queries, keys);
    this.tape.own(other, ...rotary.tensors, ...(same ? [] : asking.tensors), ...(bias ? [bias] : []));
    return model.layer(
      i,
      {
        hidden,
        batch: keys.batch,
        rotary,
        queries: same ? undefined : { rows: rowsOf(keys, queries), rotary: asking },
        bias,
        policy: { keys: policy, other, gradient: this.#estimator === "marginal" ? "secant" : "tangent" },
      },
      this.tape,
    );
  }

  /** The visual tokens over which the next layer's threshold is taken, with their scores and masks. */
  #survive(
    masks: readonly Mask[],
    staying: readonly Int32Array[],
    keys: TokenLayout,
    ranks: Float32Array | null,
  ): Alive[] {
    const { selector } = this.prepared;
    return this.samples.map((sample, b) => {
      const { threshold, before, factor, places } = masks[b];
      const mask = Float64Array.from(places, (_, j) => before[j] * factor[j]).filter((_, j) => threshold.hard[j] === 1);
      const slots = layoutSlots(keys, b, staying[b]);
      let scores: Float64Array;
      if (ranks) {
        scores = Float64Array.from(slots, (slot) => ranks[b * keys.length + slot]);
      } else if (selector.kind === "static") {
        const fixed = new Map(Array.from(sample.visual, (place, v) => [place, sample.firstScores[v]]));
        scores = Float64Array.from(staying[b], (place) => fixed.get(place)!);
      } else {
        scores = new Float64Array(staying[b].length);
      }
      return { places: staying[b], scores, mask };
    });
  }

  /** Divergence from the last layer's rows; seeds the tape with its gradient. */
  #seed(hidden: tf.Tensor2D, layout: TokenLayout): Float64Array {
    const { model } = this.prepared;
    const { samples, tape } = this;
    const { rows, owner } = answerRows(samples, layout);
    const logits = model.logits(gatherRows(hidden, rows, tape), tape);
    const perRow = Float32Array.from(owner, (b) => 1 / samples[b].targets.length);
    const [terms, gradient] = tf.tidy(() => {
      const teacher = tf.concat(
        samples.map((sample) => sample.teacher),
        0,
      );
      const student = tf.logSoftmax(logits);
      const p = tf.exp(teacher);
      const kl = tf.sum(tf.mul(p, tf.sub(teacher, student)), 1);
      return [kl, tf.mul(tf.sub(tf.exp(student), p), tf.expandDims(tf.tensor1d(perRow), 1))];
    });
    tape.accumulate(logits, gradient);
    const kl = terms.dataSync();
    terms.dispose();
    const divergence = new Float64Array(samples.length);
    owner.forEach((b, row) => {
      divergence[b] += kl[row] * perRow[row];
    });
    return divergence;
  }

  /** Walks the layers backwards, turning each mask's gradient into the share's. */
  async #backward(): Promise<Float64Array[]> {
    const { samples, tape } = this;
    const { layers } = this.prepared.model.shape;
    const gradient = samples.map(() => new Float64Array(layers));
    /** Gradient of later layers with respect to the mask behind this one, by place. */
    let later = samples.map(() => new Map<number, number>());
    for (let i = layers - 1; i >= 1; i--) {
      const { masks, keys, policy, scores, mark } = this.#records[i - 1];
      tape.backward(mark);
      const seen = tape.takeGradient(policy);
      const dPolicy = seen ? seen.dataSync<"float32">() : new Float32Array(keys.index.length);
      seen?.dispose();
      const dScores =
        scores && this.#estimator === "straightThrough" ? new Float32Array(scores.keys.index.length) : null;
      later = samples.map((_, b) => {
        const { places, threshold, before, factor } = masks[b];
        const slots = layoutSlots(keys, b, places);
        const dMask = Float64Array.from(
          places,
          (place, j) => dPolicy[b * keys.length + slots[j]] + (later[b].get(place) ?? 0),
        );
        const result = threshold.backward(dMask.map((d, j) => d * before[j]));
        gradient[b][i] = result.share;
        if (scores && dScores) {
          const rows = layoutSlots(scores.keys, b, places);
          rows.forEach((slot, j) => {
            dScores[b * scores.keys.length + slot] = result.scores[j];
          });
        }
        return new Map(Array.from(places, (place, j) => [place, dMask[j] * factor[j]]));
      });
      if (scores && dScores) {
        tape.accumulate(scores.tensor, tf.tensor2d(dScores, [scores.keys.batch, scores.keys.length]));
      }
      await this.#pacer.pause();
    }
    return gradient;
  }
}

/** Rows of a sample come in multiples of this many. */
const STRIDE = 16;

/**
 * A layout of few possible lengths. The native library prepares a matrix product anew for every shape it has not met lately;
 * lengths that follow every token of every schedule would never repeat.
 */
function fewLengths(kept: readonly Int32Array[], most: number): TokenLayout {
  const longest = Math.max(...kept.map((places) => places.length));
  return layoutFrom(kept, Math.min(most, Math.ceil(longest / STRIDE) * STRIDE));
}

/** Slots of some of a sample's places in a layout; −1 where a place is gone. Both ascend. */
function layoutSlots({ index, length }: TokenLayout, b: number, places: ArrayLike<number>): Int32Array {
  const slots = new Int32Array(places.length).fill(-1);
  for (let j = 0, slot = 0; j < places.length; j++) {
    while (slot < length && index[b * length + slot] >= 0 && index[b * length + slot] < places[j]) slot++;
    if (slot < length && index[b * length + slot] === places[j]) slots[j] = slot;
  }
  return slots;
}
