/**
 * The native library from the package registries: TensorFlow's C library out of its Python wheel, and tfjs-node's binding
 * compiled from its own sources. Works for Linux with glibc on x64 and arm64, with CUDA 12 on x64.
 *
 * A finished wheel and a finished extraction are kept in the work folder, so that an interrupted set-up goes on there.
 */
import { existsSync } from "node:fs";
import { mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { requireSpace } from "./cache.mjs";
import { compileBinding } from "./compile.mjs";
import { megabytes, Progress } from "./progress.mjs";
import { fetchWheel } from "./wheels.mjs";
import { ZipReader } from "./zip.mjs";

const CUDA_LIBRARIES = [
  "nvidia-cuda-runtime-cu12>=12.5.82,<13",
  "nvidia-cublas-cu12>=12.5.3.2,<13",
  "nvidia-cudnn-cu12>=9.3.0.75,<10",
  "nvidia-cufft-cu12>=11.2.3.61,<12",
  "nvidia-cusolver-cu12>=11.6.3.83,<12",
  "nvidia-cusparse-cu12>=12.5.1.3,<13",
  "nvidia-nvjitlink-cu12>=12.5.82,<13",
  "nvidia-cuda-nvrtc-cu12>=12.5.82,<13",
  "nvidia-cuda-cupti-cu12>=12.5.82,<13",
];

/** What to fetch, by variant and processor; `download` and `kept` in bytes. */
const RECIPES = {
  "cpu-x64": { version: "2.15.1", wheels: ["tensorflow-cpu==2.15.1"], download: 207208420, kept: 613900000 },
  "cpu-arm64": { version: "2.20.0", wheels: ["tensorflow==2.20.0"], download: 259465882, kept: 1300000000 },
  "cuda-x64": {
    version: "2.20.0",
    cuda: "12",
    wheels: ["tensorflow==2.20.0", ...CUDA_LIBRARIES],
    download: 2900000000,
    kept: 4931000000,
  },
};

const ARCHITECTURES = { x64: "x86_64", arm64: "aarch64" };

/** The recipe for this machine; `excluded` says why there is none. */
export function recipeFor(variant, platform = process.platform, arch = process.arch) {
  if (platform !== "linux") return { excluded: `the wheels are used on Linux only, this is ${platform}` };
  if (!process.report.getReport().header.glibcVersionRuntime)
    return { excluded: "the wheels need glibc, this system has musl" };
  const recipe = RECIPES[`${variant}-${arch}`];
  if (recipe === undefined) return { excluded: `there is no ${variant === "cuda" ? "CUDA " : ""}wheel for ${arch}` };
  const platforms = ["manylinux2014", "manylinux_2_17", "manylinux_2_27", "manylinux_2_28"];
  return { ...recipe, platforms: platforms.map((name) => `${name}_${ARCHITECTURES[arch]}`) };
}

/** Where a file of a wheel goes: libraries into the tree, C headers into the work folder, the rest nowhere. */
function placeOf(name, tree, headers) {
  if (/^tensorflow\/libtensorflow_(cc|framework)\.so\.2$/.test(name)) return join(tree, name);
  if (/^nvidia\/\w+\/lib\/[^/]+\.so[^/]*$/.test(name)) return join(tree, name);
  const header = /^tensorflow\/include\/((tensorflow\/(c|core\/platform\/ctstring)|tsl\/|xla\/tsl\/).*\.h)$/.exec(name);
  return header && !name.includes("..") ? join(headers, header[1]) : null;
}

async function unpack(wheel, tree, headers) {
  const zip = await ZipReader.open(wheel);
  try {
    for (const name of zip.entries.keys()) {
      const destination = placeOf(name, tree, headers);
      if (destination !== null) await zip.extract(name, destination);
    }
  } finally {
    await zip.close();
  }
}

/**
 * Builds the tree of files in `work`/tree.
 *
 * @param {{recipe: object, python: string, cache: string, work: string, packages: string}} job packages: node_modules
 * @returns {Promise<{tree: string, compiler: string, binding: string}>}
 */
export async function buildFromRegistries({ recipe, python, cache, work, packages }) {
  const tree = join(work, "tree");
  const headers = join(work, "include");
  const finished = join(work, "finished");
  await mkdir(finished, { recursive: true });
  const pending = recipe.wheels.filter((wheel) => !existsSync(join(finished, basename(wheel))));
  if (pending.length === recipe.wheels.length) await requireSpace(work, 1.05 * (recipe.download + recipe.kept));
  const label = `TensorFlow ${recipe.version}${recipe.cuda ? ` with CUDA ${recipe.cuda}` : ""}`;
  console.log(
    `${label} from the package registry: ${megabytes(recipe.download)} to download, ${megabytes(recipe.kept)} kept.`,
  );

  let before = 0;
  for (const wheel of recipe.wheels) {
    const mark = join(finished, basename(wheel));
    if (existsSync(mark)) before += Number(await readFile(mark, "utf8"));
  }
  const progress = new Progress(label, recipe.download);
  try {
    for (const requirement of pending) {
      const onBytes = (bytes) => progress.update(Math.min(before + bytes, recipe.download));
      const wheel = await fetchWheel({
        python,
        requirement,
        platforms: recipe.platforms,
        folder: join(work, "wheels"),
        onBytes,
      });
      const { size } = await stat(wheel);
      await unpack(wheel, tree, headers);
      await writeFile(join(finished, basename(requirement)), String(size));
      await rm(dirname(wheel), { recursive: true });
      before += size;
    }
  } catch (error) {
    progress.abandon();
    // A wheel that cannot be unpacked is not worth keeping; one that has not arrived is not there.
    if (error.name === "ZipError") await rm(join(work, "wheels"), { recursive: true, force: true });
    throw error;
  }
  if (pending.length > 0) progress.done();

  const compiler = await compileBinding({
    python,
    cache,
    sources: join(packages, "@tensorflow", "tfjs-node-gpu", "binding"),
    includes: [join(packages, "node-api-headers", "include"), headers],
    libraries: ["libtensorflow_cc.so.2", "libtensorflow_framework.so.2"].map((file) => join(tree, "tensorflow", file)),
    output: join(tree, "tfjs_binding.node"),
  });
  return { tree, compiler, binding: "tfjs_binding.node" };
}
