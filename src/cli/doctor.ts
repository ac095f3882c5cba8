/** `espalier doctor`: what this machine computes with, why with nothing better, how fast it is; and whether a model fits. */
import { readFileSync } from "node:fs";
import { readdir, stat, statfs } from "node:fs/promises";
import { release, totalmem } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as tf from "@tensorflow/tfjs";
import { Command } from "commander";
import { EspalierError } from "../errors.js";
import { USUAL_TOKENS, type WeightChoice } from "../models/index.js";
import { availableMemory, type BackendReport, Random, useBackend } from "../tensor/index.js";
import { examineModel, modelRows } from "./doctorModel.js";
import { describeKernelspec, findKernelspec, type Kernelspec } from "./kernelspec.js";
import { wholeNumber } from "./values.js";
import { weightsOption } from "./weights.js";

/** The folder of the package, from dist/src/cli. */
const ROOT = new URL("../../../", import.meta.url);

/** What `--json` prints. */
export interface DoctorReport {
  readonly versions: {
    readonly espalier: string;
    readonly node: string;
    readonly platform: string;
    readonly tfjs: string;
    readonly library: string | null;
    readonly cuda: string | null;
  };
  readonly backend: BackendReport;
  /** Bytes. `size` is null when the cache does not exist yet. */
  readonly cache: { readonly directory: string; readonly size: number | null; readonly diskFree: number | null };
  /** The kernel that this user's Jupyter knows; null when it knows none. */
  readonly kernel: Kernelspec | null;
  /** Bytes. */
  readonly memory: { readonly available: number; readonly total: number };
  readonly speed: {
    /** Billions of floating-point operations per second of a float32 matrix product. */
    readonly matmulGflops: number;
    /** Side of the square matrices. */
    readonly matmulSide: number;
    /** Microseconds to start one small operation and get its result, averaged over a chain of them. */
    readonly dispatchMicroseconds: number;
  };
}

/** Bytes of all files below a folder; null when there is none. */
async function folderSize(folder: string): Promise<number | null> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => null);
  if (entries === null) return null;
  let size = 0;
  for (const entry of entries) {
    if (entry.isFile()) size += (await stat(join(entry.parentPath, entry.name)).catch(() => ({ size: 0 }))).size;
  }
  return size;
}

/** Free bytes on the disk of a folder that may not exist yet; null when the system does not tell. */
async function diskFree(folder: string): Promise<number | null> {
  for (let place = folder; ; place = join(place, "..")) {
    const state = await statfs(place).catch(() => null);
    if (state !== null) return state.bavail * state.bsize;
    if (place === join(place, "..")) return null;
  }
}

/** Set-up's own rule for the cache's place, so that the two never differ. */
async function cacheDirectory(): Promise<string> {
  const module = (await import(new URL("scripts/setup/cache.mjs", ROOT).href)) as { cacheDirectory: () => string };
  return module.cacheDirectory();
}

/** Runs `work` for about `milliseconds`, at least once; returns the mean seconds of one run. */
function timed(milliseconds: number, work: () => void): number {
  const start = performance.now();
  let runs = 0;
  do {
    work();
    runs++;
  } while (performance.now() - start < milliseconds);
  return (performance.now() - start) / 1000 / runs;
}

/** Measures for about a second; the first run of each work is not counted. */
function measureSpeed(backend: BackendReport["backend"]): DoctorReport["speed"] {
  const side = backend === "js" ? 128 : backend === "wasm" ? 512 : 1024;
  const random = new Random(0);
  const values = Float32Array.from({ length: side * side }, () => random.between(-1, 1));
  return tf.tidy(() => {
    const matrix: tf.Tensor2D = tf.tensor2d(values, [side, side]);
    const product = () => {
      tf.tidy(() => void tf.matMul(matrix, matrix).dataSync());
    };
    product();
    const seconds = timed(700, product);
    const links = 200;
    const one = tf.scalar(1);
    const chain = () => {
      tf.tidy(() => {
        let sum: tf.Tensor = one;
        for (let i = 0; i < links; i++) sum = tf.add(sum, one);
        sum.dataSync();
      });
    };
    chain();
    const dispatch = timed(300, chain) / links;
    return { matmulGflops: (2 * side ** 3) / seconds / 1e9, matmulSide: side, dispatchMicroseconds: dispatch * 1e6 };
  });
}

