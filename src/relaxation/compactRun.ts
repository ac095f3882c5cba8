/**
 * The relaxed run at the cost of the tokens that are alive: a hard forward with the gradients of the `marginal` estimator.
 *
 * The mask of METHOD §4 is a product over layers and hard in the forward pass. A token that died gets a gradient through the
 * mask of the layer it died at, and through no later one; so a layer runs on its survivors alone, as in execution, and a few
 * of the just dropped take part as keys whose worth is asked (METHOD §10). Samples are packed into common sequences, so that
 * short ones pay no padding. Loss and gradient are those of `maskedRun`.
 */
import * as tf from "@tensorflow/tfjs";
import type { PreparedSample, PreparedSamples } from "../evaluation/index.js";
import {
  gatherRows,
  type LayerProbe,
  type LayoutRotary,
  type PackedLayout,
  type Positions,
  packLayout,
  packLike,
} from "../models/index.js";
import { attentionScores } from "../selectors/index.js";
import { Pacer, Tape } from "../tensor/index.js";
import type { RelaxedOptions, RelaxedResult } from "./options.js";
import { seedDivergence, takeValues } from "./seed.js";
import { rankThreshold, type Threshold } from "./softThreshold.js";

/** Sequences come in multiples of this many rows: the native library prepares a matrix product anew for every shape. */
const STRIDE = 16;
/** The same where rows are few: asked keys, answers. */
const SMALL_STRIDE = 8;
/** Dropped keys whose rank lies so far behind the cut that the soft mask's slope is below this weigh nothing. */
const LEAST_SLOPE = 1e-7;

/** What is left of one sample before a layer. */
interface Survivors {
  /** Rows of the running hidden states: this one is that of the first place, the others follow. */
  readonly row: number;
  /** Places of all its tokens, ascending. */
  readonly places: Int32Array;
  /** Places of its visual tokens, and the scores that rank them. */
  readonly visual: Int32Array;
  readonly scores: ArrayLike<number>;
}

/** One sample at one layer: who stays, and whose worth is asked although they go. */
interface Cut {
  /** Null where there is nothing to cut. */
  readonly threshold: Threshold | null;
  /** Places of all tokens that stay, and of the visual ones among them. */
  readonly places: Int32Array;
  readonly visual: Int32Array;
  /** Places of the dropped tokens that are asked. */
  readonly asked: Int32Array;
  /** For each visual token before the cut: its slot among the kept tokens, or −1 − its slot among the asked ones, or NONE. */
  readonly slots: Int32Array;
}

const NONE = 1 << 30;

interface LayerRecord {
  readonly cuts: readonly Cut[];
  readonly layout: PackedLayout;
  readonly kept: tf.Tensor2D;
  readonly dropped: { readonly layout: PackedLayout; readonly leaf: tf.Tensor2D } | null;
  /** Length of the tape before this layer. */
  readonly mark: number;
}

/** As `relaxedRun`. */
export async function compactRun(
  prepared: PreparedSamples,
  samples: readonly PreparedSample[],
  shares: readonly ArrayLike<number>[],
  options: RelaxedOptions,
): Promise<RelaxedResult> {
  const batch = new CompactBatch(prepared, samples, shares, options.pacer ?? new Pacer());
  try {
    return await batch.run();
  } finally {
    batch.dispose();
  }
}

class CompactBatch {
  readonly #tape = new Tape();
  readonly #records: LayerRecord[] = [];
  /** Every token of every sample, in one long sequence. */
  readonly #all: PackedLayout;
  readonly #positions: readonly Positions[];
  readonly #rotary: LayoutRotary;
  #hidden: tf.Tensor2D;

