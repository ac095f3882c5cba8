/**
 * The same pruned model, written out as a masked run: every token stays in every layer at its own position, and dead keys
 * are masked. Plain TensorFlow.js operations, one sample at a time, nothing of models/ but the weights.
 */
import * as tf from "@tensorflow/tfjs";
import type { ModelConfig, QwenDecoderConfig } from "../../src/checkpoint/index.js";
import type { PreparedSample } from "../../src/evaluation/index.js";
import type { VisionLanguageModel } from "../../src/models/index.js";
import type { Selector } from "../../src/selectors/index.js";

export interface DenseRun {
  /** [L] places of the visual tokens that each layer sees. */
  readonly kept: number[][];
  /** [L] by how much the worst survivor of each layer's cut outscored the best that fell; Infinity where none fell. */
  readonly margins: number[];
  /** [n][vocabulary] behind every place. */
  readonly logits: number[][];
}

/**
 * @param counts [L] visual tokens of each layer; entry 0 is all of them.
 * @param replay [L] places to keep instead of those that the scores say.
 */
export function denseRun(
  model: VisionLanguageModel,
  config: ModelConfig,
  selector: Selector,
  sample: PreparedSample,
  counts: readonly number[],
  replay?: readonly (readonly number[])[],
): DenseRun {
  const { decoder } = config;
  const { heads, kvHeads, headDim } = decoder;
  const n = sample.ids.length;
  const named = (suffix: string): tf.Tensor => {
    for (const [name, tensor] of model.parameters.entries()) {
      if (name.endsWith(suffix) && !name.includes("visual")) return tensor;
    }
    throw new Error(`no weight ends in ${suffix}`);
  };
  const normed = (x: tf.Tensor, weight: tf.Tensor) =>
    tf.mul(tf.div(x, tf.sqrt(tf.add(tf.mean(tf.square(x), -1, true), decoder.rmsNormEps))), weight);
  const [cos, sin] = rotations(sample, config);
  const turned = (x: tf.Tensor) => {
    const [a, b] = tf.split(x, 2, -1);
    return tf.concat([tf.sub(tf.mul(a, cos), tf.mul(b, sin)), tf.add(tf.mul(b, cos), tf.mul(a, sin))], -1);
  };

  let alive = [...sample.visual];
  let scores = new Map<number, number>();
  const kept: number[][] = [];
  const margins: number[] = [];
  const logits = tf.tidy(() => {
    let x: tf.Tensor = sample.embeddings;
    for (let i = 0; i < decoder.layers; i++) {
      let margin = Infinity;
      if (i > 0 && counts[i] < alive.length) {
        const order = [...alive].sort((a, b) => scores.get(b)! - scores.get(a)! || a - b);
        margin = counts[i] > 0 ? scores.get(order[counts[i] - 1])! - scores.get(order[counts[i]])! : Infinity;
        alive = order.slice(0, counts[i]).sort((a, b) => a - b);
      }
      if (replay) alive = [...replay[i]];
      kept.push([...alive]);
      margins.push(margin);
      const window = decoder.attentionWindows[i] ?? Infinity;
      const dead = new Set([...sample.visual].filter((place) => !alive.includes(place)));
      const mask = Array.from({ length: n }, (_, q) =>
        Array.from({ length: n }, (_, k) => (k <= q && q - k < window && (k === q || !dead.has(k)) ? 0 : -1e30)),
      );
      const weight = (name: string) => named(`layers.${i}.${name}`);
      const project = (from: tf.Tensor, name: string, count: number) =>
        tf.transpose(
          tf.reshape(
            tf.add(
              tf.matMul(from, tf.transpose(weight(`self_attn.${name}_proj.weight`))),
              weight(`self_attn.${name}_proj.bias`),
            ),
            [n, count, headDim],
          ),
          [1, 0, 2],
        );
      const h = normed(x, weight("input_layernorm.weight"));
      const group = tf.tensor1d(
        Array.from({ length: heads }, (_, head) => Math.floor((head * kvHeads) / heads)),
        "int32",
      );
      const q = turned(project(h, "q", heads));
      const k = tf.gather(turned(project(h, "k", kvHeads)), group);
      const v = tf.gather(project(h, "v", kvHeads), group);
      const p = tf.softmax(tf.add(tf.div(tf.matMul(q, k, false, true), Math.sqrt(headDim)), tf.tensor2d(mask)));
      const context = tf.reshape(tf.transpose(tf.matMul(p, v), [1, 0, 2]), [n, heads * headDim]);
      x = tf.add(x, tf.matMul(context, tf.transpose(weight("self_attn.o_proj.weight"))));
      const inner = normed(x, weight("post_attention_layernorm.weight"));
      const gate = tf.matMul(inner, tf.transpose(weight("mlp.gate_proj.weight")));
      const up = tf.matMul(inner, tf.transpose(weight("mlp.up_proj.weight")));
      const gated = tf.mul(tf.div(gate, tf.add(1, tf.exp(tf.neg(gate)))), up);
      x = tf.add(x, tf.matMul(gated, tf.transpose(weight("mlp.down_proj.weight"))));
      if (selector.kind === "static") {
        const fixed = selector.scores(sample);
        scores = new Map(Array.from(sample.visual, (place, at) => [place, fixed[at]]));
      } else {
        const rows = tf.mean(p, 0).arraySync() as number[][];
        const means = selector
          .raters(sample, Int32Array.from(alive))
          .map((group) =>
            Array.from({ length: n }, (_, key) =>
              group.reduce((sum, place) => sum + rows[place][key] / group.length, 0),
            ),
          );
        const row = selector.scores(tf.tensor3d([means])).dataSync();
        scores = new Map(Array.from(sample.visual, (place) => [place, row[place]]));
      }
    }
    const head = decoder.tiedHead ? named("embed_tokens.weight") : named("lm_head.weight");
    // "model.norm.weight", or "model.language_model.norm.weight".
    const last = normed(x, named("l.norm.weight"));
    return tf.matMul(last, tf.transpose(head)).arraySync() as number[][];
  });
  return { kept, margins, logits };
}

/** cos and sin of every place's d/2 angles, [n, d/2] each, in the caller's scope. */
function rotations({ positions, ids }: PreparedSample, config: ModelConfig): [tf.Tensor, tf.Tensor] {
  const n = ids.length;
  const decoder = config.decoder as QwenDecoderConfig;
  const axisOf = decoder.mropeSection.flatMap((count, axis) => new Array<number>(count).fill(axis));
  const angles = Array.from({ length: n }, (_, place) =>
    axisOf.map((axis, j) => positions.values[axis * n + place] * decoder.ropeTheta ** ((-2 * j) / decoder.headDim)),
  );
  return [tf.tensor2d(angles.map((row) => row.map(Math.cos))), tf.tensor2d(angles.map((row) => row.map(Math.sin)))];
}
