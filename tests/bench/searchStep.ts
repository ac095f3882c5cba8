/**
 * Processor seconds of one search step per sample, on one thread, beside an eager PyTorch twin of the released method
 * (`twin.py`): 8 layers of width 128, 64 visual and 32 text tokens, the paper's budgets, random weights on both sides.
 *
 *     ESPALIER_BENCH_PYTHON=python node dist/tests/bench/searchStep.js      prints JSON
 *
 * Measured in processes of their own, limited to one thread. Without ESPALIER_BENCH_PYTHON (an interpreter that has torch)
 * the twin is not measured.
 */
import { execFile } from "node:child_process";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import * as tf from "@tensorflow/tfjs";
import { costModel } from "../../src/cost/index.js";
import { heldSamples, prepareSamples } from "../../src/evaluation/index.js";
import { kernelFunction } from "../../src/schedules/index.js";
import { DifferentiableSearch } from "../../src/search/index.js";
import { SELECTORS } from "../../src/selectors/index.js";
import { useBackend } from "../../src/tensor/index.js";
import { syntheticModel, syntheticSamples } from "./syntheticModel.js";

/** The bound on the ratio to the twin at its released batch. */
const TARGET = 0.25;
/** The search's default batch comes first. */
const BATCHES = [32, 4, 16, 64];
const TWIN_BATCH = 4;
const TWIN_BATCHES = [TWIN_BATCH, 1, 8, 16, 32];

interface OwnRow {
  readonly batch: number;
  readonly steps: number;
  readonly cpuSecondsPerSample: number;
  /** With the teacher's run over the training samples, spread over the epochs of a search by default. */
  readonly withTeacher: number;
}

interface TwinRow {
  readonly batch: number;
  readonly steps: number;
  readonly cpuSecondsPerSample: number;
}

function cpuSeconds(since?: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1e6;
}

/** This process's part: the search step at one batch. */
async function measure(batch: number, seconds: number): Promise<OwnRow> {
  await useBackend();
  const model = syntheticModel();
  const encoded = syntheticSamples(128);
  // What compiles and allocates at the first use is start-up.
  (await prepareSamples(model, SELECTORS["fastv"](), encoded.slice(0, 16))).dispose();
  const before = process.cpuUsage();
  const prepared = await prepareSamples(model, SELECTORS["fastv"](), encoded);
  const preparing = cpuSeconds(before) / encoded.length;
  // Neither side is charged for pictures: the twin is given their features.
  const towers = process.cpuUsage();
  for (const { pixelValues, gridThw } of encoded) {
    tf.tidy(() => model.encodePictures(tf.tensor2d(pixelValues, [256, pixelValues.length / 256]), gridThw).dataSync());
  }
  const teacher = preparing - cpuSeconds(towers) / encoded.length;
  const search = new DifferentiableSearch(heldSamples(prepared), {
    kernel: kernelFunction("multiStep"),
    cost: costModel("exact", model.shape),
    batch,
    epochs: 1e4,
    scouts: 0,
  });
  for (let warm = 0; warm < 6; warm++) await search.step();
  const begun = process.cpuUsage();
  let steps = 0;
  // Whole epochs, so that every batch is full.
  while (steps < 12 || steps % search.stepsPerEpoch !== 0 || cpuSeconds(begun) < seconds) {
    await search.step();
    steps++;
  }
  const own = cpuSeconds(begun) / (steps * batch);
  const defaults = new DifferentiableSearch(heldSamples(prepared), {
    kernel: search.options.kernel,
    cost: search.options.cost,
  }).options;
  if (defaults.batch !== BATCHES[0]) throw new Error(`The default batch is ${defaults.batch}; measure that one first.`);
  return { batch, steps, cpuSecondsPerSample: own, withTeacher: own + teacher / defaults.epochs };
}

const run = promisify(execFile);

