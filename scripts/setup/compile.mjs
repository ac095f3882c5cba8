/** Compiles tfjs-node's binding from its own sources with the first C++ compiler that can. */
import { existsSync } from "node:fs";
import { rename } from "node:fs/promises";
import { join } from "node:path";
import { SetupFailure } from "./failure.mjs";
import { run } from "./processes.mjs";

const ZIG = "ziglang==0.13.0";

/** The compiler from PyPI, kept in the cache; fetched when nothing else is there. */
async function zig(python, cache) {
  const folder = join(cache, "tools", ZIG.replace("==", "-"));
  if (!existsSync(folder)) {
    console.log(`No C++ compiler works here: fetching ${ZIG} from PyPI (80 MB) …`);
    const part = `${folder}.part`;
    const options = [
      "--no-deps",
      "--no-cache-dir",
      "--disable-pip-version-check",
      "--no-input",
      "--upgrade",
      "--quiet",
    ];
    const { code, errors } = await run(python, ["-m", "pip", "install", ...options, "--target", part, ZIG]);
    if (code !== 0) return { errors: errors.trim() };
    await rename(part, folder);
  }
  console.log("Compiling the binding with zig, which first compiles its C++ library: this can take some minutes …");
  return { command: python, args: ["-m", "ziglang", "c++"], env: { PYTHONPATH: folder } };
}

/**
 * @param {{python: string, cache: string, sources: string, includes: readonly string[], libraries: readonly string[], output: string}} job
 *   sources: the folder of tfjs_backend.cc and tfjs_binding.cc; libraries: full paths, found at run time in `tensorflow/`
 *   beside the output.
 * @returns {Promise<string>} the compiler's name
 */
export async function compileBinding({ python, cache, sources, includes, libraries, output }) {
  const part = `${output}.part`;
  const flags = ["-std=c++17", "-O2", "-fPIC", "-shared", "-s", "-DNAPI_VERSION=8", "-w"];
  const inputs = ["tfjs_backend.cc", "tfjs_binding.cc"].map((file) => join(sources, file));
  const folders = [...includes, sources].map((folder) => `-I${folder}`);
  const command = [...flags, ...folders, ...inputs, "-o", part, ...libraries, "-Wl,-rpath,$ORIGIN/tensorflow"];
  const compilers = [
    ["g++", async () => ({ command: "g++", args: [] })],
    ["clang++", async () => ({ command: "clang++", args: [] })],
    [ZIG, () => zig(python, cache)],
  ];
  const reasons = [];
  for (const [name, find] of compilers) {
    const compiler = await find();
    const result =
      compiler.command === undefined
        ? { code: 1, errors: compiler.errors }
        : await run(compiler.command, [...compiler.args, ...command], { env: compiler.env });
    if (result.code === 0) {
      await rename(part, output);
      return name;
    }
    reasons.push(
      `${name}: ${result.code === 127 ? "not installed" : result.errors.trim().split("\n").slice(-3).join(" ")}`,
    );
  }
  throw new SetupFailure(`the binding could not be compiled (${reasons.join("; ")})`);
}
