/**
 * Bundles the anywidget front end, compiled already, as one ES module and one style sheet: what a kernel sends to a page as two
 * strings. `node scripts/setup/bundle_anywidget.mjs [ROOT]`.
 */
import { readFileSync } from "node:fs";
import { mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { rspack } from "@rspack/core";

/** Relative to the checkout, as what follows. */
const OUTPUT = join("share", "anywidget");
const ENTRY = join("labextension", "lib", "labextension", "src", "anywidget", "index.js");
/** Later ones have the last word. */
const STYLES = ["core.css", "frontier.css", "schedule.css", "anywidget.css"];
/** Under licences that want to be named wherever it goes. */
const BANNER =
  "/*! Espalier (Apache-2.0), with Vega and Vega-Lite (BSD-3-Clause, University of Washington Interactive Data Lab), D3 (ISC, Mike Bostock) and parts that they use */";

function bundle(root, folder) {
  const compiler = rspack({
    context: root,
    mode: "production",
    devtool: false,
    target: ["web", "es2022"],
    entry: { espalier: `./${ENTRY.replaceAll("\\", "/")}` },
    output: {
      path: folder,
      filename: "[name].js",
      module: true,
      chunkFormat: "module",
      library: { type: "module" },
    },
    // The page imports it from a string, beside which nothing could be found: what is loaded later elsewhere is in it.
    module: { parser: { javascript: { dynamicImportMode: "eager" } } },
    plugins: [
      new rspack.BannerPlugin({ banner: BANNER, raw: true, stage: rspack.Compilation.PROCESS_ASSETS_STAGE_REPORT }),
    ],
    optimization: { splitChunks: false, runtimeChunk: false },
    performance: false,
  });
  return new Promise((resolve, reject) => {
    compiler.run((error, stats) => {
      const failure = error ?? (stats.hasErrors() ? new Error(stats.toString({ all: false, errors: true })) : null);
      compiler.close(() => (failure === null ? resolve() : reject(failure)));
    });
  });
}

/**
 * Writes `espalier.js` and `espalier.css` into `share/anywidget`.
 *
 * @throws Error with the bundler's words, or where it has made more than one file.
 */
async function bundleAnywidget(root) {
  const folder = join(root, OUTPUT);
  const part = `${folder}.part`;
  await rm(part, { recursive: true, force: true });
  await mkdir(part, { recursive: true });
  await bundle(root, part);
  const made = await readdir(part);
  if (made.length !== 1) throw new Error(`One file was to come of it, and it is ${made.join(", ")}.`);
  const styles = STYLES.map((name) => readFileSync(join(root, "labextension", "style", name), "utf8"));
  await writeFile(join(part, "espalier.css"), styles.join("\n"));
  await rm(folder, { recursive: true, force: true });
  await rename(part, folder);
}

await bundleAnywidget(process.argv[2] ?? fileURLToPath(new URL("../..", import.meta.url)));
