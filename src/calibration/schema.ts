/** The schema of a calibration file, version 1, and what a schema cannot say. */
import { z } from "zod";
import type { LatencyTable } from "../cost/index.js";
import { CALIBRATION_FORMAT, CALIBRATION_VERSION, type Calibration } from "./types.js";

const text = z.string().max(10_000);
const name = z.string().min(1).max(1_000);
const number = z.number();
const amount = z.number().min(0);
const count = z.int().min(0);
const size = z.int().min(1);

const quartiles = { low: amount, median: amount, high: amount, repeats: size };
const timing = z.object(quartiles);
const timingAt = z.object({ tokens: size, ...quartiles });
const timings = z.array(timingAt).max(1_000);
const layerIndices = z.array(count).min(1).max(10_000);
const table = z.object({ tokens: z.array(amount).min(1).max(1_000), ms: z.array(amount).min(1).max(1_000) });

/** What the cost reads; also what a study keeps. */
export const latencySchema = z.object({
  tables: z.array(table).min(1).max(10_000),
  layers: layerIndices,
  selector: z.object({ scoring: table, removal: table, perFall: amount }),
  embedding: table,
  head: amount,
  predictor: table,
});

export const calibrationSchema: z.ZodType<Calibration> = z.object({
  format: z.literal(CALIBRATION_FORMAT),
  version: z.literal(CALIBRATION_VERSION),
  created: z.iso.datetime({ offset: true }),
  machine: z.object({
    backend: name,
    device: text,
    threads: size,
    processor: text,
    processors: count,
    memory: amount,
    platform: text,
    tfjs: text,
    library: text.nullable(),
    cuda: text.nullable(),
    node: text,
    espalier: text,
  }),
  model: z.object({
    name,
    architecture: name,
    fingerprint: name,
    shape: z.object({
      layers: size,
      hidden: size,
      intermediate: size,
      heads: size,
      kvHeads: size,
      headDim: size,
      windows: z.array(size.nullable()).max(10_000),
    }),
  }),
  settings: z.object({
    tokens: size,
    selector: name,
    seconds: amount,
    spread: amount,
    warmUps: count,
    seed: z.int(),
  }),
  effort: z.object({ seconds: amount, works: count, settled: count, widestSpread: amount }),
  layers: z
    .array(
      z.object({
        window: size.nullable(),
        layers: layerIndices,
        prefill: timings.min(1),
        prefillWithoutCache: timings,
        decode: timings,
      }),
    )
    .min(1)
    .max(10_000),
  selector: z.object({ scoring: timings, removal: timings }),
  embedding: timings,
  predictor: timings,
  head: timing,
  batch: z.array(z.object({ size, tokens: size, ...quartiles, tokensPerSecond: amount })).max(1_000),
  concurrency: z.object({
    meaning: text,
    runs: z
      .array(z.object({ together: size, layers: size, tokens: size, ...quartiles, tokensPerSecond: amount }))
      .max(1_000),
  }),
  endToEnd: z.object({
    runs: z
      .array(
        z.object({ schedule: name, text: count, counts: z.array(count).max(10_000), predicted: amount, ...quartiles }),
      )
      .max(1_000),
    ratio: z.object({ median: amount, least: amount, most: amount }),
    rSquared: number,
  }),
  latency: latencySchema,
});

/** Something in a calibration that contradicts the rest. */
export interface Contradiction {
  readonly path: string;
  readonly found: string;
  readonly wanted: string;
}

function tableProblem(path: string, { tokens, ms }: LatencyTable): Contradiction | null {
  if (tokens.length !== ms.length) {
    return { path, found: `${tokens.length} numbers of tokens and ${ms.length} times`, wanted: "a time for each" };
  }
  for (let k = 1; k < tokens.length; k++) {
    if (!(tokens[k] > tokens[k - 1])) {
      const wanted = `more than the ${tokens[k - 1]} before it`;
      return { path: `${path}.tokens[${k}]`, found: String(tokens[k]), wanted };
    }
    if (ms[k] < ms[k - 1]) {
      return { path: `${path}.ms[${k}]`, found: String(ms[k]), wanted: `at least the ${ms[k - 1]} ms before it` };
    }
  }
  return null;
}

/** What a schema cannot say, or null. */
export function contradictionIn({ model, latency }: Pick<Calibration, "model" | "latency">): Contradiction | null {
  const { layers, windows } = model.shape;
  if (windows.length !== layers) {
    return {
      path: "model.shape.windows",
      found: `a list of ${windows.length}`,
      wanted: `one for each of ${layers} layers`,
    };
  }
  if (latency.layers.length !== layers) {
    return {
      path: "latency.layers",
      found: `a list of ${latency.layers.length}`,
      wanted: `one for each of ${layers} layers`,
    };
  }
  const beyond = latency.layers.findIndex((index) => index >= latency.tables.length);
  if (beyond >= 0) {
    const found = String(latency.layers[beyond]);
    return { path: `latency.layers[${beyond}]`, found, wanted: `a table of ${latency.tables.length}, counted from 0` };
  }
  const { scoring, removal } = latency.selector;
  const named: [string, LatencyTable][] = [
    ...latency.tables.map((one, t): [string, LatencyTable] => [`latency.tables[${t}]`, one]),
    ["latency.selector.scoring", scoring],
    ["latency.selector.removal", removal],
    ["latency.embedding", latency.embedding],
    ["latency.predictor", latency.predictor],
  ];
  for (const [path, one] of named) {
    const problem = tableProblem(path, one);
    if (problem !== null) return problem;
  }
  return null;
}
