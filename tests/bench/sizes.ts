/**
 * Models at real sizes: weights of the real shapes, drawn at random and kept in bfloat16, are loaded, and one prompt with a picture
 * goes through the tower and layer by layer through the decoder. Resident memory at its peak is held against the estimate.
 *
 *     node dist/tests/bench/sizes.js [NAME [visual tokens]]    prints JSON; without a name every size, each in a process of its own
 *
 * A size whose estimate is more than the memory that is free is not run, and the result says so.
 */
import { execFile } from "node:child_process";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import * as tf from "@tensorflow/tfjs";
import type { ModelConfig } from "../../src/checkpoint/index.js";
import { StoredMatrix } from "../../src/models/blocks/index.js";
import { buildModel, estimateMemory, type GridThw, layoutFrom, peakMemory } from "../../src/models/index.js";
import { availableMemory, Random, useBackend } from "../../src/tensor/index.js";
import { REAL_SHAPES, type RealShape, randomHalves, realConfig } from "./realShapes.js";

/** Visual tokens of a prompt where the tower lets one choose, and words beside the picture's tokens. */
const VISUAL = 256;
const TEXT = 44;
/** Peak over estimate, at most. */
const TARGET = 1.3;
/** Tokens that a layer is run with beside the widening of its weights. */
const WIDENING_TOKENS = 1024;

export interface SizeBench {
  readonly name: RealShape;
  readonly parameters: number;
  readonly tokens: number;
  /** Bytes. */
  readonly weights: number;
  readonly estimate: number;
  readonly available: number;
  /** Null where there was no memory for it. */
  readonly run: {
    /** Bytes of resident memory at the peak of the process. */
    readonly peak: number;
    readonly ratio: number;
    /** Seconds: of the weights' way into memory, the picture's through the tower, a layer (median), the last row's logits. */
    readonly loading: number;
    readonly tower: number;
    readonly layer: number;
    readonly head: number;
  } | null;
  readonly target: number;
}

/** Widening the weights of one layer, against that layer. */
export interface WideningBench {
  readonly parameters: number;
  readonly tokens: number;
  /** Seconds, the least of five. */
  readonly widening: number;
  readonly layer: number;
}

const note = (text: string) => process.stderr.write(`${text}\n`);

const seconds = <T>(work: () => T): { result: T; seconds: number } => {
  const began = performance.now();
  const result = work();
  return { result, seconds: (performance.now() - began) / 1000 };
};

/** A picture, and what a patch of it is wide. */
function picture({ vision, architecture }: ModelConfig, visual: number): { grid: GridThw; width: number } {
  if (architecture === "qwen2_5_vl") {
    const {
      spatialMergeSize: merge,
      patchSize,
      temporalPatchSize,
      inChannels,
    } = vision as Extract<ModelConfig, { architecture: "qwen2_5_vl" }>["vision"];
    const rows = Math.max(1, Math.floor(Math.sqrt(visual)));
    return {
      grid: [1, merge * rows, merge * Math.floor(visual / rows)],
      width: inChannels * temporalPatchSize * patchSize ** 2,
    };
  }
  const { imageSize, patchSize } = vision as { imageSize: number; patchSize: number };
  return { grid: [1, imageSize / patchSize, imageSize / patchSize], width: 3 * patchSize ** 2 };
}

export async function benchSize(name: RealShape, visual = VISUAL): Promise<SizeBench> {
  const backend = await useBackend();
  const config = realConfig(name);
  const source = randomHalves(config.architecture);
  const planned = buildModel(config, source, { residency: "planned" });
  const { grid, width } = picture(config, visual);
  const tokens = planned.visualTokens(grid) + TEXT;
  const memory = estimateMemory(planned, tokens);
  const estimate = peakMemory(memory, "stored", "prefill");
  const available = availableMemory(backend);
  const about = { name, parameters: memory.parameters, tokens, weights: memory.weights.stored, estimate, available };
  if (estimate > available) return { ...about, run: null, target: TARGET };
  note(`${name}: ${(estimate / 1e9).toFixed(1)} GB estimated, ${(available / 1e9).toFixed(1)} GB available`);

  const { result: model, seconds: loading } = seconds(() => buildModel(config, source, { residency: "stored" }));
  note(`loaded in ${loading.toFixed(0)} s, ${(process.memoryUsage.rss() / 1e9).toFixed(2)} GB resident`);
  const random = new Random(2);
  const [, rows, columns] = grid;
  const pixels = tf.tensor2d(
    Float32Array.from({ length: rows * columns * width }, () => random.between(-1, 1)),
    [rows * columns, width],
  );
  const ids = new Int32Array(tokens).fill(model.visualTokenIds[0]);
  for (let i = 0; i < TEXT; i++) ids[i < TEXT / 2 ? i : tokens - TEXT + i] = random.integer(1000, 30_000);
  const layout = layoutFrom([Int32Array.from(ids.keys())], tokens);
  const positions = [model.positions(ids, [grid])];
  const { result: features, seconds: tower } = seconds(() => {
    const features = model.encodePictures(pixels, [grid]);
    features.dataSync();
    return features;
  });
  note(`tower: ${tower.toFixed(1)} s`);
  const rotary = model.rotary(positions, layout);
  let hidden = model.embed(ids, features);
  tf.dispose([features, pixels]);
  const layers: number[] = [];
  const cache: tf.Tensor[] = [];
  for (let i = 0; i < model.shape.layers; i++) {
    const mask = model.mask(i, positions, layout, layout);
    const { result, seconds: spent } = seconds(() => {
      const out = model.layer(i, { hidden, batch: 1, rotary, mask });
      tf.dispose(out.queries);
      return out;
    });
    hidden.dispose();
    hidden = result.hidden;
    cache.push(result.keys, result.values);
    layers.push(spent);
  }
  note(`layers: ${layers.map((spent) => spent.toFixed(1)).join(" ")} s`);
  const { result: finite, seconds: head } = seconds(() =>
    tf.tidy(() =>
      model
        .logits(tf.slice(hidden, [tokens - 1, 0], [1, -1]))
        .dataSync()
        .every(Number.isFinite),
    ),
  );
  if (!finite) throw new Error(`The logits of ${name} are not finite.`);
  tf.dispose([hidden, ...rotary.tensors, ...cache]);
  model.dispose();
  const peak = process.resourceUsage().maxRSS * 1024;
  layers.sort((a, b) => a - b);
  const layer = layers[Math.floor(layers.length / 2)];
  return { ...about, run: { peak, ratio: peak / estimate, loading, tower, layer, head }, target: TARGET };
}

