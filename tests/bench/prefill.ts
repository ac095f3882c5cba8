/**
 * Prefill at half of the full cost against full prefill, with the layer shapes of Qwen2.5-VL-3B: 8 such layers, random weights,
 * 1,000 visual and 50 text tokens. The schedule falls at every layer, so the selector ranks and rows are removed at each of
 * them; its time is included. Both sides are the program's own `generate` of one token, run in turns.
 *
 *     node dist/tests/bench/prefill.js [pairs]          default 3; prints JSON
 *
 * Needs about 4 GB of memory. The vision tower is one narrow layer and the vocabulary is small: neither is measured here.
 */
import { pathToFileURL } from "node:url";
import { costModel, totalCost } from "../../src/cost/index.js";
import { type EncodedPromptLike, generate } from "../../src/evaluation/index.js";
import { Qwen25Vl, type WeightSource } from "../../src/models/index.js";
import { SELECTORS } from "../../src/selectors/index.js";
import { Random, useBackend } from "../../src/tensor/index.js";
import { qwen3bLayers } from "./syntheticModel.js";

const LAYERS = 8;
const VISUAL = 1000;
const TEXT = 50;
const SHARE = 0.5;
/** The bound on the ratio of times. */
const TARGET = 0.58;

const CONFIG = qwen3bLayers(LAYERS);

/** Normal weights of variance 1/fan_in, from one block of draws that every tensor reads from another place on. */
function randomWeights(): WeightSource {
  const random = new Random(1);
  const block = Float32Array.from({ length: 1 << 20 }, () => random.normal());
  return {
    has: () => true,
    read(name, shape) {
      const size = shape.reduce((a, b) => a * b, 1);
      const values = new Float32Array(size);
      if (shape.length === 1) return values.fill(name.endsWith("bias") ? 0 : 1);
      const scale = (size / shape[0]) ** -0.5;
      const start = random.integer(0, block.length - 1);
      for (let i = 0; i < size; i++) values[i] = scale * block[(start + i) % block.length];
      return values;
    },
  };
}

/** The slowest linear fall of counts that costs at most `SHARE` of the full model. */
function fallingCounts(shape: Qwen25Vl["shape"]): { counts: number[]; share: number } {
  const cost = costModel("exact", shape);
  const full = totalCost(cost, new Array<number>(LAYERS).fill(VISUAL), TEXT);
  for (let slope = 0; ; slope++) {
    const counts = Array.from({ length: LAYERS }, (_, i) => Math.max(0, VISUAL - slope * i));
    const share = totalCost(cost, counts, TEXT) / full;
    if (share <= SHARE) return { counts, share };
  }
}

const median = (values: number[]): number => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];

export interface PrefillBench {
  readonly counts: number[];
  /** Of the full model's exact cost. */
  readonly costShare: number;
  readonly pairs: number;
  /** Median seconds, by the clock and of the processors. */
  readonly full: { readonly seconds: number; readonly cpuSeconds: number };
  readonly pruned: { readonly seconds: number; readonly cpuSeconds: number };
  readonly ratio: number;
  readonly cpuRatio: number;
  readonly target: number;
  /** Bytes: largest resident set seen, and what the weights take. */
  readonly peakMemory: number;
  readonly weights: number;
}

export async function benchPrefill(pairs = 3): Promise<PrefillBench> {
  await useBackend();
  const model = new Qwen25Vl(CONFIG, randomWeights());
  const random = new Random(2);
  const grid = [1, 40, 100] as const;
  const words = Array.from({ length: TEXT }, () => random.integer(10, 999));
  const prompt: EncodedPromptLike = {
    id: "bench",
    inputIds: Int32Array.from([...words.slice(0, 10), ...new Array<number>(VISUAL).fill(3), ...words.slice(10)]),
    pixelValues: Float32Array.from({ length: 4000 * 24 }, () => random.normal()),
    gridThw: [grid],
  };
  const { counts, share } = fallingCounts(model.shape);
  const timed = async (rows: number[][] | null) => {
    const cpu = process.cpuUsage();
    const began = performance.now();
    await generate(model, SELECTORS["fastv"](), [prompt], rows, { maxNewTokens: 1 });
    const { user, system } = process.cpuUsage(cpu);
    return { seconds: (performance.now() - began) / 1000, cpuSeconds: (user + system) / 1e6 };
  };
  // The first runs move the weights to the backend and are not counted.
  await timed(null);
  await timed([counts]);
  const runs = { full: [] as Awaited<ReturnType<typeof timed>>[], pruned: [] as Awaited<ReturnType<typeof timed>>[] };
  for (let pair = 0; pair < pairs; pair++) {
    runs.full.push(await timed(null));
    runs.pruned.push(await timed([counts]));
  }
  const medians = (list: Awaited<ReturnType<typeof timed>>[]) => ({
    seconds: median(list.map(({ seconds }) => seconds)),
    cpuSeconds: median(list.map(({ cpuSeconds }) => cpuSeconds)),
  });
  const full = medians(runs.full);
  const pruned = medians(runs.pruned);
  const weights = model.parameters.bytes;
  model.dispose();
  return {
    counts,
    costShare: share,
    pairs,
    full,
    pruned,
    ratio: pruned.seconds / full.seconds,
    cpuRatio: pruned.cpuSeconds / full.cpuSeconds,
    target: TARGET,
    peakMemory: process.resourceUsage().maxRSS * 1024,
    weights,
  };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  console.log(JSON.stringify(await benchPrefill(Number(process.argv[2] ?? 3)), null, 2));
}
