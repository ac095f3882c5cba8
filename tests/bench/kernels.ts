/**
 * The kernel beside ipykernel and tslab, all measured in one run, in turn, through jupyter_client.
 *
 *     node dist/tests/bench/kernels.js      prints JSON
 *
 * The project's own Jupyter drives them; tslab is installed into the cache, and is left out where npm cannot fetch it.
 */
import { execFile } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";

const execute = promisify(execFile);
const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
/** The version whose notebooks run unchanged. */
const TSLAB = "tslab@1.0.22";

/** Medians over the rounds; seconds, megabytes. */
export interface KernelRow {
  readonly ready: number;
  readonly first: number;
  readonly idle: number;
  readonly empty: number;
  readonly completion: number;
  /** The cells around the 10th, and the last ten of 500; null: one of the cells never ended. */
  readonly tenth: number | null;
  readonly last: number | null;
  /** Null: they never came. */
  readonly lines: number | null;
  readonly complete: boolean;
}

/** By kernel: ours, ipykernel and, where it could be had, tslab. */
export type KernelsBench = Readonly<Record<string, KernelRow>>;

interface Setup {
  provideJupyter(profile: string): Promise<{ readonly python: string; readonly folder: string }>;
  cacheDirectory(): string;
}

async function setUp(): Promise<Setup> {
  const module = (name: string) => import(pathToFileURL(path.join(ROOT, "scripts", "setup", name)).href);
  const [{ provideJupyter }, { cacheDirectory }] = await Promise.all([module("jupyter.mjs"), module("cache.mjs")]);
  return { provideJupyter, cacheDirectory };
}

/** A data folder of Jupyter with tslab's kernelspec; undefined where it cannot be installed. */
async function provideTslab(cache: string): Promise<string | undefined> {
  const folder = path.join(cache, "bench", TSLAB);
  const program = path.join(folder, "node_modules", "tslab", "bin", "tslab");
  try {
    if (!fs.existsSync(program)) {
      fs.mkdirSync(folder, { recursive: true });
      await execute("npm", ["install", "--prefix", folder, "--no-save", "--no-audit", "--no-fund", TSLAB]);
    }
  } catch (error) {
    console.error(`tslab is left out: ${error instanceof Error ? error.message.split("\n")[0] : error}`);
    return undefined;
  }
  const specification = path.join(folder, "jupyter", "kernels", "tslab");
  fs.mkdirSync(specification, { recursive: true });
  const argv = [process.execPath, program, "kernel", "--config-path={connection_file}"];
  fs.writeFileSync(
    path.join(specification, "kernel.json"),
    JSON.stringify({ argv, display_name: "tslab", language: "typescript" }),
  );
  return path.join(folder, "jupyter");
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

function summarise(rounds: readonly KernelRow[]): KernelRow {
  const of = (field: "ready" | "first" | "idle" | "empty" | "completion") =>
    median(rounds.map((round) => round[field]));
  const unlessLost = (field: "tenth" | "last" | "lines") => {
    const values = rounds.map((round) => round[field]).filter((value) => value !== null);
    return values.length < rounds.length ? null : median(values);
  };
  return {
    ready: of("ready"),
    first: of("first"),
    idle: of("idle"),
    empty: of("empty"),
    completion: of("completion"),
    tenth: unlessLost("tenth"),
    last: unlessLost("last"),
    lines: unlessLost("lines"),
    complete: rounds.every((round) => round.complete),
  };
}

export async function benchKernels(): Promise<KernelsBench> {
  const { provideJupyter, cacheDirectory } = await setUp();
  const { python } = await provideJupyter("lab"); // the one that has ipykernel
  const tslab = await provideTslab(cacheDirectory());
  const names = ["espalier", "python3", ...(tslab === undefined ? [] : ["tslab"])];
  const JUPYTER_PATH = [path.join(ROOT, "share", "jupyter"), ...(tslab === undefined ? [] : [tslab])].join(
    path.delimiter,
  );
  const program = path.join(ROOT, "tests", "bench", "kernels.py");
  const options = { env: { ...process.env, JUPYTER_PATH, ESPALIER_HISTORY: "" }, maxBuffer: 2 ** 24 };
  const { stdout } = await execute(python, [program, ...names], options);
  const rounds = JSON.parse(stdout) as Record<string, KernelRow[]>;
  return Object.fromEntries(Object.entries(rounds).map(([name, rows]) => [name, summarise(rows)]));
}

if (import.meta.url === pathToFileURL(process.argv[1]!).href) console.log(JSON.stringify(await benchKernels()));
