/** Completion of members, names, imports and paths in a cell that is being written. */
import fs from "node:fs";
import path from "node:path";
import type ts from "typescript";
import type { Draft } from "./cellChecker.js";
import { declarationText } from "./inspection.js";
import type { CompletionMatch, Completions } from "./language.js";
import type { SessionNames } from "./sessionNames.js";

/** How many matches get the line of their declaration: one costs about 0.1 ms. */
const MAX_SIGNATURES = 10;
const MAX_MATCHES = 1000;

export interface CompletionRequest {
  readonly service: ts.LanguageService;
  /** The file that holds the code. */
  readonly draft: Draft;
  readonly code: string;
  readonly position: number;
  readonly names: SessionNames;
  /** Modules that need no installation. */
  readonly provided: readonly string[];
  readonly folder: string;
}

/** What could stand at a position. What is replaced is the name, or the last part of the path, around it. */
export function completionsAt(request: CompletionRequest): Completions {
  const { service, draft, code, position } = request;
  const text = stringBefore(code, position);
  if (text !== undefined && isFilePath(text.value)) return pathsAt(request, text.value);
  const info = service.getCompletionsAtPosition(draft.path, draft.offset + position, {
    includeCompletionsForModuleExports: false,
    includeCompletionsWithInsertText: false,
  });
  const span = info?.optionalReplacementSpan;
  const start = span === undefined ? wordStart(code, position) : span.start - draft.offset;
  const end = span === undefined ? position : Math.max(position, start + span.length);
  const prefix = code.slice(start, position);
  const entries = (info?.entries ?? []).filter(({ name }) => matches(name, prefix) && !name.startsWith("__cell_"));
  const found: CompletionMatch[] = entries
    .sort((a, b) => rank(a, prefix).localeCompare(rank(b, prefix)))
    .slice(0, MAX_MATCHES)
    .map(({ name, kind }) => ({ text: name, type: kind }));
  const isGlobal = info === undefined ? text === undefined && code[start - 1] !== "." : info.isGlobalCompletion;
  const extra = isGlobal
    ? sessionMatches(request.names, prefix)
    : text === undefined
      ? []
      : moduleMatches(request, text);
  const all = unique([...extra, ...found]);
  return { matches: withSignatures(all, request), start, end: Math.min(end, code.length) };
}

function withSignatures(
  matches: readonly CompletionMatch[],
  { service, draft, position }: CompletionRequest,
): CompletionMatch[] {
  return matches.map((match, i) => {
    if (i >= MAX_SIGNATURES) return match;
    const details = service.getCompletionEntryDetails(
      draft.path,
      draft.offset + position,
      match.text,
      {},
      undefined,
      {},
      undefined,
    );
    if (details === undefined || details.displayParts.length === 0) return match;
    return { ...match, signature: declarationText(details.displayParts).replace(/\s+/g, " ") };
  });
}

function unique(matches: readonly CompletionMatch[]): readonly CompletionMatch[] {
  return [...new Map(matches.toReversed().map((match) => [match.text, match])).values()].reverse();
}

function matches(name: string, prefix: string): boolean {
  return name.toLowerCase().startsWith(prefix.toLowerCase());
}

/** The same letters first, then TypeScript's order, then the alphabet. */
function rank({ name, sortText }: ts.CompletionEntry, prefix: string): string {
  return `${name.startsWith(prefix) ? 0 : 1}${sortText}${name}`;
}

function sessionMatches(names: SessionNames, prefix: string): CompletionMatch[] {
  return [...names]
    .filter(({ name }) => matches(name, prefix))
    .map(({ name, kind }) => ({ text: name, type: kind === "import" ? "module" : kind }))
    .sort((a, b) => sessionRank(a, prefix).localeCompare(sessionRank(b, prefix)));
}

function sessionRank({ text }: CompletionMatch, prefix: string): string {
  return `${text.startsWith(prefix) ? 0 : 1}${text}`;
}

/** Whether the string is where a module's name stands. */
function moduleMatches({ provided }: CompletionRequest, { value, before }: TextBefore): CompletionMatch[] {
  if (!/(?:from|import|require)\s*\(?\s*$/.test(before)) return [];
  return provided.filter((name) => matches(name, value)).map((text) => ({ text, type: "module" }));
}

interface TextBefore {
  /** The string up to the position. */
  readonly value: string;
  /** The code before the string. */
  readonly before: string;
}

/** The string literal around a position, as far as it goes on one line. */
function stringBefore(code: string, position: number): TextBefore | undefined {
  const line = code.slice(code.lastIndexOf("\n", position - 1) + 1, position);
  const scanner = /(["'`])((?:\\.|(?!\1)[^\\])*)$/.exec(removeStrings(line));
  if (scanner === null) return undefined;
  return { value: scanner[2]!, before: line.slice(0, scanner.index) };
}

/** Blanks the finished strings of a line, so that what is left open is what the position is in. */
function removeStrings(line: string): string {
  return line.replace(/(["'`])(?:\\.|(?!\1)[^\\])*\1/g, (text) => " ".repeat(text.length));
}

function isFilePath(text: string): boolean {
  return /^(?:\.{1,2}|~)?\//.test(text);
}

function pathsAt({ code, position, folder }: CompletionRequest, text: string): Completions {
  const directory = text.slice(0, text.lastIndexOf("/") + 1);
  const prefix = text.slice(directory.length);
  const home = directory.startsWith("~/") ? path.join(process.env["HOME"] ?? "", directory.slice(2)) : directory;
  const found = listFolder(path.resolve(folder, home)).filter(
    ({ text: name }) => name.startsWith(prefix) && (prefix !== "" || !name.startsWith(".")),
  );
  return { matches: found.slice(0, MAX_MATCHES), start: position - prefix.length, end: wordEnd(code, position) };
}

function listFolder(folder: string): CompletionMatch[] {
  try {
    return fs
      .readdirSync(folder, { withFileTypes: true })
      .map((entry) =>
        entry.isDirectory() ? { text: `${entry.name}/`, type: "directory" } : { text: entry.name, type: "file" },
      )
      .sort((a, b) => (a.text < b.text ? -1 : 1));
  } catch {
    return [];
  }
}

function wordStart(code: string, position: number): number {
  return position - /[\p{ID_Continue}$]*$/u.exec(code.slice(0, position))![0].length;
}

function wordEnd(code: string, position: number): number {
  return position + /^[\p{ID_Continue}$.-]*/u.exec(code.slice(position))![0].length;
}
