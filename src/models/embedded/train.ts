/**
 * Trains the embedded model from nothing, resumably: `npm run train:embedded`.
 *
 * Two stages (why: the model learns to answer only once its vision tower tells objects apart): dense labels alone, then
 * questions with a tenth of the label loss. Every block of steps asks more often for what is answered worst.
 */
import fs from "node:fs";
import path from "node:path";
import { Worker } from "node:worker_threads";
import * as tf from "@tensorflow/tfjs";
import { openSafetensors, openWeights, type TensorToWrite, writeSafetensors } from "../../checkpoint/index.js";
import { EspalierError } from "../../errors.js";
import { AUXILIARY_TASKS, EMBEDDED_TASKS } from "../../tasks/index.js";
import type { AdamWState } from "../../tensor/index.js";
import type { BatchRequest } from "./batchWorker.js";
import { initialWeights } from "./initialise.js";
import { EmbeddedTrainer, type StepReport, type TrainingBatch } from "./trainer.js";

export interface TrainingPlan {
  /** Where the training state and its log live. */
  readonly directory: string;
  readonly seed: number;
  /** Pictures per step. */
  readonly batch: number;
  readonly questions: number;
  /** Steps on dense labels alone. */
  readonly labelSteps: number;
  /** Steps in all. */
  readonly steps: number;
  /** Of the last stage, the share at its end over which the learning rate falls to 3 %. */
  readonly decayShare: number;
  readonly learningRate: number;
  /** A model directory whose weights a new training begins with; default none: weights are drawn from the seed. */
  readonly initial?: string;
}

export const DEFAULT_PLAN: Omit<TrainingPlan, "directory" | "initial"> = {
  seed: 1,
  batch: 32,
  questions: 5,
  labelSteps: 1000,
  steps: 8000,
  decayShare: 0.25,
  learningRate: 1.5e-3,
};

/** Steps between two reports, and between two changes of what is asked. */
const BLOCK = 50;
/** Steps between two saved states. */
const SAVE_EVERY = 200;
const WARM_UP = 200;

interface Progress {
  step: number;
  /** Smoothed share of questions answered right, by task. */
  accuracy: Record<string, number>;
  seconds: number;
}

/** Tasks answered worst are asked most; what is known is still asked now and then. Auxiliary tasks count half. */
export function taskWeights(accuracy: Readonly<Record<string, number>>): Record<string, number> {
  const weight = (task: string, scale: number): [string, number] => [task, scale * (0.15 + 1 - (accuracy[task] ?? 0))];
  return Object.fromEntries([
    ...EMBEDDED_TASKS.map((task) => weight(task, 1)),
    ...AUXILIARY_TASKS.map((task) => weight(task, 0.5)),
  ]);
}

/** Warm-up at the start of each stage, constant, then a cosine down to 3 % at the end. */
export function learningRateAt(step: number, plan: Omit<TrainingPlan, "directory">): number {
  const sinceStage = step < plan.labelSteps ? step : step - plan.labelSteps;
  const warm = Math.min(1, (sinceStage + 1) / WARM_UP);
  const decaySteps = Math.max(1, Math.round((plan.steps - plan.labelSteps) * plan.decayShare));
  const into = Math.max(0, step - (plan.steps - decaySteps)) / decaySteps;
  return plan.learningRate * warm * (0.03 + 0.97 * 0.5 * (1 + Math.cos(Math.PI * into)));
}

function saveState(trainer: EmbeddedTrainer, progress: Progress, plan: TrainingPlan): void {
  const tensors: Record<string, TensorToWrite> = {};
  const { step, moments } = trainer.optimizer.state();
  for (const [name, variable] of trainer.variables()) {
    const { shape } = variable;
    tensors[name] = { dtype: "F32", shape, data: variable.dataSync<"float32">() };
    const saved = moments.get(name);
    if (saved) {
      tensors[`adam.first.${name}`] = { dtype: "F32", shape, data: saved.first };
      tensors[`adam.second.${name}`] = { dtype: "F32", shape, data: saved.second };
    }
  }
  writeSafetensors(path.join(plan.directory, "state.safetensors"), tensors, {
    progress: JSON.stringify(progress),
    optimizerStep: String(step),
    seed: String(plan.seed),
  });
}

