/**
 * The native TensorFlow library: cached and working already → the official prebuilt one → the recipe from the package
 * registries → none, and Espalier computes with WebAssembly or JavaScript. One line says which and why.
 */
import { existsSync, lstatSync, mkdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { copyFile, mkdir, rename, rm, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { explain } from "./failure.mjs";
import { checkManifest, writeManifest } from "./manifest.mjs";
import { buildFromOfficial, OFFICIAL_VERSION, officialExclusion } from "./official.mjs";
import { run } from "./processes.mjs";
import { buildFromRegistries, recipeFor } from "./recipe.mjs";

/** After a failure, `npm start` and `npm test` wait this long before they try again; `npm run setup` tries at once. */
const RETRY_MS = 3600_000;

/** The backend whose absence is explained when a variant is missing. */
const REASONS = { cpu: "native", cuda: "cuda" };
const NO_CARD = "TensorFlow's CUDA library finds no card that it can use";
const NAMES = { cpu: "native CPU", cuda: "CUDA" };

async function hasNvidiaDriver() {
  if (existsSync("/dev/nvidiactl")) return true;
  return (await run("nvidia-smi", ["-L"], { timeout: 10_000 })).code === 0;
}

/**
 * Loads a binding in a process of its own, since a library for another processor ends the process that loads it.
 * `why` is empty when it loads; `gpu` is whether the CUDA variant computes on a card.
 */
async function probe(binding, variant) {
  const program = `
    const binding = require(${JSON.stringify(binding)});
    console.log(JSON.stringify({ version: binding.TF_Version, gpu: ${variant === "cuda"} && binding.isUsingGpuDevice() }));`;
  const env = { TF_CPP_MIN_LOG_LEVEL: "3", TF_FORCE_GPU_ALLOW_GROWTH: "true" };
  const { code, output, errors } = await run(process.execPath, ["-e", program], { env, timeout: 120_000 });
  if (code === 0) return { why: "", ...JSON.parse(output) };
  const reason =
    errors.split("\n").find((line) => /^Error: |AVX|GLIBC/.test(line)) ?? `the process ended with code ${code}`;
  return { why: reason.replace(/^Error: /, "") };
}

/** The places that a library of this variant may come from, in the order in which they are tried. */
function sourcesFor(variant, { cache, tfjsVersion }) {
  const place = (version) => {
    const name = `tensorflow-${version}-${variant}-tfjs-${tfjsVersion}-${process.platform}-${process.arch}`;
    return { directory: join(cache, "native", name), work: join(cache, "native", `${name}.work`) };
  };
  const recipe = recipeFor(variant);
  const registries = {
    name: "the package registries",
    resumes: true,
    excluded: recipe.excluded ?? "",
    cuda: recipe.cuda ?? null,
    ...place(recipe.version ?? "none"),
    build: (job) => buildFromRegistries({ ...job, recipe }),
  };
  if (variant === "cuda") return [registries];
  const official = {
    name: "the official prebuilt",
    resumes: false,
    excluded: officialExclusion(),
    cuda: null,
    ...place(OFFICIAL_VERSION),
    build: buildFromOfficial,
  };
  return [official, registries];
}

/** A cached library that is whole; null, and a word about a broken one, otherwise. */
function cached(source) {
  const { manifest, why } = checkManifest(source.directory);
  if (why === "") return { directory: source.directory, ...manifest };
  if (existsSync(source.directory))
    console.log(`The cached library ${source.directory} is broken (${why}); it is made again.`);
  return null;
}

/** Builds a library beside its place, tries it, and moves it there in one step. @throws what went wrong */
async function build(source, job, variant) {
  await mkdir(source.work, { recursive: true });
  const { tree, binding, compiler } = await source.build({ ...job, work: source.work });
  const loaded = await probe(join(tree, binding), variant);
  if (loaded.why !== "") {
    await rm(source.work, { recursive: true, force: true });
    throw new Error(`it does not load here: ${loaded.why}`);
  }
  const about = {
    library: `TensorFlow ${loaded.version}`,
    source: source.name,
    cuda: source.cuda,
    compiler: compiler ?? null,
    binding,
  };
  await writeManifest(tree, about);
  const old = `${source.directory}.old`;
  await rm(old, { recursive: true, force: true });
  if (existsSync(source.directory)) await rename(source.directory, old);
  await rename(tree, source.directory);
  await rm(old, { recursive: true, force: true });
  await rm(source.work, { recursive: true, force: true });
  return { directory: source.directory, gpu: loaded.gpu, ...about };
}

/** Points tfjs-node's folder at the binding in the cache; Windows without the right to link gets copies. */
async function link(home, library) {
  const folder = join(home, "lib", "napi-v8");
  const file = join(folder, "tfjs_binding.node");
  const target = join(library.directory, library.binding);
  if (lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() && readlinkSync(file) === target) return;
  mkdirSync(folder, { recursive: true });
  rmSync(file, { force: true });
  try {
    await symlink(target, file);
  } catch (error) {
    if (process.platform !== "win32") throw error;
    await copyFile(target, file);
    await copyFile(join(dirname(target), "tensorflow.dll"), join(folder, "tensorflow.dll"));
  }
}

function readRecord(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return null;
  }
}

function writeRecord(file, record) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(record, null, 1));
}

