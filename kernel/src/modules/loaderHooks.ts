/** Hooks of Node's module loader: local TypeScript, and what the kernel provides, imported from local TypeScript. */
import fs from "node:fs";
import { isBuiltin, type LoadHook, type ResolveHook } from "node:module";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { MessagePort } from "node:worker_threads";
import { isTypeScript, LanguageClient } from "../language/index.js";
import { jsonSource, parseJson } from "./json.js";
import type { ProvidedModules } from "./provided.js";

export interface LoaderData {
  /** To the TypeScript thread. */
  readonly port: MessagePort;
  readonly provided: ProvidedModules;
}

/** The part of a local module's URL that changes with it. */
const VERSION = "version";

/** Stands before the name of a module that the kernel provides. */
const PROVIDED = "provided:";

let language: LanguageClient;
let provided: ProvidedModules = {};

export function initialize(data: LoaderData): void {
  language = new LanguageClient(data.port);
  provided = data.provided;
}

export const resolve: ResolveHook = async (specifier, context, next) => {
  const { parentURL } = context;
  // What a cell imports is resolved already, and need not be a file on disk.
  if (isVersioned(specifier)) return { url: specifier, format: "module", shortCircuit: true };
  if (parentURL === undefined || isBuiltin(specifier) || !isLocalTypeScript(parentURL)) return next(specifier, context);
  if (Object.hasOwn(provided, specifier)) return { url: PROVIDED + specifier, format: "module", shortCircuit: true };
  const found = await language.resolveLocal(specifier, fileURLToPath(parentURL));
  if (found === undefined) return next(specifier, context);
  const url = pathToFileURL(found.file);
  // What Node runs as it is, is one instance, as everywhere.
  if (!isTypeScript(found.file) && !found.file.endsWith(".json")) return next(url.href, context);
  url.searchParams.set(VERSION, found.version);
  if (isTypeScript(found.file)) return { url: url.href, format: "module", shortCircuit: true };
  const { importAttributes } = context;
  return { url: url.href, format: "json", shortCircuit: true, ...(importAttributes && { importAttributes }) };
};

export const load: LoadHook = async (url, context, next) => {
  if (url.startsWith(PROVIDED))
    return { format: "module", source: providedSource(url.slice(PROVIDED.length)), shortCircuit: true };
  if (!url.startsWith("file:")) return next(url, context);
  const file = fileURLToPath(url);
  if (file.endsWith(".json") && context.importAttributes?.["type"] === undefined)
    return { format: "module", source: jsonSource(parseJson(file, fs.readFileSync(file, "utf8"))), shortCircuit: true };
  if (!isLocalTypeScript(url)) return next(url, context);
  const { js } = await language.transpile(file);
  return { format: "module", source: js, shortCircuit: true };
};

/** A module that gives what the provided one exports, after the one that must run before it. */
function providedSource(name: string): string {
  const { url, before } = provided[name]!;
  const module = JSON.stringify(url);
  return [
    ...(before === undefined ? [] : [`import ${JSON.stringify(before)};`]),
    `import * as all from ${module};`,
    `export * from ${module};`,
    "export default all.default;",
  ].join("\n");
}

function isVersioned(specifier: string): boolean {
  return isLocalTypeScript(specifier) && new URL(specifier).searchParams.has(VERSION);
}

function isLocalTypeScript(url: string): boolean {
  if (!url.startsWith("file:")) return false;
  const file = fileURLToPath(url);
  return isTypeScript(file) && !file.includes(`${path.sep}node_modules${path.sep}`);
}
