/**
 * Chooses the tensor backend: CUDA, then the native processor library, then WebAssembly, then plain JavaScript.
 *
 * `ESPALIER_BACKEND` or an argument forces one. The report says what is in use and, for every better one, why not and how
 * to get it.
 */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism, cpus } from "node:os";
import { dirname, sep } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { EspalierError } from "../errors.js";
import { findNativeLibrary, loadNativeLibrary, type NativeLibrary } from "./nativeLibrary.js";

/** The backends from best to last. */
export const BACKENDS = ["cuda", "native", "wasm", "js"] as const;

/** One of the four backends. */
export type BackendName = (typeof BACKENDS)[number];

/** A better backend than the one in use. */
export interface BetterBackend {
  readonly backend: BackendName;
  /** Why it is not in use, without a full stop. */
  readonly why: string;
  /** What to do to get it. */
  readonly remedy: string;
}

/** The backend in use. */
export interface BackendReport {
  /** In use. */
  readonly backend: BackendName;
  /** Whether the user asked for exactly this one. */
  readonly forced: boolean;
  /** Version of TensorFlow.js. */
  readonly tfjs: string;
  /** The native library and its version, such as "TensorFlow 2.15.1"; null on WASM and JavaScript. */
  readonly library: string | null;
  /** The folder of the native library; null on WASM and JavaScript. */
  readonly libraryDirectory: string | null;
  /** Version of CUDA that the library was made for; null unless the backend is "cuda". */
  readonly cuda: string | null;
  /** The processor or graphics card that computes. */
  readonly device: string;
  /** Processor threads that one operation may use. */
  readonly threads: number;
  /** Every better backend, best first; empty on CUDA. */
  readonly better: readonly BetterBackend[];
}

/** The parts of tfjs-node's backend that are read here. */
interface NativeBackend {
  readonly isUsingGpuDevice: boolean;
  readonly binding: { readonly TF_Version: string };
}

const SETUP = "npm run setup";
const SETUP_GPU = "npm run setup -- --gpu";
const require = createRequire(import.meta.url);

let inUse: Promise<BackendReport> | undefined;

function requested(argument: string | undefined): BackendName | null {
  const value = argument ?? process.env.ESPALIER_BACKEND ?? "";
  if (value === "") return null;
  const known = BACKENDS.find((name) => name === value);
  if (known !== undefined) return known;
  const where = argument === undefined ? "ESPALIER_BACKEND is" : "The backend asked for is";
  throw new EspalierError(
    `${where} "${value}"; it must be one of ${BACKENDS.join(", ")}, or not set for the best one.`,
  );
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n", 1)[0].replace(/\.$/, "");
}

function processorName(): string {
  return cpus()[0]?.model.trim() || `${process.arch} processor`;
}

/** Name, memory and driver of the first graphics card; null when the driver does not answer. */
function graphicsCard(): string | null {
  try {
    const query = ["--query-gpu=name,memory.total,driver_version", "--format=csv,noheader"];
    const answer = execFileSync("nvidia-smi", query, { timeout: 10_000, stdio: ["ignore", "pipe", "ignore"] });
    const [name, memory, driver] = answer.toString().split("\n", 1)[0].split(", ");
    return `${name}, ${memory}, driver ${driver}`;
  } catch {
    return null;
  }
}

function hasDriver(): boolean {
  return existsSync("/dev/nvidiactl") || graphicsCard() !== null;
}

/** Threads of one TensorFlow operation: its own environment variable, else every processor that this process may use. */
function nativeThreads(): number {
  const asked = Number(process.env.TF_NUM_INTRAOP_THREADS);
  return Number.isInteger(asked) && asked > 0 ? asked : availableParallelism();
}

/** Loads the library and makes it the active backend; on failure says why, without a full stop. */
async function activateNative(
  library: NativeLibrary,
  cudaExpected: boolean,
): Promise<{ backend: NativeBackend } | { why: string }> {
  if (library.binding === null) return { why: library.missing };
  try {
    loadNativeLibrary(cudaExpected);
    if (!(await tf.setBackend("tensorflow"))) return { why: "TensorFlow.js could not start it" };
    await tf.ready();
    return { backend: tf.backend() as unknown as NativeBackend };
  } catch (error) {
    const hint = /GLIBC/.test(String(error)) ? " (the system's C library is older than the library needs)" : "";
    return { why: `the library ${library.binding} does not load: ${firstLine(error)}${hint}` };
  }
}

async function activateWasm(): Promise<{ why: string } | null> {
  try {
    const entry = require.resolve("@tensorflow/tfjs-backend-wasm");
    const { setWasmPaths } = require(entry) as { setWasmPaths: (folder: string) => void };
    setWasmPaths(dirname(entry) + sep);
    return (await tf.setBackend("wasm")) ? null : { why: "TensorFlow.js could not start it" };
  } catch (error) {
    return { why: `it does not load: ${firstLine(error)}` };
  }
}

