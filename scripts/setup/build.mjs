/** Compiling the TypeScript of this checkout, only when a source has changed. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join, relative } from "node:path";
import { SetupFailure } from "./failure.mjs";
import { run } from "./processes.mjs";
import { filesBelow, hashOf } from "./sources.mjs";

const SOURCES = ["src", "kernel/src", "labextension/src", "tests"];
const FILES = ["tsconfig.json", "package-lock.json"];
const STAMP = ".built";

/** Removes what earlier sources left in dist/, so that the test of a deleted file does not run for ever. */
function removeOrphans(root) {
  for (const folder of SOURCES) {
    for (const file of filesBelow(join(root, "dist", folder))) {
      const source = join(root, relative(join(root, "dist"), file)).replace(/(\.d\.ts|\.js)(\.map)?$/, ".ts");
      if (source.endsWith(".ts") && !existsSync(source)) rmSync(file);
    }
  }
}

/** Makes `npx espalier` work: npm links the programs of dependencies, but not the project's own. */
function linkCommand(root) {
  const folder = join(root, "node_modules", ".bin");
  const program = join(root, "dist", "src", "cli", "main.js");
  if (!existsSync(program)) return;
  mkdirSync(folder, { recursive: true });
  if (process.platform === "win32") {
    writeFileSync(join(folder, "espalier.cmd"), `@node "${program}" %*\r\n`);
    return;
  }
  chmodSync(program, 0o755);
  const link = join(folder, "espalier");
  const target = relative(folder, program);
  try {
    if (readlinkSync(link) === target) return;
  } catch {
    // Not there yet.
  }
  rmSync(link, { force: true });
  symlinkSync(target, link);
}

/** Compiles when a source has changed since the last complete compilation. */
export async function provideBuild(root) {
  const stamp = join(root, "dist", STAMP);
  const hash = hashOf(root, SOURCES, FILES, (file) => /\.(ts|json)$/.test(file));
  if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== hash) {
    rmSync(stamp, { force: true });
    const compiler = join(root, "node_modules", "typescript", "bin", "tsc");
    // Without the last outputs the compiler's own memory of them is a lie.
    if (!existsSync(join(root, "dist", "src"))) rmSync(join(root, "dist", ".tsbuildinfo"), { force: true });
    const { code, output, errors } = await run(process.execPath, [compiler, "-b"], { cwd: root });
    if (code !== 0) throw new SetupFailure(`The TypeScript sources do not compile:\n${(output + errors).trim()}`);
    removeOrphans(root);
    writeFileSync(stamp, hash);
  }
  linkCommand(root);
}