/** One variant, from the cache or built; `why` says why there is none. */
async function provideVariant(variant, job, tested, mayBuild) {
  const sources = sourcesFor(variant, job);
  const reasons = [];
  for (const source of sources) {
    const library = cached(source);
    if (library === null) continue;
    if (tested(library) && (variant === "cpu" || job.record.gpu)) {
      return { library, gpu: job.record.gpu, how: "in the cache" };
    }
    const loaded = await probe(join(library.directory, library.binding), variant);
    if (loaded.why === "") return { library, gpu: loaded.gpu, how: "in the cache" };
    reasons.push(`the cached one does not load: ${loaded.why}`);
  }
  if (!mayBuild) return { why: "" };
  for (const source of sources) {
    if (source.excluded !== "") {
      reasons.push(`${source.name}: ${source.excluded}`);
      continue;
    }
    try {
      const library = await build(source, job, variant);
      const others = reasons.length > 0 ? `; ${reasons.join("; ")}` : "";
      return { library, gpu: library.gpu, how: `from ${source.name}${others}` };
    } catch (error) {
      if (!source.resumes) await rm(source.work, { recursive: true, force: true });
      reasons.push(`${source.name}: ${explain(error)}`);
    }
  }
  return { why: reasons.join("; ") };
}

/**
 * Provides the library and links it into node_modules.
 *
 * @param {{root: string, cache: string, python: string, variant: "auto" | "cpu" | "cuda", retry: boolean}} options
 *   auto: CUDA where an NVIDIA driver answers; retry: try again what has failed within the last hour.
 */
export async function provideNative({ root, cache, python, variant, retry }) {
  const asked = process.env.ESPALIER_BACKEND;
  if (asked === "wasm" || asked === "js") {
    console.log(`tensor backend: ${asked}, because ESPALIER_BACKEND says so; the native library is left alone`);
    return;
  }
  const packages = join(root, "node_modules");
  const home = join(packages, "@tensorflow", "tfjs-node-gpu");
  const recordFile = join(home, "lib", "espalier-setup.json");
  const tfjsVersion = JSON.parse(readFileSync(join(home, "package.json"), "utf8")).version;
  const record = readRecord(recordFile);
  const gpu = variant === "cuda" || (variant === "auto" && asked !== "native" && (await hasNvidiaDriver()));
  const wanted = gpu ? ["cuda", "cpu"] : ["cpu"];
  const tested = (library) => record?.node === process.version && record.directory === library.directory;
  const lately = !retry && Date.now() - Date.parse(record?.failed ?? 0) < RETRY_MS;
  const failedBefore = (name) => lately && record.node === process.version && record.why[REASONS[name]] !== undefined;

  const why = gpu
    ? {}
    : { cuda: variant === "cpu" ? "set-up was asked for the processor library" : "no NVIDIA driver answers" };
  let failed = null;
  for (const name of wanted) {
    const before = failedBefore(name);
    const outcome = await provideVariant(name, { cache, python, packages, tfjsVersion, record }, tested, !before);
    if (outcome.library === undefined || (name === "cuda" && variant === "auto" && !outcome.gpu)) {
      why[REASONS[name]] = before ? record.why[REASONS[name]] : (outcome.why ?? NO_CARD);
      failed = before ? record.failed : new Date().toISOString();
      continue;
    }
    const { library } = outcome;
    await link(home, library);
    const { source, cuda, directory } = library;
    writeRecord(recordFile, {
      variant: name,
      source,
      cuda,
      directory,
      why,
      gpu: outcome.gpu,
      node: process.version,
      failed,
    });
    const cardless =
      name === "cuda" && !outcome.gpu ? "; no card answers here, so that it computes on the processor" : "";
    const reason = gpu && name === "cpu" ? `; not CUDA: ${why.cuda}` : cardless;
    console.log(`tensor backend: ${NAMES[name]}, ${library.library} (${outcome.how}; ${directory})${reason}`);
    return;
  }
  rmSync(join(home, "lib", "napi-v8", "tfjs_binding.node"), { force: true });
  const nothing = { variant: null, source: null, cuda: null, directory: null };
  writeRecord(recordFile, { ...nothing, why, node: process.version, failed });
  console.log(
    `tensor backend: WebAssembly, about 20 times slower than the native library, because that could not be had (${why.native}). "npm run setup" tries again.`,
  );
}