async function activateJavaScript(): Promise<void> {
  await tf.setBackend("cpu");
  // The first tensor would print an advertisement for tfjs-node.
  (tf.backend() as unknown as { firstUse: boolean }).firstUse = false;
}

function whyNotCuda(library: NativeLibrary): BetterBackend {
  const { record } = library;
  if (!hasDriver()) {
    const why = "no NVIDIA driver answers on this machine";
    return { backend: "cuda", why, remedy: `install the driver of an NVIDIA card, then run: ${SETUP_GPU}` };
  }
  if (library.binding !== null && record?.variant === "cuda") {
    const why = "TensorFlow's CUDA library is linked and finds no card that it can use";
    return { backend: "cuda", why, remedy: "run with TF_CPP_MIN_LOG_LEVEL=0 to read what TensorFlow misses" };
  }
  return { backend: "cuda", why: record?.why.cuda ?? "set-up has linked no CUDA library", remedy: SETUP_GPU };
}

async function choose(forced: BackendName | null): Promise<BackendReport> {
  const library = findNativeLibrary();
  const better: BetterBackend[] = [];
  const report = (backend: BackendName, rest: Partial<BackendReport> = {}): BackendReport => ({
    backend,
    forced: forced !== null,
    tfjs: tf.version_core,
    library: null,
    libraryDirectory: null,
    cuda: null,
    device: processorName(),
    threads: 1,
    ...rest,
    better,
  });
  const skipped = (backend: BackendName): BetterBackend => {
    return { backend, why: `"${forced}" was asked for`, remedy: "unset ESPALIER_BACKEND" };
  };
  const refuse = (wanted: BackendName, { why, remedy }: Pick<BetterBackend, "why" | "remedy">): never => {
    throw new EspalierError(
      `The backend "${wanted}" was asked for and cannot be used: ${why}. The way out: ${remedy}; or unset ESPALIER_BACKEND for the best that works here.`,
    );
  };

  if (forced === null || forced === "cuda" || forced === "native") {
    if (forced === "native") process.env.CUDA_VISIBLE_DEVICES = "-1";
    const native = await activateNative(library, forced !== "native" && hasDriver());
    if ("backend" in native) {
      const name = `TensorFlow ${native.backend.binding.TF_Version}`;
      const shared = { library: name, libraryDirectory: library.directory, threads: nativeThreads() };
      if (native.backend.isUsingGpuDevice) {
        const cuda = library.record?.cuda ?? null;
        return report("cuda", { ...shared, cuda, device: graphicsCard() ?? "NVIDIA graphics card" });
      }
      if (forced === "cuda") refuse("cuda", whyNotCuda(library));
      better.push(forced === "native" ? skipped("cuda") : whyNotCuda(library));
      return report("native", shared);
    }
    if (forced === "native") refuse("native", { why: native.why, remedy: SETUP });
    if (forced === "cuda") refuse("cuda", { why: native.why, remedy: SETUP_GPU });
    better.push(whyNotCuda(library), { backend: "native", why: native.why, remedy: SETUP });
  } else {
    better.push(skipped("cuda"), skipped("native"));
  }

  if (forced !== "js") {
    const failure = await activateWasm();
    if (failure === null) return report("wasm");
    if (forced === "wasm") refuse("wasm", { ...failure, remedy: SETUP });
    better.push({ backend: "wasm", ...failure, remedy: SETUP });
  } else {
    better.push(skipped("wasm"));
  }
  await activateJavaScript();
  return report("js");
}

/**
 * Makes the best backend active, once per process; every later call returns the same report.
 *
 * Reads `ESPALIER_BACKEND` when no backend is named. "native" hides graphics cards from TensorFlow.
 *
 * @param backend the one to use; default: the best that works.
 * @throws EspalierError when the one asked for is unknown, cannot be used, or another one is already active.
 *
 * @example
 * const { backend, device } = await useBackend(); // CUDA, native CPU, WASM or JavaScript, the best that works
 */
export async function useBackend(backend?: BackendName): Promise<BackendReport> {
  const forced = requested(backend);
  if (inUse === undefined) {
    inUse = choose(forced);
    // A refusal must not stick: the caller may ask for another one.
    inUse.catch(() => {
      inUse = undefined;
    });
  }
  const report = await inUse;
  if (backend !== undefined && report.backend !== backend) {
    throw new EspalierError(
      `The backend "${backend}" was asked for while "${report.backend}" is active; a process keeps its first one. Start another process.`,
    );
  }
  return report;
}
