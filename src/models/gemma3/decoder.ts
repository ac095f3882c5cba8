/**
 * A layer of Gemma 3's decoder (arXiv 2503.19786): a norm before and after attention and after the MLP alike, heads
 * normalised before they turn, GeGLU; sliding layers turn by other frequencies than full ones.
 */
import type { Gemma3DecoderConfig } from "../../checkpoint/index.js";
import type { Tape } from "../../tensor/index.js";
import { add, linear, type Rotary, rmsNorm, tanhGeluGate } from "../blocks/index.js";
import type { LayerInput, LayerOutput, LayoutRotary } from "../model.js";
import type { Parameters } from "../parameters.js";
import { selfAttention } from "../selfAttention.js";

/** Loads layer `i`; `prefix` is the decoder's. Norms are stored as their distance from one. */
export function loadGemma3Layer(p: Parameters, prefix: string, i: number, c: Gemma3DecoderConfig) {
  const layer = `${prefix}.layers.${i}`;
  const norm = (name: string) => p.onePlus(`${layer}.${name}.weight`, c.hiddenSize);
  return {
    inputNorm: norm("input_layernorm"),
    q: p.linear(`${layer}.self_attn.q_proj`, c.hiddenSize, c.heads * c.headDim, false),
    k: p.linear(`${layer}.self_attn.k_proj`, c.hiddenSize, c.kvHeads * c.headDim, false),
    v: p.linear(`${layer}.self_attn.v_proj`, c.hiddenSize, c.kvHeads * c.headDim, false),
    o: p.linear(`${layer}.self_attn.o_proj`, c.heads * c.headDim, c.hiddenSize, false),
    queryNorm: p.onePlus(`${layer}.self_attn.q_norm.weight`, c.headDim),
    keyNorm: p.onePlus(`${layer}.self_attn.k_norm.weight`, c.headDim),
    attentionNorm: norm("post_attention_layernorm"),
    mlpNorm: norm("pre_feedforward_layernorm"),
    gate: p.linear(`${layer}.mlp.gate_proj`, c.hiddenSize, c.intermediateSize, false),
    up: p.linear(`${layer}.mlp.up_proj`, c.hiddenSize, c.intermediateSize, false),
    down: p.linear(`${layer}.mlp.down_proj`, c.intermediateSize, c.hiddenSize, false),
    outputNorm: norm("post_feedforward_layernorm"),
  };
}

export type Gemma3Layer = ReturnType<typeof loadGemma3Layer>;

/** Rotations of the full layers, then of the sliding ones. */
function rotaryOf({ tensors }: LayoutRotary, sliding: boolean): Rotary {
  const [cos, sin] = sliding ? tensors.slice(2) : tensors;
  return { cos, sin };
}

/** See `VisionLanguageModel.layer`; called within `tf.tidy`. */
export function gemma3Layer(
  w: Gemma3Layer,
  c: Gemma3DecoderConfig,
  sliding: boolean,
  input: LayerInput,
  tape?: Tape,
): LayerOutput {
  const { heads, kvHeads, rmsNormEps: epsilon } = c;
  const { asking, hidden, queries, keys, values } = selfAttention(
    w,
    {
      heads,
      kvHeads,
      scale: c.queryPreAttnScalar ** -0.5,
      norm: (x, to) => rmsNorm(x, w.inputNorm, epsilon, to),
      rotary: (all) => rotaryOf(all, sliding),
      queryNorm: (x, to) => rmsNorm(x, w.queryNorm, epsilon, to),
      keyNorm: (x, to) => rmsNorm(x, w.keyNorm, epsilon, to),
    },
    input,
    tape,
  );
  const attended = add(asking, rmsNorm(hidden, w.attentionNorm, epsilon, tape), tape); // [B·N_q, H]
  const inner = rmsNorm(attended, w.mlpNorm, epsilon, tape);
  const gated = tanhGeluGate(linear(inner, w.gate, tape), linear(inner, w.up, tape), tape);
  const out = rmsNorm(linear(gated, w.down, tape), w.outputNorm, epsilon, tape);
  return { hidden: add(attended, out, tape), queries, keys, values };
}
