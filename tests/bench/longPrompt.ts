/**
 * A prompt of 4,096 visual tokens (a video of four frames) through layers of Qwen2.5-VL-3B's shapes, random weights: memory
 * against what attention in pieces should take, and time against cost over schedules; and one relaxed step, forward and
 * backward, over the same prompt at the embedded model's width.
 *
 *     node dist/tests/bench/longPrompt.js          prints JSON
 *
 * Needs about 3 GB of memory.
 */
import { pathToFileURL } from "node:url";
import { costModel, totalCost } from "../../src/cost/index.js";
import { type EncodedPromptLike, generate, prepareSamples } from "../../src/evaluation/index.js";
import { estimateMemory, Qwen25Vl } from "../../src/models/index.js";
import { relaxedRun } from "../../src/relaxation/index.js";
import { SELECTORS } from "../../src/selectors/index.js";
import { Random, useBackend } from "../../src/tensor/index.js";
import { IMAGE, qwen3bLayers, randomWeights, syntheticModel, VIDEO } from "./syntheticModel.js";

const LAYERS = 2;
const TEXT = 50;
/** Frames, rows and columns of visual tokens. */
const FRAMES = [4, 32, 32] as const;
const VISUAL = FRAMES[0] * FRAMES[1] * FRAMES[2];
/** Shares of the tokens behind the first layer. */
const SHARES = [1, 0.8, 0.6, 0.4, 0.2, 0];
const MEMORY_TARGET = 1.3;
const FIT_TARGET = 0.98;

function longPrompt(token: number, patches: number, gridThw: EncodedPromptLike["gridThw"]): EncodedPromptLike {
  const random = new Random(2);
  const words = Array.from({ length: TEXT }, () => random.integer(10, 99));
  return {
    id: "long",
    inputIds: Int32Array.from([...words.slice(0, 10), ...new Array<number>(VISUAL).fill(token), ...words.slice(10)]),
    pixelValues: Float32Array.from({ length: patches * 24 }, () => random.normal()),
    gridThw,
    secondsPerGrid: gridThw.map(() => 1),
  };
}

type Timed = LongPromptBench["times"][number];

/** The run of the middle processor time. */
function median(runs: Timed[]): Timed {
  return runs.sort((a, b) => a.cpuSeconds - b.cpuSeconds)[Math.floor(runs.length / 2)];
}

/** Squared correlation of y with its best line over x. */
function squaredCorrelation(x: readonly number[], y: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const [mx, my] = [mean(x), mean(y)];
  const sum = (of: (i: number) => number) => x.reduce((total, _, i) => total + of(i), 0);
  const xy = sum((i) => (x[i] - mx) * (y[i] - my));
  return xy ** 2 / (sum((i) => (x[i] - mx) ** 2) * sum((i) => (y[i] - my) ** 2));
}

export interface LongPromptBench {
  readonly visual: number;
  /** Bytes that a prefill of the whole prompt adds to the process at its fullest, and the estimate of that. */
  readonly memory: { readonly added: number; readonly estimate: number; readonly ratio: number };
  readonly memoryTarget: number;
  /** Cost as a share of the full prompt's, seconds by the clock and of the processors. */
  readonly times: readonly { readonly cost: number; readonly seconds: number; readonly cpuSeconds: number }[];
  readonly fit: number;
  readonly fitTarget: number;
  /** One relaxed step over the prompt: seconds, and bytes that it adds at its fullest; all logits would take `quadratic`. */
  readonly step: { readonly seconds: number; readonly memory: number; readonly quadratic: number };
}

/** The largest resident set so far, bytes, once something has run. */
async function watched<T>(run: () => Promise<T>): Promise<{ result: T; peak: number }> {
  const before = process.resourceUsage().maxRSS * 1024;
  const result = await run();
  return { result, peak: Math.max(before, process.resourceUsage().maxRSS * 1024) };
}

async function relaxedStep(): Promise<LongPromptBench["step"]> {
  const model = syntheticModel();
  const prompt = longPrompt(IMAGE, VISUAL * 4, [[1, 128, 128]]);
  const sample = {
    ...prompt,
    task: "long",
    promptLength: prompt.inputIds.length,
    inputIds: Int32Array.from([...prompt.inputIds, 11, 12]),
  };
  const prepared = await prepareSamples(model, SELECTORS["fastv"](), [sample]);
  const before = process.memoryUsage().rss;
  const began = performance.now();
  const shares = [Array.from({ length: model.shape.layers }, (_, i) => 1 - (0.5 * i) / model.shape.layers)];
  const { peak } = await watched(() => relaxedRun(prepared, prepared.samples, shares));
  const seconds = (performance.now() - began) / 1000;
  prepared.dispose();
  model.dispose();
  const { heads, layers } = model.shape;
  const quadratic = shares[0].slice(1).reduce((sum, share) => sum + 4 * heads * (share * VISUAL + TEXT) ** 2, 0);
  return { seconds, memory: Math.max(0, peak - before), quadratic: layers > 1 ? quadratic : 0 };
}

export async function benchLongPrompt(): Promise<LongPromptBench> {
  await useBackend();
  const step = await relaxedStep();
  const model = new Qwen25Vl(qwen3bLayers(LAYERS, 1), randomWeights(1));
  const prompt = longPrompt(VIDEO, VISUAL, [FRAMES]);
  const run = async (share: number) => {
    const counts = Array.from({ length: LAYERS }, (_, i) => (i === 0 ? VISUAL : Math.floor(share * VISUAL)));
    const cpu = process.cpuUsage();
    const began = performance.now();
    await generate(model, SELECTORS["fastv"](), [prompt], [counts], { maxNewTokens: 1 });
    const { user, system } = process.cpuUsage(cpu);
    const seconds = (performance.now() - began) / 1000;
    const cost = costModel("exact", model.shape);
    const full = totalCost(cost, new Array<number>(LAYERS).fill(VISUAL), TEXT);
    return { cost: totalCost(cost, counts, TEXT) / full, seconds, cpuSeconds: (user + system) / 1e6 };
  };
  // A short prompt moves the weights to the backend.
  const short = { ...prompt, inputIds: prompt.inputIds.slice(0, 10), pixelValues: new Float32Array(0), gridThw: [] };
  await generate(model, SELECTORS["fastv"](), [short], null, { maxNewTokens: 1 });
  const before = process.memoryUsage().rss;
  const { peak } = await watched(() => run(1));
  // What the doctor says of a checkpoint's prefill, but for what is in memory before it.
  const { layer, cache } = estimateMemory(
    { shape: model.shape, config: model.config, parameters: model.parameters },
    VISUAL + TEXT,
  );
  const expected = layer.activations + layer.attention + cache;
  const times: Timed[] = [];
  for (const share of SHARES) times.push(median([await run(share), await run(share), await run(share)]));
  model.dispose();
  return {
    visual: VISUAL,
    memory: { added: peak - before, estimate: expected, ratio: (peak - before) / expected },
    memoryTarget: MEMORY_TARGET,
    times,
    fit: squaredCorrelation(
      times.map(({ cost }) => cost),
      times.map(({ cpuSeconds }) => cpuSeconds),
    ),
    fitTarget: FIT_TARGET,
    step,
  };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  console.log(JSON.stringify(await benchLongPrompt(), null, 2));
}
