/** Completion of members, names, imports and paths in a cell that is being written. */
import fs from "node:fs";
import path from "node:path";
import ts from "typescript";
import type { Draft } from "./cellChecker.js";
import type { CompletionMatch, Completions } from "./language.js";
import { NotebookFiles } from "./notebookFiles.js";
import type { SessionName } from "./sessionNames.js";
import { signatureOf } from "./signature.js";

/** How many matches get the line of their declaration. */
export const MAX_SIGNATURES = 10;
const MAX_MATCHES = 1000;

export interface CompletionRequest {
  readonly service: ts.LanguageService;
  /** The file that holds the code. */
  readonly draft: Draft;
  readonly code: string;
  readonly position: number;
  /** Names of the session that could stand there, the best first. */
  readonly names: readonly SessionName[];
  /** Modules that need no installation. */
  readonly provided: readonly string[];
  readonly folder: string;
}

/** What could stand at a position. What is replaced is the name, or the last part of the path, around it. */
export function completionsAt(request: CompletionRequest): Completions {
  const { service, draft, code, position } = request;
  const at = draft.offset + position;
  if (service.getSpanOfEnclosingComment(draft.path, at, false) !== undefined)
    return { matches: [], start: position, end: position };
  const text = literalAt(draft.source, at);
  const written = text === undefined ? "" : draft.source.text.slice(text.getStart(draft.source) + 1, at);
  if (isFilePath(written)) return pathsAt(request, written);
  const info = service.getCompletionsAtPosition(draft.path, at, {
    includeCompletionsForModuleExports: false,
    includeCompletionsWithInsertText: false,
    includeSymbol: true,
  });
  const span = info?.entries[0]?.replacementSpan ?? info?.optionalReplacementSpan;
  const start = span === undefined ? position - completionWord(code, position).length : span.start - draft.offset;
  const end = span === undefined ? position : Math.max(position, start + span.length);
  const prefix = code.slice(start, position);
  const found: CompletionMatch[] = (info?.entries ?? [])
    .filter(({ name }) => matches(name, prefix) && !NotebookFiles.isCellName(name))
    .map((entry) => ({ entry, rank: rank(entry, prefix) }))
    .sort((a, b) => (a.rank < b.rank ? -1 : a.rank > b.rank ? 1 : 0))
    .slice(0, MAX_MATCHES)
    .map(({ entry: { name, kind } }) => ({ text: name, type: kind }));
  const extra = info?.isGlobalCompletion
    ? request.names.map(sessionMatch)
    : text !== undefined && isModuleName(text)
      ? request.provided.filter((name) => matches(name, prefix)).map((name) => ({ text: name, type: "module" }))
      : [];
  const all = unique([...extra, ...found]);
  const symbols = new Map(info?.entries.map(({ name, symbol }) => [name, symbol]));
  return { matches: withSignatures(all, symbols, request), start, end: Math.min(end, code.length) };
}

/** The name that ends at a position. */
export function completionWord(code: string, position: number): string {
  return /[\p{ID_Continue}$]*$/u.exec(code.slice(0, position))![0];
}

function withSignatures(
  matches: readonly CompletionMatch[],
  symbols: ReadonlyMap<string, ts.Symbol | undefined>,
  { service }: CompletionRequest,
): CompletionMatch[] {
  const checker = service.getProgram()!.getTypeChecker();
  return matches.map((match, i) => {
    const symbol = symbols.get(match.text);
    return i >= MAX_SIGNATURES || symbol === undefined ? match : { ...match, signature: signatureOf(symbol, checker) };
  });
}

/** The first of each name. */
function unique(matches: readonly CompletionMatch[]): readonly CompletionMatch[] {
  const seen = new Set<string>();
  return matches.filter(({ text }) => !seen.has(text) && seen.add(text));
}

function matches(name: string, prefix: string): boolean {
  return name.toLowerCase().startsWith(prefix.toLowerCase());
}

/** The same letters first, then TypeScript's order, then the alphabet. */
function rank({ name, sortText }: ts.CompletionEntry, prefix: string): string {
  return `${name.startsWith(prefix) ? 0 : 1}${sortText}${name}`;
}

function sessionMatch({ name, kind }: SessionName): CompletionMatch {
  return { text: name, type: kind === "import" ? "module" : kind };
}

/** The string that a position is in; undefined in code. */
function literalAt(source: ts.SourceFile, at: number): ts.StringLiteralLike | undefined {
  let found: ts.StringLiteralLike | undefined;
  const visit = (node: ts.Node): void => {
    if (at < node.pos || node.end < at) return;
    if (ts.isStringLiteralLike(node) && node.getStart(source) < at && (at < node.end || node.isUnterminated))
      found = node;
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** Whether the string is where a module's name stands. */
function isModuleName({ parent }: ts.StringLiteralLike): boolean {
  if (ts.isImportDeclaration(parent) || ts.isExportDeclaration(parent) || ts.isExternalModuleReference(parent))
    return true;
  if (!ts.isCallExpression(parent)) return false;
  const { expression } = parent;
  return (
    expression.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(expression) && expression.text === "require")
  );
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

function wordEnd(code: string, position: number): number {
  return position + /^[\p{ID_Continue}$.-]*/u.exec(code.slice(position))![0].length;
}
