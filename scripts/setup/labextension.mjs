/** Building the widgets' front ends of this checkout, JupyterLab's and anywidget's, only when a source has changed. */
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { SetupFailure } from "./failure.mjs";
import { run } from "./processes.mjs";
import { hashOf } from "./sources.mjs";

/** Where JupyterLab finds it, below a folder of JUPYTER_PATH. */
const OUTPUT = join("share", "jupyter", "labextensions", "@espalier", "labextension");
/** What a kernel sends to pages that have anywidget. */
const ANYWIDGET = ["espalier.js", "espalier.css"].map((name) => join("share", "anywidget", name));
const STAMP = join("labextension", "lib", ".built");
/** What its build reads. */
const SOURCES = [
  join("labextension", "src"),
  join("labextension", "style"),
  join("labextension", "schema"),
  join("src", "figures"),
];
const FILES = [
  "tsconfig.json",
  "package-lock.json",
  join("labextension", "tsconfig.json"),
  join("labextension", "package.json"),
  join("scripts", "setup", "bundle_anywidget.mjs"),
];

/** Compiles and bundles when something has changed since the last complete build. */
export async function provideLabextension(root) {
  const stamp = join(root, STAMP);
  const hash = hashOf(root, SOURCES, FILES);
  const outputs = [join(OUTPUT, "package.json"), ...ANYWIDGET].map((file) => join(root, file));
  if ([...outputs, stamp].every((file) => existsSync(file)) && readFileSync(stamp, "utf8") === hash) return;
  rmSync(stamp, { force: true });
  // What an earlier source left there would be bundled for ever.
  rmSync(join(root, "labextension", "lib"), { recursive: true, force: true });
  const modules = join(root, "node_modules");
  const step = async (what, args) => {
    const { code, output, errors } = await run(process.execPath, args, { cwd: root });
    if (code !== 0) throw new SetupFailure(`${what}:\n${(output + errors).trim()}`);
  };
  await step("The widgets do not compile", [join(modules, "typescript", "bin", "tsc"), "-p", "labextension"]);
  const core = join(modules, "@jupyterlab", "core-meta", "core.package.json");
  const builder = join(modules, "@jupyter", "builder", "lib", "build-labextension.js");
  await step("The JupyterLab extension cannot be bundled", [builder, "--core-package-file", core, "labextension"]);
  await step("The anywidget front end cannot be bundled", [
    fileURLToPath(new URL("bundle_anywidget.mjs", import.meta.url)),
    root,
  ]);
  writeFileSync(stamp, hash);
}
