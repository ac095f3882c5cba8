/** The decoder's layers as pieces of work to be timed: prompt passes, decoding steps, batches, prompts at the same time. */
import { setImmediate as turn } from "node:timers/promises";
import * as tf from "@tensorflow/tfjs";
import { type RunSample, runLayer, type Stage } from "../evaluation/index.js";
import { layoutFrom, type VisionLanguageModel } from "../models/index.js";
import type { Selector } from "../selectors/index.js";
import type { Random } from "../tensor/index.js";
import type { LayerKind } from "./ladder.js";
import type { TimedWork } from "./measure.js";
import { finish, type MeasuredPrompt, measuredPrompt, normal, stageOf } from "./prompt.js";

/** Works with the tensors that they use. */
export interface WorkSet {
  readonly works: readonly TimedWork[];
  dispose(): void;
}

/** Ranks nothing: stands in where every token stays. */
export const KEEP_ALL: Selector = {
  kind: "static",
  name: "keepAll",
  scores: ({ visual }) => new Float32Array(visual.length),
};

/** Numbers of prompts that are batched. */
export const BATCHES: readonly number[] = [1, 4, 8];
/** Numbers of prompts that are awaited together. */
export const TOGETHER: readonly number[] = [1, 2, 4];
/** Layers that each of those goes through. */
const CONCURRENT_LAYERS = 4;

/** Layers of a concurrent prompt pass. */
export function concurrentLayers(layers: number): number {
  return Math.min(layers, CONCURRENT_LAYERS);
}

export const prefillKey = (kind: number, tokens: number, kept: boolean) =>
  `prefill ${kind} ${tokens} ${kept ? "kept" : "dropped"}`;
export const decodeKey = (kind: number, cached: number) => `decode ${kind} ${cached}`;
export const batchKey = (size: number) => `batch ${size}`;
export const togetherKey = (together: number) => `together ${together}`;

const everyToken = ({ samples }: Stage<RunSample>) => samples.map(({ visual }) => visual.length);

/** One layer as a pruned run executes it where nothing falls: mask and rotations included. */
function oneLayer(model: VisionLanguageModel, stage: Stage<RunSample>, layer: number, kept: boolean): void {
  const next = runLayer({ model, selector: KEEP_ALL }, { ...stage, layer }, everyToken(stage), kept);
  finish(next.stage.hidden);
  tf.dispose([next.stage.hidden, ...(next.cache === null ? [] : [next.cache.keys, next.cache.values])]);
}

/** A layer of each kind at each number of tokens, with and without its keys and values being kept. */
export function prefillWorks(
  model: VisionLanguageModel,
  kinds: readonly LayerKind[],
  prompts: readonly MeasuredPrompt[],
  random: Random,
): WorkSet {
  const stages = prompts.map((prompt) => stageOf(model, prompt, random));
  const works = kinds.flatMap(({ layers }, kind) =>
    prompts.flatMap(({ sample }, p) =>
      [true, false].map((kept) => ({
        key: prefillKey(kind, sample.promptLength, kept),
        run: (repeat: number) => oneLayer(model, stages[p], layers[repeat % layers.length], kept),
      })),
    ),
  );
  return { works, dispose: () => tf.dispose(stages.map(({ hidden }) => hidden)) };
}

/** One layer's part of a decoding step, of each kind, behind so many cached rows. */
export function decodeWorks(
  model: VisionLanguageModel,
  kinds: readonly LayerKind[],
  cached: readonly number[],
  random: Random,
): WorkSet {
  const { hidden, kvHeads, headDim } = model.shape;
  const row = normal([1, hidden], random) as tf.Tensor2D;
  const held: tf.Tensor[] = [row];
  const works = cached.flatMap((rows) => {
    const { sample } = measuredPrompt(model, rows + 1, random);
    const queries = layoutFrom([Int32Array.of(rows)]);
    const keys = layoutFrom([Int32Array.from({ length: rows + 1 }, (_, i) => i)]);
    const past = {
      keys: normal([1, kvHeads, rows, headDim], random) as tf.Tensor4D,
      values: normal([1, kvHeads, rows, headDim], random) as tf.Tensor4D,
    };
    // Of the whole step, which all layers share.
    const rotary = model.rotary([sample.positions], queries);
    held.push(past.keys, past.values, ...rotary.tensors);
    return kinds.map(({ layers }, kind) => ({
      key: decodeKey(kind, rows),
      run(repeat: number) {
        const layer = layers[repeat % layers.length];
        tf.tidy(() => {
          const mask = model.mask(layer, [sample.positions], queries, keys);
          finish(model.layer(layer, { hidden: row, batch: 1, rotary, mask, past }).hidden);
        });
      },
    }));
  });
  return { works, dispose: () => tf.dispose(held) };
}

/** Several equal prompts in one tensor, through one layer. */
export function batchWorks(
  model: VisionLanguageModel,
  { layers }: LayerKind,
  prompt: MeasuredPrompt,
  random: Random,
): WorkSet {
  const stages = BATCHES.map((size) => stageOf(model, prompt, random, size));
  const works = BATCHES.map((size, b) => ({
    key: batchKey(size),
    run: (repeat: number) => oneLayer(model, stages[b], layers[repeat % layers.length], true),
  }));
  return { works, dispose: () => tf.dispose(stages.map(({ hidden }) => hidden)) };
}

/** Prompt passes that are awaited together and give each other a turn between two layers. */
export function concurrentWorks(model: VisionLanguageModel, prompt: MeasuredPrompt, random: Random): WorkSet {
  const stage = stageOf(model, prompt, random);
  const depth = concurrentLayers(model.shape.layers);
  const pass = async (): Promise<void> => {
    let current = stage;
    for (let layer = 0; layer < depth; layer++) {
      const next = runLayer({ model, selector: KEEP_ALL }, { ...current, layer }, everyToken(current)).stage;
      if (current !== stage) current.hidden.dispose();
      current = next;
      await turn();
    }
    finish(current.hidden);
    current.hidden.dispose();
  };
  const works = TOGETHER.map((together) => ({
    key: togetherKey(together),
    run: async () => {
      await Promise.all(Array.from({ length: together }, pass));
    },
  }));
  return { works, dispose: () => stage.hidden.dispose() };
}
