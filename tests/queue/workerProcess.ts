/**
 * A worker in a process of its own, for tests and the bench: `node workerProcess.js '{"url": …, "work": …}'`. Prints a line when it
 * is there and a line for each job that it has let go of.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Redis } from "ioredis";
import {
  contentId,
  type EvaluationHandler,
  type EvaluationResult,
  leaveOnSignals,
  startWorker,
  type WorkerOptions,
} from "../../src/queue/index.js";
import { endsWithUs } from "./children.js";
import { resultOf } from "./jobs.js";

export interface ProcessOptions extends Omit<WorkerOptions, "handler" | "onNotice" | "onJob"> {
  /** Milliseconds that a job takes. */
  readonly ms?: number;
  /** Whether it takes them computing, or waiting. */
  readonly computes?: boolean;
  /** Whether all jobs of one number of samples have one result, which costs nothing to tell. */
  readonly constant?: boolean;
  /** Whether it hears that it is to stop. */
  readonly deaf?: boolean;
  /** Counts each beginning of a job in the hash of that key. */
  readonly counter?: string;
  /** Each job waits for an element of the list of that key. */
  readonly permits?: string;
}

function handlerOf({
  ms = 0,
  computes = false,
  constant = false,
  deaf = false,
  counter,
  permits,
  url,
}: ProcessOptions): EvaluationHandler {
  const client = counter === undefined ? undefined : new Redis(url);
  const constants = new Map<number, EvaluationResult>();
  const waiting = permits === undefined ? undefined : new Redis(url);
  return async (job, { signal }) => {
    if (client !== undefined && counter !== undefined) await client.hincrby(counter, contentId(job), 1);
    if (waiting !== undefined && permits !== undefined) await waiting.blpop(permits, 0);
    if (computes) {
      const end = performance.now() + ms;
      let turn = performance.now();
      while (performance.now() < end) {
        Math.sqrt(end);
        if (performance.now() - turn < 40) continue;
        await new Promise((resolve) => setImmediate(resolve));
        turn = performance.now();
      }
    } else if (ms > 0) await pause(ms, undefined, deaf ? {} : { signal });
    const result = constants.get(job.counts.length) ?? resultOf(job);
    if (constant) constants.set(job.counts.length, result);
    return result;
  };
}

export interface WorkerProcess {
  readonly pid: number;
  /** The lines that it has printed. */
  readonly lines: readonly string[];
  /** Resolves with the exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals | null>;
  kill(signal: NodeJS.Signals): void;
}

/** Starts a worker process and waits until it is there. */
export async function startProcess(options: ProcessOptions): Promise<WorkerProcess> {
  const args = [fileURLToPath(import.meta.url), JSON.stringify(options)];
  const child: ChildProcess = endsWithUs(spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] }));
  const lines: string[] = [];
  let errors = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    errors += text;
  });
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) => {
    child.once("close", (code, signal) => resolve(code ?? signal));
  });
  await new Promise<void>((resolve, reject) => {
    if (child.stdout === null) return reject(new Error("no output"));
    createInterface({ input: child.stdout }).on("line", (line) => {
      lines.push(line);
      if (line === "ready") resolve();
    });
    void ended.then((end) => reject(new Error(`The worker ended with ${end}: ${errors}`)));
  });
  return { pid: child.pid ?? 0, lines, ended, kill: (signal) => void child.kill(signal) };
}

async function main(): Promise<void> {
  const options = JSON.parse(process.argv[2]) as ProcessOptions;
  const worker = await startWorker({
    ...options,
    handler: handlerOf(options),
    onNotice: (sentence) => console.log(`notice ${sentence}`),
    onJob: ({ id, outcome }) => console.log(`${outcome} ${id}`),
  });
  leaveOnSignals({ leave: () => worker.leave().then(() => process.exit(0)) }, (sentence) => console.log(sentence));
  console.log("ready");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
