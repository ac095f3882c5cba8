/**
 * The native TensorFlow library: where set-up linked it, what it is, and loading it into TensorFlow.js.
 *
 * `@tensorflow/tfjs-node-gpu` looks for its binding in its own folder. Set-up links the one from the user's cache there
 * and leaves a record beside it that says what was provided, or why nothing was.
 */
import { existsSync, lstatSync, readFileSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { z } from "zod";

const require = createRequire(import.meta.url);

/** What set-up wrote about the library: `native` and `cuda` say why the better one is missing, where it is. */
const recordSchema = z.object({
  variant: z.enum(["cpu", "cuda"]).nullable(),
  source: z.string().nullable(),
  cuda: z.string().nullable(),
  why: z.object({ native: z.string().optional(), cuda: z.string().optional() }),
});

/** The record of the set-up in this checkout; null before set-up, or when the record cannot be read. */
export type SetupRecord = z.infer<typeof recordSchema>;

/** The library as found on disk; nothing has been loaded yet. */
export interface NativeLibrary {
  /** The binding to load, with links resolved; null when there is none. */
  readonly binding: string | null;
  /** The folder that holds the binding and the libraries; null when there is none. */
  readonly directory: string | null;
  /** Why there is no binding; empty when there is one. */
  readonly missing: string;
  readonly record: SetupRecord | null;
}

function readRecord(file: string): SetupRecord | null {
  try {
    return recordSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return null;
  }
}

/** Finds the linked binding. Never throws: whatever is wrong is in `missing`. */
export function findNativeLibrary(): NativeLibrary {
  let home: string;
  try {
    home = dirname(require.resolve("@tensorflow/tfjs-node-gpu/package.json"));
  } catch {
    const missing = "the package @tensorflow/tfjs-node-gpu is not installed";
    return { binding: null, directory: null, missing, record: null };
  }
  const record = readRecord(join(home, "lib", "espalier-setup.json"));
  const link = join(home, "lib", "napi-v8", "tfjs_binding.node");
  if (existsSync(link)) {
    const binding = realpathSync(link);
    return { binding, directory: dirname(binding), missing: "", record };
  }
  const dangling = lstatSync(link, { throwIfNoEntry: false }) !== undefined;
  const missing = dangling
    ? `the cached library that ${link} points to is gone`
    : (record?.why.native ?? "set-up has not provided the TensorFlow library in this checkout");
  return { binding: null, directory: null, missing, record };
}

/** `util.isArray` and `util.isNullOrUndefined`, which the binding's JavaScript calls: Node 22 warns about them, Node 23 lacks them. */
function restoreUtilFunctions(): void {
  const util = require("node:util") as Record<string, unknown>;
  util.isNullOrUndefined = (value: unknown) => value === null || value === undefined;
  util.isArray = Array.isArray;
}

/**
 * Loads the library; TensorFlow.js then knows the backend "tensorflow". Loading twice does nothing.
 *
 * @param cudaExpected false keeps a CUDA library quiet about the card that is not there.
 * @throws the loader's own error, for instance of a wrong processor architecture or an older C library.
 */
export function loadNativeLibrary(cudaExpected: boolean): void {
  process.env.TF_CPP_MIN_LOG_LEVEL ??= cudaExpected ? "2" : "3";
  process.env.TF_FORCE_GPU_ALLOW_GROWTH ??= "true";
  process.env.CUDA_CACHE_MAXSIZE ??= "4294967296";
  restoreUtilFunctions();
  // The package's binding finder reads this program's own arguments as its options: --directory, say, would mislead it.
  const { argv } = process;
  process.argv = argv.slice(0, 2);
  try {
    require("@tensorflow/tfjs-node-gpu");
  } finally {
    process.argv = argv;
  }
}