/** Gathers the report; makes the best backend active. @throws EspalierError when a forced backend cannot be used. */
export async function examine(): Promise<DoctorReport> {
  const backend = await useBackend();
  const directory = await cacheDirectory();
  const manifest = JSON.parse(readFileSync(fileURLToPath(new URL("package.json", ROOT)), "utf8")) as {
    version: string;
  };
  return {
    versions: {
      espalier: manifest.version,
      node: process.versions.node,
      platform: `${process.platform} ${process.arch} ${release()}`,
      tfjs: backend.tfjs,
      library: backend.library,
      cuda: backend.cuda,
    },
    backend,
    cache: { directory, size: await folderSize(directory), diskFree: await diskFree(directory) },
    kernel: findKernelspec() ?? null,
    memory: { available: availableMemory({ backend: "native" }), total: totalmem() },
    speed: measureSpeed(backend.backend),
  };
}

const BACKEND_NAMES = { cuda: "CUDA", native: "native CPU", wasm: "WebAssembly", js: "JavaScript" } as const;

function gigabytes(bytes: number | null): string {
  return bytes === null ? "unknown" : `${(bytes / 1e9).toFixed(1)} GB`;
}

/** The report as aligned lines for people. */
export function describe({ versions, backend, cache, kernel, memory, speed }: DoctorReport): string {
  const library = versions.library === null ? "" : `, ${versions.library}`;
  const cuda = versions.cuda === null ? "" : `, CUDA ${versions.cuda}`;
  const rows: [string, string][] = [
    ["espalier", `${versions.espalier}, Node ${versions.node}, ${versions.platform}`],
    ["tensors", `TensorFlow.js ${versions.tfjs}${library}${cuda}`],
    ["backend", `${BACKEND_NAMES[backend.backend]}${backend.forced ? " (asked for)" : ""}`],
    ["device", `${backend.device}, ${backend.threads} ${backend.threads === 1 ? "thread" : "threads"}`],
  ];
  for (const better of backend.better) {
    rows.push([`not ${BACKEND_NAMES[better.backend]}`, `${better.why}. To get it: ${better.remedy}`]);
  }
  rows.push(
    ["notebooks", describeKernelspec(kernel ?? undefined)],
    ["matrix product", `${speed.matmulGflops.toFixed(1)} GFLOP/s (${speed.matmulSide} × ${speed.matmulSide}, float32)`],
    ["dispatch", `${speed.dispatchMicroseconds.toFixed(1)} µs per operation`],
    ["cache", `${cache.directory}, ${cache.size === null ? "not made yet" : gigabytes(cache.size)}`],
    [
      "free",
      `${gigabytes(cache.diskFree)} on the cache's disk, ${gigabytes(memory.available)} of ${gigabytes(memory.total)} memory`,
    ],
  );
  return aligned(rows);
}

function aligned(rows: readonly [name: string, text: string][]): string {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, text]) => `${name.padEnd(width)}  ${text}`).join("\n");
}

interface DoctorOptions {
  readonly json?: boolean;
  readonly model?: string;
  readonly tokens?: number;
  readonly weights: WeightChoice;
}

const HELP = `
Examples:
  espalier doctor
  espalier doctor --model DIR --tokens 4096
      whether a prompt of 4,096 tokens fits, and a search over such samples; exit code 1 where the prompt does not`;

/** The command `doctor`, to be added to the program. */
export function doctorCommand(): Command {
  return new Command("doctor")
    .description("says which tensor backend is in use, why not a better one, how to get it, and how fast it is")
    .option(
      "--model <dir>",
      "say instead whether this checkpoint fits; reads config.json and the headers of the weights",
    )
    .option("--tokens <n>", `tokens of a prompt, with --model (default: ${USUAL_TOKENS})`, wholeNumber(1))
    .addOption(weightsOption())
    .option("--json", "print the report as JSON")
    .addHelpText("after", HELP)
    .action(async (options: DoctorOptions) => {
      if (options.model !== undefined) {
        const report = await examineModel(options.model, options.tokens ?? USUAL_TOKENS, options.weights);
        console.log(options.json ? JSON.stringify(report, null, 2) : aligned(modelRows(report)));
        if (!report.prefill.fits) process.exitCode = 1;
        return;
      }
      if (options.tokens !== undefined) {
        throw new EspalierError("--tokens is the length of a model's prompt; give --model too.");
      }
      const report = await examine();
      console.log(options.json ? JSON.stringify(report, null, 2) : describe(report));
    });
}