  constructor(
    readonly prepared: PreparedSamples,
    readonly samples: readonly PreparedSample[],
    readonly shares: readonly ArrayLike<number>[],
    readonly pacer: Pacer,
  ) {
    const places = samples.map(({ ids }) => Int32Array.from(ids.keys()));
    this.#all = packLayout(
      places,
      places.reduce((sum, { length }) => sum + length, 0),
    );
    this.#positions = samples.map((sample) => sample.positions);
    this.#rotary = prepared.model.rotary(this.#positions, this.#all);
    this.#hidden = tf.concat(
      samples.map(({ hidden }) => hidden),
      0,
    );
  }

  dispose(): void {
    this.#tape.dispose();
    tf.dispose([this.#hidden, ...this.#rotary.tensors]);
  }

  async run(): Promise<RelaxedResult> {
    const { samples } = this;
    const { model } = this.prepared;
    const { layers } = model.shape;
    const counts = samples.map(({ tokens }) => [tokens.visual]);
    let survivors: Survivors[] = samples.map(({ ids, visual, firstScores }, s) => ({
      row: this.#all.start[s],
      places: Int32Array.from(ids.keys()),
      visual,
      scores: firstScores,
    }));
    for (let i = 1; i < layers; i++) {
      const cuts = survivors.map((before, s) => {
        const { visual } = samples[s].tokens;
        const count = Math.min(Math.floor(this.shares[s][i] * visual + 0.5), counts[s][i - 1]);
        counts[s].push(count);
        return cut(before, count, this.shares[s][i], visual);
      });
      survivors = this.#layer(i, survivors, cuts);
      await this.pacer.pause();
    }
    const rows = survivors.flatMap(({ row, places }) => Array.from(places, (_, a) => row + a));
    const owner = survivors.flatMap(({ places }, s) => Array.from(places, () => s));
    const answers = { rows: Int32Array.from(rows), owner: Int32Array.from(owner) };
    const divergence = seedDivergence(model, samples, this.#hidden, answers, this.#tape);
    const gradient = await this.#backward();
    return { divergence, gradient, counts };
  }

  /**
   * Runs layer `i` on those who stay.
   *
   * @returns what is left before the next layer; behind the last layer, the rows that predict answers.
   */
  #layer(i: number, before: readonly Survivors[], cuts: readonly Cut[]): Survivors[] {
    const { samples } = this;
    const { model, selector } = this.prepared;
    const last = i === model.shape.layers - 1;
    const longest = Math.max(...cuts.map(({ places }) => places.length));
    const layout = packLayout(
      cuts.map(({ places }) => places),
      Math.ceil(longest / STRIDE) * STRIDE,
    );
    const like = (places: readonly Int32Array[]) => packLike(layout, places, SMALL_STRIDE);
    const answers = last ? like(samples.map(({ answerPlaces }) => answerPlaces)) : null;
    const asked = cuts.some((cut) => cut.asked.length > 0) ? like(cuts.map((cut) => cut.asked)) : null;
    const input = this.#hidden;
    const [hidden, scores] = tf.tidy(() => {
      const rows = gatherRows(input, sourceRows(layout, before), this.#tape);
      const output = model.layer(
        i,
        {
          hidden: rows,
          batch: layout.batch,
          rotary: this.#rotaryOf(layout),
          queries: answers ? { rows: rowsWithin(answers, layout, cuts), rotary: this.#rotaryOf(answers) } : undefined,
          mask: model.mask(i, this.#positions, answers ?? layout, layout),
          probe: this.#probe(i, before, cuts, { layout, asking: answers ?? layout, asked }),
        },
        this.#tape,
      );
      if (last || selector.kind !== "attention") return [output.hidden];
      const survivors = cuts.map(({ visual }) => visual);
      const scored = { layer: i, output, queries: layout, keys: layout, survivors };
      return [output.hidden, attentionScores(model, selector, samples, scored)];
    }) as [tf.Tensor2D, tf.Tensor2D | undefined];
    input.dispose();
    this.#hidden = hidden;
    const ranks = scores?.dataSync<"float32">();
    scores?.dispose();
    if (answers) {
      const none = new Int32Array(0);
      return samples.map(({ answerPlaces }, s) => ({
        row: answers.start[s],
        places: answerPlaces,
        visual: none,
        scores: none,
      }));
    }
    return cuts.map(({ places, visual, slots, threshold }, s) => {
      const row = layout.start[s];
      // Every sample has the scores of all rows of its sequence.
      const first = (s - layout.sequence[s]) * layout.length + row;
      const stays = slots.filter((slot) => slot >= 0 && slot < NONE);
      const kept = ranks
        ? Float32Array.from(stays, (slot) => ranks[first + slot])
        : Array.from(before[s].scores).filter((_, j) => threshold?.hard[j] === 1);
      return { row, places, visual, scores: kept };
    });
  }

  /** Leaves for what layer `i`'s keys are worth, noted for the backward pass; in the caller's scope. */
  #probe(
    i: number,
    before: readonly Survivors[],
    cuts: readonly Cut[],
    layouts: { layout: PackedLayout; asking: PackedLayout; asked: PackedLayout | null },
  ): LayerProbe {
    const { layout, asking, asked } = layouts;
    const leafOf = ({ batch, length }: PackedLayout) => {
      const leaf = tf.zeros([batch, length]) as tf.Tensor2D;
      this.#tape.watch(leaf);
      return leaf;
    };
    const kept = leafOf(layout);
    const dropped = asked && {
      hidden: gatherRows(this.#hidden, sourceRows(asked, before)),
      rotary: this.#rotaryOf(asked),
      mask: this.prepared.model.mask(i, this.#positions, asking, asked),
      leaf: leafOf(asked),
    };
    this.#records.push({
      cuts,
      layout,
      kept,
      dropped: asked && dropped && { layout: asked, leaf: dropped.leaf },
      mark: this.#tape.length,
    });
    return { kept, dropped };
  }

  /** Rotations of a layout's rows, out of those of all tokens; in the caller's scope. */
  #rotaryOf(layout: PackedLayout): LayoutRotary {
    const rows = layout.index.map((place, r) => (place < 0 ? 0 : this.#all.start[layout.samples[r]] + place));
    const tensors = this.#rotary.tensors.map((all) => {
      const width = all.shape[3];
      return tf.reshape(gatherRows(tf.reshape(all, [-1, width]), rows), [layout.batch, 1, layout.length, width]);
    });
    return { tensors: tensors as tf.Tensor4D[] };
  }

  /** Walks the layers backwards, turning the worth of tokens into each share's gradient. */
  async #backward(): Promise<Float64Array[]> {
    const { samples } = this;
    const { layers } = this.prepared.model.shape;
    const gradient = samples.map(() => new Float64Array(layers));
    /** Gradient of later layers with respect to the mask behind this one, for each visual token that survives it. */
    let later: Float64Array[] | null = null;
    for (let i = layers - 1; i >= 1; i--) {
      const { cuts, layout, kept, dropped, mark } = this.#records[i - 1];
      this.#tape.backward(mark);
      const dKept = takeValues(this.#tape, kept);
      const dDropped = dropped ? takeValues(this.#tape, dropped.leaf) : null;
      later = cuts.map(({ threshold, slots }, s) => {
        let survivor = 0;
        const dMask = Float64Array.from(slots, (slot) => {
          if (slot === NONE) return 0;
          if (slot < 0) return dDropped![dropped!.layout.start[s] - 1 - slot];
          return dKept[layout.start[s] + slot] + (later ? later[s][survivor++] : 0);
        });
        if (threshold) gradient[s][i] = threshold.backward(dMask).share;
        // A token that goes here has no later mask: its product is 0 from here on.
        return dMask.map((d, j) => (slots[j] >= 0 && slots[j] < NONE ? d : 0));
      });
      await this.pacer.pause();
    }
    return gradient;
  }
}

/**
 * Decides one sample's cut.
 *
 * @param count visual tokens that stay.
 * @param share the relaxed share behind that count, of `total` visual tokens.
 */
function cut({ places, visual, scores }: Survivors, count: number, share: number, total: number): Cut {
  if (visual.length === 0) return { threshold: null, places, visual, asked: visual, slots: visual };
  const threshold = rankThreshold(scores, count, share, total);
  const { hard, soft } = threshold;
  const slots = new Int32Array(visual.length).fill(NONE);
  const left = new Int32Array(places.length - visual.length + Math.min(count, visual.length));
  const asked: number[] = [];
  // Both lists ascend: one walk.
  for (let p = 0, j = 0, slot = 0; p < places.length; p++) {
    if (j === visual.length || places[p] !== visual[j]) {
      left[slot++] = places[p];
      continue;
    }
    if (hard[j] === 1) {
      slots[j] = slot;
      left[slot++] = places[p];
    } else if (soft[j] * (1 - soft[j]) >= LEAST_SLOPE) {
      slots[j] = -1 - asked.length;
      asked.push(visual[j]);
    }
    j++;
  }
  const stay = visual.filter((_, j) => hard[j] === 1);
  return { threshold, places: left, visual: stay, asked: Int32Array.from(asked), slots };
}

/** For each row of a layout, where its token lies in the running hidden states; padding takes any. */
function sourceRows({ index, samples }: PackedLayout, before: readonly Survivors[]): Int32Array {
  const rows = new Int32Array(index.length);
  let at = 0;
  for (let r = 0; r < index.length; r++) {
    if (index[r] < 0) continue;
    const { row, places } = before[samples[r]];
    if (r === 0 || samples[r] !== samples[r - 1]) at = 0;
    while (places[at] !== index[r]) at++;
    rows[r] = row + at;
  }
  return rows;
}

/** Where the answers' tokens lie among the rows of the layer itself. */
function rowsWithin(answers: PackedLayout, layout: PackedLayout, cuts: readonly { places: Int32Array }[]): Int32Array {
  return sourceRows(
    answers,
    cuts.map(({ places }, s) => ({ row: layout.start[s], places, visual: places, scores: [] })),
  );
}