/** A training that begins with another's weights begins with its log too, and says where it took over. */
function beginLog(log: string, { initial, ...plan }: TrainingPlan): void {
  if (initial === undefined || fs.existsSync(log)) return;
  const before = path.join(initial, "training.jsonl");
  const lines = fs.existsSync(before) ? fs.readFileSync(before, "utf8") : "";
  const { directory: _, ...settings } = plan;
  fs.writeFileSync(
    log,
    `${lines}${JSON.stringify({ begins: "with the weights above, label readers drawn anew", ...settings })}\n`,
  );
}

/** What a training starts from: random weights, or the model of a directory with label readers drawn anew. */
function freshTrainer({ seed, initial }: TrainingPlan): EmbeddedTrainer {
  const drawn = initialWeights(seed);
  if (initial === undefined) return new EmbeddedTrainer(drawn);
  const weights = openWeights(initial);
  try {
    return new EmbeddedTrainer({
      has: (name) => weights.has(name),
      read: (name, shape) => (weights.has(name) ? weights : drawn).read(name, shape),
    });
  } finally {
    weights.close();
  }
}

function loadState(plan: TrainingPlan): { trainer: EmbeddedTrainer; progress: Progress } {
  const file = path.join(plan.directory, "state.safetensors");
  if (!fs.existsSync(file)) {
    const progress: Progress = { step: 0, accuracy: {}, seconds: 0 };
    return { trainer: freshTrainer(plan), progress };
  }
  const state = openSafetensors(file);
  if (state.metadata.get("seed") !== String(plan.seed)) {
    throw new EspalierError(
      `${file} was trained from seed ${state.metadata.get("seed")}, not ${plan.seed}; give another --directory.`,
    );
  }
  const trainer = new EmbeddedTrainer({ has: (name) => state.has(name), read: (name) => state.readFloat32(name) });
  const moments = new Map<string, { first: Float32Array; second: Float32Array }>();
  for (const name of trainer.variables().keys()) {
    if (!state.has(`adam.first.${name}`)) continue;
    moments.set(name, {
      first: state.readFloat32(`adam.first.${name}`),
      second: state.readFloat32(`adam.second.${name}`),
    });
  }
  const restored: AdamWState = { step: Number(state.metadata.get("optimizerStep")), moments };
  trainer.optimizer.restore(restored, trainer.variables());
  const progress = JSON.parse(state.metadata.get("progress") ?? "") as Progress;
  state.close();
  return { trainer, progress };
}

/** Draws batches in a thread, in the order they were asked for. */
class BatchStream {
  readonly #worker = new Worker(new URL("./batchWorker.js", import.meta.url));
  readonly #waiting: { resolve: (batch: TrainingBatch) => void; reject: (error: Error) => void }[] = [];

  constructor() {
    this.#worker.on("message", (batch: TrainingBatch) => this.#waiting.shift()?.resolve(batch));
    this.#worker.on("error", (error) => {
      for (const { reject } of this.#waiting.splice(0)) reject(error);
    });
  }

  request(request: BatchRequest): Promise<TrainingBatch> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#worker.postMessage(request);
    });
  }

  close(): Promise<number> {
    return this.#worker.terminate();
  }
}

/** Sums of the reports of one block of steps. */
class Tally {
  steps = 0;
  answerLoss = 0;
  labelLoss = 0;
  gradientNorm = 0;
  readonly labelAccuracy: Record<string, number> = {};
  readonly right = new Map<string, { right: number; asked: number }>();

