/** From a layer's attention to the scores of its rows. */
import * as tf from "@tensorflow/tfjs";
import {
  attentionRows,
  gatherRows,
  isPacked,
  type LayerOutput,
  layoutFrom,
  otherTokens,
  type Positions,
  packLike,
  reshape,
  slotsOf,
  type TokenLayout,
  type VisionLanguageModel,
} from "../models/index.js";
import type { Tape } from "../tensor/index.js";
import type { AttentionSelector, SelectorSample } from "./selector.js";

/** A sample whose tokens are being ranked. */
export interface RankedSample extends SelectorSample {
  readonly positions: Positions;
}

/** The layer whose attention is read. */
export interface ScoredLayer {
  readonly layer: number;
  /** Its queries hold the rows that are read, among others. */
  readonly output: Pick<LayerOutput, "queries" | "keys">;
  /** Which tokens the output's rows are. */
  readonly queries: TokenLayout;
  /** Which tokens the layer's keys are; packed where the queries are. */
  readonly keys: TokenLayout;
  /** For each sample, the places of the visual tokens that the layer saw, ascending. */
  readonly survivors: readonly Int32Array[];
  /** [B, N_k] weights of the keys as in the layer itself; default keeps all. */
  readonly policy?: tf.Tensor2D;
}

/** Each sample's raters: the sequence and the place in it, and which rows count for which group. */
function weigh(groups: readonly (readonly Int32Array[])[], rows: TokenLayout, sequence: (s: number) => number) {
  const perSample = Math.max(...groups.map((own) => own.length));
  const within = new Int32Array(rows.batch);
  const first = groups.map((_, s) => within[sequence(s)]++ * perSample);
  const sums = Math.max(...within) * perSample;
  const weights = new Float32Array(rows.batch * sums * rows.length);
  const rowsOf = new Map<number, Map<number, number>>();
  rows.index.forEach((place, row) => {
    if (place < 0) return;
    const s = rows.samples ? rows.samples[row] : Math.floor(row / rows.length);
    const own = rowsOf.get(s) ?? new Map<number, number>();
    rowsOf.set(s, own.set(place, row % rows.length));
  });
  for (const [s, own] of groups.entries()) {
    for (const [g, places] of own.entries()) {
      const base = (sequence(s) * sums + first[s] + g) * rows.length;
      for (const place of places) weights[base + rowsOf.get(s)!.get(place)!] = 1 / places.length;
    }
  }
  const index = groups.flatMap((_, s) =>
    Array.from({ length: perSample }, (_, g) => sequence(s) * sums + first[s] + g),
  );
  return { perSample, sums, weights, index: Int32Array.from(index) };
}

/**
 * The scores that a layer's attention gives to every row it attends to; the next layer ranks survivors by them.
 *
 * Reading R rows costs one product of R queries with all keys: for selectors that read many rows, about what the layer's own
 * attention costs.
 *
 * @returns [samples, N_k], in the caller's scope: for each sample, scores of all rows of its sequence.
 */
export function attentionScores(
  model: VisionLanguageModel,
  selector: AttentionSelector,
  samples: readonly RankedSample[],
  { layer, output, queries, keys, survivors, policy }: ScoredLayer,
  tape?: Tape,
): tf.Tensor2D {
  const groups = samples.map((sample, s) => selector.raters(sample, survivors[s]));
  const read = groups.map((own) => Int32Array.from(new Set(own.flatMap((places) => [...places]))).sort());
  const rows = isPacked(queries)
    ? packLike(queries, read)
    : layoutFrom(read, Math.max(1, ...read.map((r) => r.length)));
  const { perSample, sums, weights, index } = weigh(groups, rows, (s) => (isPacked(queries) ? queries.sequence[s] : s));
  const slots = slotsOf(queries, rows);
  const [batch, heads, length, width] = output.queries.shape;
  const picked = new Int32Array(batch * heads * rows.length);
  for (let b = 0, at = 0; b < batch; b++) {
    for (let h = 0; h < heads; h++) {
      for (let r = 0; r < rows.length; r++) picked[at++] = (b * heads + h) * length + slots[b * rows.length + r];
    }
  }
  const flat = reshape<tf.Tensor2D>(output.queries, [batch * heads * length, width], tape);
  const asking = reshape<tf.Tensor4D>(gatherRows(flat, picked, tape), [batch, heads, rows.length, width], tape);
  const positions = samples.map((sample) => sample.positions);
  const means = attentionRows(
    asking,
    output.keys,
    tf.tensor3d(weights, [batch, sums, rows.length]),
    model.mask(layer, positions, rows, keys),
    {
      scale: model.attentionScale(layer),
      policy: policy ? { keys: policy, other: otherTokens(rows, keys) } : null,
    },
    tape,
  );
  const own = gatherRows(reshape(means, [batch * sums, keys.length], tape), index, tape);
  return selector.scores(reshape(own, [samples.length, perSample, keys.length], tape), tape);
}
