/** From the code that runs back to what the user wrote. */
import { SourceMap, type SourceMapPayload } from "node:module";

/** The script that a cell became. */
export interface MappedSource {
  /** How the user knows it: `Cell In[3]`. */
  readonly label: string;
  /** What the user wrote. */
  readonly source: string;
  /** From the script, without its prologue, to the source; default: they are the same line by line. */
  readonly map?: SourceMapPayload;
  /** Lines that stand in the script before the code that the map covers. */
  readonly prologueLines: number;
  /** The function in which the cell runs; its name means nothing to the user. Default none. */
  readonly wrapper?: string;
}

/** Finds the source of a script by the script's name; undefined for what is no cell. */
export type MapOf = (scriptName: string) => MappedSource | undefined;

/** From 1; columns in UTF-16 units. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Parsed maps, for as long as their JSON is there. */
const parsed = new WeakMap<SourceMapPayload, SourceMap>();

/**
 * Where the user wrote what stands at this place of the script.
 *
 * @returns undefined for what the user did not write: the prologue, and code that the map does not cover.
 */
export function originalPosition(source: MappedSource, { line, column }: Position): Position | undefined {
  const generated = line - source.prologueLines;
  if (generated < 1) return undefined;
  if (source.map === undefined) return { line: generated, column };
  const entry = sourceMapOf(source.map).findEntry(generated - 1, column - 1);
  if (!("originalLine" in entry)) return undefined;
  return { line: entry.originalLine + 1, column: entry.originalColumn + 1 };
}

function sourceMapOf(payload: SourceMapPayload): SourceMap {
  const known = parsed.get(payload) ?? new SourceMap(payload);
  parsed.set(payload, known);
  return known;
}
