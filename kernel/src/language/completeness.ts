/** Whether a console should run what was typed, or wait for more. */
import ts from "typescript";
import { isJsxCell } from "./cellTags.js";
import type { Completeness } from "./language.js";

const INDENT = "  ";

/**
 * Incomplete is what only lacks an end: the first error of syntax is where the text ends. Anything else that is wrong stays wrong
 * whatever follows.
 */
export function completenessOf(code: string): Completeness {
  const file = ts.createSourceFile(isJsxCell(code) ? "cell.tsx" : "cell.ts", code, ts.ScriptTarget.ESNext, true);
  const { parseDiagnostics } = file as unknown as { readonly parseDiagnostics: readonly ts.DiagnosticWithLocation[] };
  const [first] = parseDiagnostics;
  if (first === undefined) return { status: "complete" };
  const end = code.trimEnd().length;
  const isAtEnd = first.start >= end && first.code !== UNTERMINATED_STRING;
  if (!isAtEnd && !UNTERMINATED.has(first.code)) return { status: "invalid" };
  return { status: "incomplete", indent: indentAfter(code) };
}

/** Comments, template strings and JSX elements that go on: their error is where they begin. */
const UNTERMINATED = new Set([1010, 1160, 17008, 17014]);

/** A string ends on its line. */
const UNTERMINATED_STRING = 1002;

/** The indentation of the last line, and one step more for each bracket that it opens. */
function indentAfter(code: string): string {
  const line = code.trimEnd().split("\n").at(-1)!;
  const opened = (line.match(/[([{]/g)?.length ?? 0) - (line.match(/[)\]}]/g)?.length ?? 0);
  return /^\s*/.exec(line)![0] + INDENT.repeat(Math.max(0, opened));
}
