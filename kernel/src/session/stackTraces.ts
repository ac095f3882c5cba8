/** Stacks in the user's own lines, wherever they are read: in a traceback, by `console.error`, by `error.stack`. */
import { findSourceMap, SourceMap, type SourceMapPayload } from "node:module";
import { unboxMessage } from "../language/index.js";

/** Where the kernel's own code is. */
const KERNEL = new URL("../", import.meta.url).href;

/** Finds the source map of a cell's script, as JSON; undefined for what is no cell. */
export type CellMapOf = (script: string) => string | undefined;

/**
 * Makes every error's stack point into cells and into local TypeScript as the user wrote them. A program that sets
 * `Error.prepareStackTrace` itself gets what it asks for.
 *
 * Source: V8's stack trace API.
 */
export function mapStackTraces(mapOf: CellMapOf): void {
  process.setSourceMapsEnabled(true);
  const maps = new Map<string, SourceMap>();
  const cellMap = (script: string): SourceMap | undefined => {
    const known = maps.get(script);
    const json = known === undefined ? mapOf(script) : undefined;
    if (json === undefined) return known;
    const map = new SourceMap(JSON.parse(json) as SourceMapPayload);
    maps.set(script, map);
    return map;
  };
  Error.prepareStackTrace = (error, sites) => {
    const frames = usersOf(sites, cellMap).map((site) => `\n    at ${placed(site, cellMap)}`);
    return unboxMessage(headerOf(error)) + frames.map(unboxMessage).join("");
  };
}

/** Without the kernel's own frames below the outermost one in a cell. */
function usersOf(sites: readonly NodeJS.CallSite[], cellMap: (script: string) => unknown): readonly NodeJS.CallSite[] {
  const outermost = sites.findLastIndex((site) => cellMap(site.getScriptNameOrSourceURL() ?? "") !== undefined);
  const isKernels = (site: NodeJS.CallSite): boolean => site.getScriptNameOrSourceURL()?.startsWith(KERNEL) === true;
  return outermost < 0 ? sites : sites.slice(0, sites.findIndex((site, i) => i > outermost && isKernels(site)) >>> 0);
}

/** A frame as V8 prints it, with its place in what the user wrote. */
function placed(site: NodeJS.CallSite, cellMap: (script: string) => SourceMap | undefined): string {
  const text = site.toString();
  const script = site.getScriptNameOrSourceURL();
  const line = site.getLineNumber();
  const column = site.getColumnNumber();
  if (!script || line === null || column === null) return text;
  const map = cellMap(script) ?? findSourceMap(script);
  const entry = map?.findEntry(line - 1, column - 1);
  if (entry === undefined || !("originalLine" in entry)) return text;
  return text.replace(
    `${script}:${line}:${column}`,
    `${withoutVersion(script)}:${entry.originalLine + 1}:${entry.originalColumn + 1}`,
  );
}

/** Local modules carry a version in their URL, by which they are read again when they change. */
function withoutVersion(script: string): string {
  return script.replace(/\?version=[0-9a-f]+$/, "");
}

function headerOf(error: unknown): string {
  try {
    return Error.prototype.toString.call(error);
  } catch {
    return "Error";
  }
}
