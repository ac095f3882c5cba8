/**
 * The attention of a decoder layer, with what pruning needs of it: rows that alone ask, cached rows, a policy over keys, a probe
 * of what keys are worth. Every decoder here uses it, and brings its own weights, norms and rotations.
 */
import * as tf from "@tensorflow/tfjs";
import type { Tape } from "../tensor/index.js";
import {
  attention,
  gatherRows,
  type LinearParameters,
  linear,
  mergeHeads,
  probedAttention,
  type Rotary,
  rotate,
  splitHeads,
} from "./blocks/index.js";
import type { LayerInput, LayerOutput, LayoutRotary } from "./model.js";

/** The maps of an attention, [out, in] each. */
export interface SelfAttentionWeights {
  readonly q: LinearParameters;
  readonly k: LinearParameters;
  readonly v: LinearParameters;
  readonly o: LinearParameters;
}

export interface SelfAttentionOptions {
  readonly heads: number;
  readonly kvHeads: number;
  /** What logits are multiplied with. */
  readonly scale: number;
  /** The norm before the maps: [R, H] → [R, H]. */
  readonly norm: (hidden: tf.Tensor2D, tape?: Tape) => tf.Tensor2D;
  /** The rotation of this layer's heads, out of the model's rotations. */
  readonly rotary: (rotary: LayoutRotary) => Rotary;
  /** What queries and keys go through before they are rotated; default nothing. */
  readonly queryNorm?: HeadNorm;
  readonly keyNorm?: HeadNorm;
}

/** [B, h, N, d] → [B, h, N, d] */
export type HeadNorm = (x: tf.Tensor4D, tape?: Tape) => tf.Tensor4D;

const AS_IT_IS: HeadNorm = (x) => x;

/**
 * Attention over a layer's rows.
 *
 * @returns `hidden` [B·N_q, H]: what comes out of the output map, no residual added; `asking` [B·N_q, H]: the rows that ask,
 *   before the norm; keys, values and queries of the layer. In the caller's scope.
 */
export function selfAttention(
  w: SelfAttentionWeights,
  options: SelfAttentionOptions,
  input: LayerInput,
  tape?: Tape,
): LayerOutput & { readonly asking: tf.Tensor2D } {
  const { heads, kvHeads, scale, norm, queryNorm = AS_IT_IS, keyNorm = AS_IT_IS } = options;
  const { batch, mask, policy, probe, past } = input;
  const pick = (x: tf.Tensor2D) => (input.queries ? gatherRows(x, input.queries.rows, tape) : x);
  const turn = options.rotary(input.rotary);
  const turnQueries = input.queries ? options.rotary(input.queries.rotary) : turn;
  const normalised = norm(input.hidden, tape); // [B·N_k, H]
  const split = (x: tf.Tensor2D, map: LinearParameters, count: number, to?: Tape) =>
    splitHeads(linear(x, map, to), batch, count, to);

  const queries = rotate(queryNorm(split(pick(normalised), w.q, heads, tape), tape), turnQueries, tape); // [B, h, N_q, d]
  let keys = rotate(keyNorm(split(normalised, w.k, kvHeads, tape), tape), turn, tape); // [B, h_kv, N_k, d]
  let values = split(normalised, w.v, kvHeads, tape);
  if (past) {
    keys = tf.concat([past.keys, keys], 2);
    values = tf.concat([past.values, values], 2);
  }
  const context =
    probe && tape
      ? probedAttention(
          queries,
          keys,
          values,
          mask,
          { kept: probe.kept, square: !input.queries, dropped: probe.dropped && droppedKeys(probe.dropped) },
          tape,
          { scale },
        )
      : attention(queries, keys, values, mask, policy ?? null, tape, { scale });
  const hidden = linear(mergeHeads(context, tape), w.o, tape); // [B·N_q, H]
  return { hidden, asking: pick(input.hidden), queries, keys, values };

  /** Keys and values of rows that are not attended to; no gradient flows into them. */
  function droppedKeys({ hidden, rotary, mask, leaf }: NonNullable<NonNullable<LayerInput["probe"]>["dropped"]>) {
    const rows = norm(hidden);
    return {
      keys: rotate(keyNorm(split(rows, w.k, kvHeads)), options.rotary(rotary)),
      values: split(rows, w.v, kvHeads),
      mask,
      leaf,
    };
  }
}
