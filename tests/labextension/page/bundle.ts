/** A widget's core as scripts for a plain page, made from its sources. */
import { rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type RspackOptions, rspack } from "@rspack/core";

export const ROOT = fileURLToPath(new URL("../../../../", import.meta.url));

const made = new Map<string, Promise<string>>();

/**
 * Bundles a module that exports a `render` as `espalierWidget`, and the page's own part as `espalierPage`.
 *
 * @param entry of the checkout.
 * @returns the folder with `widget.js`, `page.js` and what they load later; removed when the process ends.
 */
export function bundleWidget(entry: string): Promise<string> {
  const known = made.get(entry) ?? build(entry);
  made.set(entry, known);
  return known;
}

function build(entry: string): Promise<string> {
  return bundleScripts("widget", {
    widget: {
      import: `./${entry}`,
      library: { name: "espalierWidget", type: "window" },
    },
    page: "./tests/labextension/page/browser/main.ts",
  });
}

/**
 * Bundles TypeScript as scripts for a page, unminified.
 *
 * @param entries paths from the checkout's folder, by the scripts' names.
 * @returns the folder of the scripts; removed when the process ends.
 */
export async function bundleScripts(name: string, entries: NonNullable<RspackOptions["entry"]>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), `espalier-${name}-`));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const compiler = rspack({
    context: ROOT,
    mode: "production",
    devtool: false,
    target: "web",
    entry: entries,
    output: { path: folder, filename: "[name].js", chunkFilename: "[name]-[contenthash].js", publicPath: "/" },
    resolve: { extensions: [".ts", ".js"], extensionAlias: { ".js": [".ts", ".js"] } },
    module: {
      rules: [
        {
          test: /\.ts$/,
          type: "javascript/auto",
          loader: "builtin:swc-loader",
          options: { jsc: { parser: { syntax: "typescript" }, target: "es2022" } },
        },
      ],
    },
    optimization: { minimize: false },
    performance: false,
  });
  await new Promise<void>((resolve, reject) => {
    compiler.run((error, stats) => {
      const failure = error ?? (stats?.hasErrors() ? new Error(stats.toString({ all: false, errors: true })) : null);
      compiler.close(() => (failure === null ? resolve() : reject(failure)));
    });
  });
  return folder;
}
