/**
 * A prompt run with tokens physically removed: hidden states, positions and masks hold survivors only (METHOD §7).
 *
 * A run is a chain of stages, one before each layer. A stage is never changed by the one after it, so runs that agree on
 * their first counts can share stages (METHOD §10).
 */
import * as tf from "@tensorflow/tfjs";
import {
  gatherRows,
  type KeyValues,
  layoutFrom,
  slotsOf,
  type TokenLayout,
  type VisionLanguageModel,
} from "../models/index.js";
import { attentionScores, keepBest, type Selector } from "../selectors/index.js";
import type { PreparedSample } from "./preparedSample.js";
import type { RunSample } from "./promptBatch.js";

/** A batch of samples before layer `layer`. */
export interface Stage<Sample extends RunSample = PreparedSample> {
  /** The next layer to run, ≥ 1. */
  readonly layer: number;
  readonly samples: readonly Sample[];
  /** [B·N, H] */
  readonly hidden: tf.Tensor2D;
  readonly layout: TokenLayout;
  /** For each sample, the places of its visual survivors, ascending. */
  readonly survivors: readonly Int32Array[];
  /** For each sample, the scores of its survivors, by which layer `layer` ranks. */
  readonly scores: readonly Float32Array[];
}

/** Rows of every sample's first-layer output, padded to one batch: [B·N, H]. */
export function stackHidden(samples: readonly PreparedSample[], layout: TokenLayout): tf.Tensor2D {
  const starts: number[] = [];
  let start = 0;
  for (const { ids } of samples) {
    starts.push(start);
    start += ids.length;
  }
  return tf.tidy(() => {
    const rows = tf.concat(
      samples.map(({ hidden }) => hidden),
      0,
    );
    const index = layout.index.map((place, i) => (place < 0 ? 0 : starts[Math.floor(i / layout.length)] + place));
    return gatherRows(rows, index);
  });
}

/** The stage behind layer 0, which every schedule shares. The caller disposes `hidden`. */
export function firstStage(samples: readonly PreparedSample[]): Stage {
  const layout = layoutFrom(samples.map(({ ids }) => Int32Array.from(ids.keys())));
  return {
    layer: 1,
    samples,
    hidden: stackHidden(samples, layout),
    layout,
    survivors: samples.map(({ visual }) => visual),
    scores: samples.map(({ firstScores }) => firstScores),
  };
}

/** Visual survivors and text of one sample, in prompt order. */
export function keptPlaces(survivors: Int32Array, text: Int32Array): Int32Array {
  return Int32Array.from([...survivors, ...text]).sort();
}

/** Rows of `from` that `to` still has, as indices into the B·N rows. */
export function rowsOf(from: TokenLayout, to: TokenLayout): Int32Array {
  const slots = slotsOf(from, to);
  return slots.map((slot, i) => Math.floor(i / to.length) * from.length + slot);
}

/**
 * Removes tokens and runs one layer.
 *
 * @param counts for each sample, how many visual tokens the layer sees; at most its survivors.
 * @param keepCache also returns the layer's keys and values, [B, h_kv, N, d], padding included, owned by the caller.
 * @returns the next stage; the caller disposes its `hidden`. `stage` stays as it is.
 */
export function runLayer<Sample extends RunSample>(
  { model, selector }: { readonly model: VisionLanguageModel; readonly selector: Selector },
  stage: Stage<Sample>,
  counts: ArrayLike<number>,
  keepCache = false,
): { stage: Stage<Sample>; cache: KeyValues | null } {
  const { layer, samples } = stage;
  const kept = samples.map((_, b) => keepBest(stage.scores[b], counts[b]));
  const survivors = stage.survivors.map((places, b) => places.filter((_, j) => kept[b][j] === 1));
  const unchanged = survivors.every((places, b) => places.length === stage.survivors[b].length);
  const layout = unchanged ? stage.layout : layoutFrom(samples.map(({ text }, b) => keptPlaces(survivors[b], text)));
  const positions = samples.map((sample) => sample.positions);
  const rotary = model.rotary(positions, layout);
  const [hidden, keys, values, scores] = tf.tidy(() => {
    const rows = unchanged ? stage.hidden : gatherRows(stage.hidden, rowsOf(stage.layout, layout));
    const mask = model.mask(layer, positions, layout, layout);
    const output = model.layer(layer, { hidden: rows, batch: layout.batch, rotary, mask });
    const ranks = selector.kind === "attention" && layer + 1 < model.shape.layers;
    const next = ranks
      ? [attentionScores(model, selector, samples, { layer, output, queries: layout, keys: layout, survivors })]
      : [];
    return keepCache
      ? [output.hidden, output.keys, output.values, ...next]
      : [output.hidden, undefined, undefined, ...next];
  }) as [tf.Tensor2D, tf.Tensor4D | undefined, tf.Tensor4D | undefined, tf.Tensor2D | undefined];
  tf.dispose([...rotary.tensors]);
  const nextScores = scores
    ? survivorScores(scores, layout, survivors)
    : stage.scores.map((before, b) => before.filter((_, j) => kept[b][j] === 1));
  return {
    stage: { layer: layer + 1, samples, hidden, layout, survivors, scores: nextScores },
    cache: keys && values ? { keys, values } : null,
  };
}

/** Picks survivors out of the scores of all rows. Disposes `scores`. */
function survivorScores(scores: tf.Tensor2D, layout: TokenLayout, survivors: readonly Int32Array[]): Float32Array[] {
  const all = scores.dataSync<"float32">();
  scores.dispose();
  const slots = slotsOf(layout, layoutFrom(survivors));
  const width = slots.length / layout.batch;
  return survivors.map((places, b) =>
    Float32Array.from(places, (_, j) => all[b * layout.length + slots[b * width + j]]),
  );
}
