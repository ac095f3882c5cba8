/** Prompts to measure with: words and visual tokens as a model's own prompts have them, drawn from a seed. */
import * as tf from "@tensorflow/tfjs";
import type { RunSample, Stage } from "../evaluation/index.js";
import { layoutFrom, type VisionLanguageModel } from "../models/index.js";
import { pictureRelevance, type Selector } from "../selectors/index.js";
import type { Random } from "../tensor/index.js";

/** Part of a prompt's tokens that is text, half of it before the picture; at least two tokens. */
const TEXT_SHARE = 1 / 8;

export interface MeasuredPrompt {
  readonly sample: RunSample;
  readonly ids: Int32Array;
  readonly text: number;
  readonly visual: number;
}

/** @param tokens 3 at least. Positions are those of a text as long: what a layer takes does not depend on them. */
export function measuredPrompt(model: VisionLanguageModel, tokens: number, random: Random): MeasuredPrompt {
  const text = Math.max(2, Math.round(tokens * TEXT_SHARE));
  const first = Math.floor(text / 2);
  const visual = tokens - text;
  const isVisual = (place: number) => place >= first && place < first + visual;
  const places = Int32Array.from({ length: tokens }, (_, i) => i);
  const word = () => {
    for (;;) {
      const id = random.integer(0, model.vocabulary - 1);
      if (!model.visualTokenIds.includes(id)) return id;
    }
  };
  const words = places.map(word);
  const sample: RunSample = {
    id: `${tokens} tokens`,
    promptLength: tokens,
    positions: model.positions(words, []),
    visual: places.filter(isVisual),
    text: places.filter((place) => !isVisual(place)),
  };
  const ids = words.map((id, place) => (isVisual(place) ? model.visualTokenIds[0] : id));
  return { sample, ids, text, visual };
}

/** A stage before layer 0 but for its rows, of `batch` equal prompts. */
export function beforeRows({ sample }: MeasuredPrompt, random: Random, batch = 1): Omit<Stage<RunSample>, "hidden"> {
  const places = Int32Array.from({ length: sample.promptLength }, (_, i) => i);
  const samples = new Array<RunSample>(batch).fill(sample);
  return {
    layer: 0,
    samples,
    layout: layoutFrom(samples.map(() => places)),
    survivors: samples.map(({ visual }) => visual),
    scores: samples.map(({ visual }) => Float32Array.from(visual, () => random.uniform())),
  };
}

/** The same with rows. The caller disposes `hidden`. */
export function stageOf(
  { shape }: VisionLanguageModel,
  prompt: MeasuredPrompt,
  random: Random,
  batch = 1,
): Stage<RunSample> {
  const rows = batch * prompt.sample.promptLength;
  const hidden = normal([rows, shape.hidden], random) as tf.Tensor2D;
  return { ...beforeRows(prompt, random, batch), hidden };
}

/** The sample as a selector wants it. @param embeddings [n, H] of the prompt. */
export function rankedSample(sample: RunSample, selector: Selector, embeddings: tf.Tensor2D): RunSample {
  if (selector.kind === "static" || !selector.usesRelevance) return sample;
  return { ...sample, relevance: pictureRelevance(embeddings, 0, sample) };
}

/** Standard normal numbers, the same 4,096 again and again: times do not depend on the values, and drawing takes long. */
export function normal(shape: number[], random: Random): tf.Tensor {
  const block = Float32Array.from({ length: 4096 }, () => random.normal());
  const size = shape.reduce((a, b) => a * b, 1);
  const values = new Float32Array(size);
  for (let at = 0; at < size; at += block.length) values.set(block.subarray(0, Math.min(block.length, size - at)), at);
  return tf.tensor(values, shape);
}

/** Waits for a tensor: backends may only have queued the work that gives it. */
export function finish(tensor: tf.Tensor): void {
  tf.tidy(() => tf.slice(tf.reshape(tensor, [-1]), [0], [1]).dataSync());
}
