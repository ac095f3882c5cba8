/**
 * One layer of Qwen2.5's decoder: grouped-query attention with biases on q, k, v and multimodal rotary positions, then
 * SwiGLU; RMS norm before each, residual around each (arXiv 2412.15115 §2).
 */
import * as tf from "@tensorflow/tfjs";
import type { QwenDecoderConfig } from "../../checkpoint/index.js";
import type { Tape } from "../../tensor/index.js";
import {
  add,
  attention,
  gatherRows,
  type LinearParameters,
  linear,
  mergeHeads,
  probedAttention,
  type Rotary,
  rmsNorm,
  rotate,
  siluGate,
  splitHeads,
} from "../blocks/index.js";
import type { LayerInput, LayerOutput, LayerProbe, LayoutRotary } from "../model.js";
import type { Parameters } from "../parameters.js";

/** Loads layer `i`; `prefix` is the decoder's, such as "model.language_model". */
export function loadDecoderLayer(p: Parameters, prefix: string, i: number, c: QwenDecoderConfig) {
  const layer = `${prefix}.layers.${i}`;
  return {
    inputNorm: p.vector(`${layer}.input_layernorm.weight`, c.hiddenSize),
    q: p.linear(`${layer}.self_attn.q_proj`, c.hiddenSize, c.heads * c.headDim, true),
    k: p.linear(`${layer}.self_attn.k_proj`, c.hiddenSize, c.kvHeads * c.headDim, true),
    v: p.linear(`${layer}.self_attn.v_proj`, c.hiddenSize, c.kvHeads * c.headDim, true),
    o: p.linear(`${layer}.self_attn.o_proj`, c.heads * c.headDim, c.hiddenSize, false),
    mlpNorm: p.vector(`${layer}.post_attention_layernorm.weight`, c.hiddenSize),
    gate: p.linear(`${layer}.mlp.gate_proj`, c.hiddenSize, c.intermediateSize, false),
    up: p.linear(`${layer}.mlp.up_proj`, c.hiddenSize, c.intermediateSize, false),
    down: p.linear(`${layer}.mlp.down_proj`, c.intermediateSize, c.hiddenSize, false),
  };
}

export type DecoderLayer = ReturnType<typeof loadDecoderLayer>;

function rotaryOf({ tensors: [cos, sin] }: LayoutRotary): Rotary {
  return { cos, sin };
}

/** Keys and values of rows that are not attended to; no gradient flows into them. */
function droppedKeys(w: DecoderLayer, c: QwenDecoderConfig, batch: number, dropped: LayerProbe["dropped"]) {
  if (!dropped) return null;
  const normalised = rmsNorm(dropped.hidden, w.inputNorm, c.rmsNormEps);
  const heads = (map: LinearParameters) => splitHeads(linear(normalised, map), batch, c.kvHeads);
  return {
    keys: rotate(heads(w.k), rotaryOf(dropped.rotary)),
    values: heads(w.v),
    bias: dropped.bias,
    leaf: dropped.leaf,
  };
}

/** See `VisionLanguageModel.layer`; called within `tf.tidy`. */
export function decoderLayer(w: DecoderLayer, c: QwenDecoderConfig, input: LayerInput, tape?: Tape): LayerOutput {
  const { batch, bias, policy, probe, past } = input;
  const pick = (x: tf.Tensor2D) => (input.queries ? gatherRows(x, input.queries.rows, tape) : x);
  const normalised = rmsNorm(input.hidden, w.inputNorm, c.rmsNormEps, tape); // [B·N_k, H]
  const x = pick(input.hidden); // [B·N_q, H]
  const asking = pick(normalised);
  const turn = rotaryOf(input.rotary);
  const turnQueries = input.queries ? rotaryOf(input.queries.rotary) : turn;

  const queries = rotate(splitHeads(linear(asking, w.q, tape), batch, c.heads, tape), turnQueries, tape); // [B, h, N_q, d]
  let keys = rotate(splitHeads(linear(normalised, w.k, tape), batch, c.kvHeads, tape), turn, tape); // [B, h_kv, N_k, d]
  let values = splitHeads(linear(normalised, w.v, tape), batch, c.kvHeads, tape);
  if (past) {
    keys = tf.concat([past.keys, keys], 2);
    values = tf.concat([past.values, values], 2);
  }
  const asked = { square: !input.queries, dropped: droppedKeys(w, c, batch, probe?.dropped ?? null) };
  const { context, probabilities } =
    probe && tape
      ? probedAttention(queries, keys, values, bias, { kept: probe.kept, ...asked }, tape)
      : { context: attention(queries, keys, values, bias, policy ?? null, tape) };
  const attended = add(x, linear(mergeHeads(context, tape), w.o, tape), tape); // [B·N_q, H]
  const inner = rmsNorm(attended, w.mlpNorm, c.rmsNormEps, tape);
  const gated = siluGate(linear(inner, w.gate, tape), linear(inner, w.up, tape), tape);
  const hidden = add(attended, linear(gated, w.down, tape), tape);
  return { hidden, queries, keys, values, ...(probabilities ? { attention: probabilities } : {}) };
}
