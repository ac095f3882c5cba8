/**
 * A layer of the decoders of Llama (arXiv 2302.13971) and Qwen2 (arXiv 2407.10671): attention, then SwiGLU, an RMS norm before
 * each and a residual around each.
 */
import type { DecoderConfig } from "../checkpoint/index.js";
import type { Tape } from "../tensor/index.js";
import { add, linear, type Rotary, rmsNorm, siluGate } from "./blocks/index.js";
import type { LayerInput, LayerOutput, LayoutRotary } from "./model.js";
import type { Parameters } from "./parameters.js";
import { selfAttention } from "./selfAttention.js";

/**
 * Loads layer `i`.
 *
 * @param prefix the decoder's, such as "model.language_model".
 * @param biases whether the maps to queries, keys and values have biases.
 */
export function loadPreNormLayer(p: Parameters, prefix: string, i: number, c: DecoderConfig, biases: boolean) {
  const layer = `${prefix}.layers.${i}`;
  return {
    inputNorm: p.vector(`${layer}.input_layernorm.weight`, c.hiddenSize),
    q: p.linear(`${layer}.self_attn.q_proj`, c.hiddenSize, c.heads * c.headDim, biases),
    k: p.linear(`${layer}.self_attn.k_proj`, c.hiddenSize, c.kvHeads * c.headDim, biases),
    v: p.linear(`${layer}.self_attn.v_proj`, c.hiddenSize, c.kvHeads * c.headDim, biases),
    o: p.linear(`${layer}.self_attn.o_proj`, c.heads * c.headDim, c.hiddenSize, false),
    mlpNorm: p.vector(`${layer}.post_attention_layernorm.weight`, c.hiddenSize),
    gate: p.linear(`${layer}.mlp.gate_proj`, c.hiddenSize, c.intermediateSize, false),
    up: p.linear(`${layer}.mlp.up_proj`, c.hiddenSize, c.intermediateSize, false),
    down: p.linear(`${layer}.mlp.down_proj`, c.intermediateSize, c.hiddenSize, false),
  };
}

export type PreNormLayer = ReturnType<typeof loadPreNormLayer>;

/** The rotation of models that turn every layer's heads the same way. */
export function onlyRotary({ tensors: [cos, sin] }: LayoutRotary): Rotary {
  return { cos, sin };
}

/** See `VisionLanguageModel.layer`; called within `tf.tidy`. */
export function preNormLayer(w: PreNormLayer, c: DecoderConfig, input: LayerInput, tape?: Tape): LayerOutput {
  const { heads, kvHeads, headDim, rmsNormEps } = c;
  const { asking, hidden, queries, keys, values } = selfAttention(
    w,
    {
      heads,
      kvHeads,
      scale: headDim ** -0.5,
      norm: (x, to) => rmsNorm(x, w.inputNorm, rmsNormEps, to),
      rotary: onlyRotary,
    },
    input,
    tape,
  );
  const attended = add(asking, hidden, tape); // [B·N_q, H]
  const inner = rmsNorm(attended, w.mlpNorm, rmsNormEps, tape);
  const gated = siluGate(linear(inner, w.gate, tape), linear(inner, w.up, tape), tape);
  return { hidden: add(attended, linear(gated, w.down, tape), tape), queries, keys, values };
}
