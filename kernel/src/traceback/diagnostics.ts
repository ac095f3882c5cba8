/** Diagnostics of the TypeScript compiler as text, as `tsc --pretty` prints them. */
import { boldRed, cyan, grey, inverse, red, yellow } from "./ansi.js";
import { linesOf, showLine } from "./codeFrame.js";

/** What the compiler says of a place in a cell. */
export interface Diagnostic {
  readonly code: number;
  /** One or more lines. */
  readonly message: string;
  readonly category: "error" | "warning" | "suggestion" | "message";
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units. */
  readonly column: number;
  /** UTF-16 units; what goes beyond the line is not marked. 0 marks the place alone. */
  readonly length: number;
}

const COLOURS: Readonly<Record<Diagnostic["category"], (text: string) => string>> = {
  error: red,
  warning: yellow,
  suggestion: grey,
  message: cyan,
};

/** Diagnostics shown at most. */
const MAX_SHOWN = 50;

/**
 * The diagnostics, each with its line of the source and `~~~~` under the place.
 *
 * @param label of the source, such as `Cell In[3]`.
 * @returns empty for none.
 */
export function formatDiagnostics(diagnostics: readonly Diagnostic[], source: string, label: string): string {
  const lines = linesOf(source);
  const shown = diagnostics.slice(0, MAX_SHOWN).map((diagnostic) => format(diagnostic, lines, label));
  const left = diagnostics.length - shown.length;
  return [...shown, ...(left > 0 ? [`… ${left} more`] : [])].join("\n\n");
}

function format(diagnostic: Diagnostic, lines: readonly string[], label: string): string {
  const { code, message, category, line, column, length } = diagnostic;
  const colour = COLOURS[category];
  const place = `${cyan(label)}, line ${yellow(String(line))}, column ${yellow(String(column))}`;
  const head = `${place} - ${colour(category)} ${grey(`TS${code}:`)} ${message}`;
  const text = lines[line - 1];
  if (text === undefined) return head;
  const shown = showLine(text, column - 1);
  const gutter = " ".repeat(String(line).length);
  const marked = [...shown.text.slice(shown.index, shown.index + length)].length;
  const mark = (category === "error" ? boldRed : colour)("~".repeat(Math.max(1, marked)));
  return `${head}\n\n${inverse(String(line))} ${shown.text}\n${inverse(gutter)} ${shown.padding}${mark}`;
}