async function measureAlone(batch: number, seconds: number): Promise<OwnRow> {
  const { stdout } = await run(process.execPath, [fileURLToPath(import.meta.url), "--one", `${batch}`, `${seconds}`], {
    env: {
      ...process.env,
      ESPALIER_BACKEND: process.env.ESPALIER_BACKEND ?? "native",
      TF_NUM_INTRAOP_THREADS: "1",
      TF_NUM_INTEROP_THREADS: "1",
      OMP_NUM_THREADS: "1",
      TF_CPP_MIN_LOG_LEVEL: "2",
    },
  });
  return JSON.parse(stdout) as OwnRow;
}

async function measureTwin(
  batches: readonly number[],
  seconds: number,
  ...more: readonly string[]
): Promise<TwinRow[] | null> {
  const python = process.env.ESPALIER_BENCH_PYTHON;
  if (!python) return null;
  // dist/tests/bench → tests/bench
  const script = path.join(import.meta.dirname, "..", "..", "..", "tests", "bench", "twin.py");
  const { stdout } = await run(python, [script, "--batches", batches.join(","), "--seconds", `${seconds}`, ...more], {
    env: { ...process.env, OMP_NUM_THREADS: "1", CUDA_VISIBLE_DEVICES: "-1" },
  });
  return (JSON.parse(stdout) as { rows: TwinRow[] }).rows;
}

export interface SearchStepBench {
  readonly own: readonly OwnRow[];
  /** Null where there is no PyTorch. The twin at its released batch comes first. */
  readonly twin: readonly TwinRow[] | null;
  /** The twin at its released batch when it computes the frozen weights’ gradients too. */
  readonly twinWithWeightGradients: TwinRow | null;
  /** Own step at the search's default batch over the twin at its released batch, and at its best one. */
  readonly ratio: number | null;
  readonly ratioToBest: number | null;
  /** The first of them when the teacher's one run over the samples is spread over the steps. */
  readonly ratioWithTeacher: number | null;
  /** Own step at the twin's released batch over the twin. */
  readonly ratioAtSameBatch: number | null;
  readonly target: number;
  readonly note?: string;
}

/** @param seconds processor seconds to spend on each row; default 4. */
export async function benchSearchStep(seconds = 4): Promise<SearchStepBench> {
  const own: OwnRow[] = [];
  const released: TwinRow[] = [];
  // In turns, so that a busy machine slows both; the least of three is what the machine can do.
  const least = <T extends { cpuSecondsPerSample: number }>(rows: readonly T[]) =>
    rows.reduce((a, b) => (b.cpuSecondsPerSample < a.cpuSecondsPerSample ? b : a));
  for (const batch of BATCHES) {
    const rows: OwnRow[] = [];
    for (let round = 0; round < 3; round++) rows.push(await measureAlone(batch, seconds / 3));
    own.push(least(rows));
    released.push(...((await measureTwin([TWIN_BATCH], seconds / 3)) ?? []));
  }
  const others = await measureTwin(TWIN_BATCHES.slice(1), seconds);
  const twin = others && [least(released), ...others];
  const wasteful = await measureTwin([TWIN_BATCH], seconds, "--weight-gradients");
  const ratio = (a: number, b?: number) => (b === undefined ? null : a / b);
  return {
    own,
    twin,
    twinWithWeightGradients: wasteful?.[0] ?? null,
    ratio: ratio(own[0].cpuSecondsPerSample, twin?.[0].cpuSecondsPerSample),
    ratioToBest: ratio(own[0].cpuSecondsPerSample, twin ? least(twin).cpuSecondsPerSample : undefined),
    ratioWithTeacher: ratio(own[0].withTeacher, twin?.[0].cpuSecondsPerSample),
    ratioAtSameBatch: ratio(own[1].cpuSecondsPerSample, twin?.[0].cpuSecondsPerSample),
    target: TARGET,
    ...(twin
      ? {}
      : { note: "The twin was not measured: it needs PyTorch. Set ESPALIER_BENCH_PYTHON to a Python that has it." }),
  };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const [, , mode, batch, seconds] = process.argv;
  if (mode === "--one") console.log(JSON.stringify(await measure(Number(batch), Number(seconds))));
  else console.log(JSON.stringify(await benchSearchStep(mode === undefined ? undefined : Number(mode)), null, 2));
}