/** With the shapes of Qwen2.5-VL-3B. */
export async function benchWidening(): Promise<WideningBench> {
  await useBackend();
  const whole = realConfig("qwen2.5-vl-3b") as Extract<ModelConfig, { architecture: "qwen2_5_vl" }>;
  const config = {
    ...whole,
    decoder: { ...whole.decoder, vocabSize: 1000, layers: 1, attentionWindows: [null] },
    vision: { ...whole.vision, depth: 1 },
    tokens: { ...whole.tokens, image: 3 },
  };
  const source = randomHalves(config.architecture);
  const matrices: StoredMatrix[] = [];
  const model = buildModel(config, source, { residency: "stored" });
  for (const { name, shape, widened } of model.parameters.plan) {
    if (widened && name.includes(".layers.0.")) {
      matrices.push(new StoredMatrix(source.readBits!(name, shape), shape, "BF16"));
    }
  }
  const ids = Int32Array.from({ length: WIDENING_TOKENS }, (_, i) => 10 + (i % 900));
  const layout = layoutFrom([Int32Array.from(ids.keys())], ids.length);
  const positions = [model.positions(ids, [])];
  const rotary = model.rotary(positions, layout);
  const hidden = model.embed(ids, null);
  const least = (work: () => void) => Math.min(...Array.from({ length: 5 }, () => seconds(work).seconds));
  const widening = least(() => {
    for (const matrix of matrices) matrix.widen({ begin: 0, count: matrix.shape[0] }).dispose();
  });
  const layer = least(() => {
    const {
      hidden: out,
      queries,
      keys,
      values,
    } = model.layer(0, {
      hidden,
      batch: 1,
      rotary,
      mask: model.mask(0, positions, layout, layout),
    });
    out.dataSync();
    tf.dispose([out, queries, keys, values]);
  });
  const parameters = matrices.reduce((sum, { shape }) => sum + shape[0] * shape[1], 0);
  for (const matrix of matrices) matrix.dispose();
  tf.dispose([hidden, ...rotary.tensors]);
  model.dispose();
  return { parameters, tokens: WIDENING_TOKENS, widening, layer };
}

export interface SizesBench {
  readonly sizes: readonly SizeBench[];
  readonly widening: WideningBench;
}

/** Runs this script once for every part, so that peaks are each its own. */
export async function benchSizes(names: readonly string[]): Promise<SizesBench> {
  const run = promisify(execFile);
  const part = async (name: string): Promise<unknown> =>
    JSON.parse((await run(process.execPath, [import.meta.filename, name], { maxBuffer: 2 ** 24 })).stdout);
  const sizes: SizeBench[] = [];
  for (const name of names) sizes.push((await part(name)) as SizeBench);
  return { sizes, widening: (await part("widening")) as WideningBench };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const [name, ...others] = process.argv.slice(2);
  const known = (one: string | undefined): one is RealShape =>
    (REAL_SHAPES as readonly (string | undefined)[]).includes(one);
  let result: unknown;
  if (name === undefined) result = await benchSizes(REAL_SHAPES);
  else if (name === "widening") result = await benchWidening();
  else if (known(name)) result = await benchSize(name, others[0] === undefined ? VISUAL : Number(others[0]));
  else throw new Error(`There is no size "${name}"; choose among ${REAL_SHAPES.join(", ")}.`);
  console.log(JSON.stringify(result, null, 2));
}
