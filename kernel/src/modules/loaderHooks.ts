/** Hooks of Node's module loader: local TypeScript, and what the kernel provides, imported from local TypeScript. */
import fs from "node:fs";
import type { LoadHook, ResolveHook } from "node:module";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { MessagePort } from "node:worker_threads";
import { findLocalFile, isFileSpecifier, isTypeScript, LanguageClient } from "../language/index.js";

export interface LoaderData {
  /** To the TypeScript thread. */
  readonly port: MessagePort;
  /** URLs of the modules that are there without installation, by their names. */
  readonly provided: Readonly<Record<string, string>>;
}

let language: LanguageClient;
let provided: LoaderData["provided"] = {};

export function initialize(data: LoaderData): void {
  language = new LanguageClient(data.port);
  provided = data.provided;
}

export const resolve: ResolveHook = async (specifier, context, next) => {
  const { parentURL } = context;
  if (parentURL === undefined || !isLocalTypeScript(parentURL)) return next(specifier, context);
  if (Object.hasOwn(provided, specifier)) return next(provided[specifier]!, context);
  if (!isFileSpecifier(specifier)) return next(specifier, context);
  const wanted = specifier.startsWith("file:")
    ? fileURLToPath(specifier)
    : path.resolve(path.dirname(fileURLToPath(parentURL)), specifier);
  const file = findLocalFile(wanted);
  if (file === undefined) return next(specifier, context);
  const url = pathToFileURL(file);
  if (!isTypeScript(file)) return next(url.href, context);
  url.searchParams.set("version", await language.localVersion(file));
  return { url: url.href, format: "module", shortCircuit: true };
};

export const load: LoadHook = async (url, context, next) => {
  if (url.startsWith("file:") && url.endsWith(".json") && context.importAttributes?.["type"] === undefined) {
    const text = fs.readFileSync(fileURLToPath(url), "utf8");
    return { format: "module", source: `export default ${JSON.stringify(JSON.parse(text))};`, shortCircuit: true };
  }
  if (!isLocalTypeScript(url)) return next(url, context);
  const { js } = await language.transpile(fileURLToPath(url));
  return { format: "module", source: js, shortCircuit: true };
};

function isLocalTypeScript(url: string): boolean {
  if (!url.startsWith("file:")) return false;
  const file = fileURLToPath(url);
  return isTypeScript(file) && !file.includes(`${path.sep}node_modules${path.sep}`);
}