  add(report: StepReport): void {
    this.steps++;
    this.answerLoss += report.answerLoss;
    this.labelLoss += report.labelLoss;
    this.gradientNorm += report.gradientNorm;
    for (const [kind, value] of Object.entries(report.labelAccuracy)) {
      this.labelAccuracy[kind] = (this.labelAccuracy[kind] ?? 0) + value;
    }
    for (const [task, { right, asked }] of report.right) {
      const sum = this.right.get(task) ?? { right: 0, asked: 0 };
      this.right.set(task, { right: sum.right + right, asked: sum.asked + asked });
    }
  }

  summary() {
    const mean = (sum: number) => Number((sum / this.steps).toFixed(4));
    return {
      answerLoss: mean(this.answerLoss),
      labelLoss: mean(this.labelLoss),
      gradientNorm: mean(this.gradientNorm),
      labels: Object.fromEntries(Object.entries(this.labelAccuracy).map(([kind, sum]) => [kind, mean(sum)])),
      tasks: Object.fromEntries(
        [...this.right].sort().map(([task, { right, asked }]) => [task, Number((right / asked).toFixed(3))]),
      ),
    };
  }
}

/**
 * Trains until `plan.steps`, going on from the directory's saved state.
 *
 * @param report one line a block: step, rate, time left, losses, accuracies; also appended to `log.jsonl`.
 * @param stopped polled after every step; true saves and returns.
 */
export async function trainEmbedded(
  plan: TrainingPlan,
  report: (line: string) => void,
  stopped: () => boolean,
): Promise<void> {
  fs.mkdirSync(plan.directory, { recursive: true });
  const { trainer, progress } = loadState(plan);
  const log = path.join(plan.directory, "log.jsonl");
  beginLog(log, plan);
  const stream = new BatchStream();
  const requestFor = (step: number): BatchRequest => ({
    seed: plan.seed * 2 ** 24 + step * plan.batch,
    size: plan.batch,
    questions: plan.questions,
    taskWeights: taskWeights(progress.accuracy),
  });
  let next: Promise<TrainingBatch> | null = null;
  let tally = new Tally();
  try {
    while (progress.step < plan.steps && !stopped()) {
      const began = performance.now();
      const batch: TrainingBatch = await (next ?? stream.request(requestFor(progress.step)));
      // The next batch is drawn meanwhile, unless what it should ask depends on this step's report.
      const blockEnds = (progress.step + 1) % BLOCK === 0;
      next = blockEnds ? null : stream.request(requestFor(progress.step + 1));
      const answers = progress.step >= plan.labelSteps;
      const rate = learningRateAt(progress.step, plan);
      const result = trainer.step(batch, rate, answers ? 0.1 : 1, answers);
      if (!Number.isFinite(result.gradientNorm)) {
        throw new EspalierError(
          `The gradient is not finite at step ${progress.step}; the last saved state is whole: start again from it with a smaller --learning-rate than ${plan.learningRate}.`,
        );
      }
      tally.add(result);
      progress.step++;
      progress.seconds += (performance.now() - began) / 1000;
      // A step fills the thread; signals are heard between two of them.
      await new Promise<void>((resolve) => setImmediate(resolve));
      if (blockEnds) {
        for (const [task, { right, asked }] of tally.right) {
          const before = progress.accuracy[task] ?? right / asked;
          progress.accuracy[task] = 0.5 * before + (0.5 * right) / asked;
        }
        const line = JSON.stringify({
          step: progress.step,
          seconds: Math.round(progress.seconds),
          learningRate: Number(rate.toPrecision(3)),
          ...tally.summary(),
        });
        fs.appendFileSync(log, `${line}\n`);
        const left = ((plan.steps - progress.step) * progress.seconds) / progress.step / 60;
        report(`${line} (${left.toFixed(0)} min left)`);
        tally = new Tally();
      }
      if (progress.step % SAVE_EVERY === 0) saveState(trainer, progress, plan);
    }
    saveState(trainer, progress, plan);
  } finally {
    await stream.close();
    trainer.dispose();
    tf.disposeVariables();
  }
}
