/** A piece of source with a mark under a place in it. */
import { boldGreen, boldRed, green } from "./ansi.js";

/** Lines shown before and after the place. */
const CONTEXT = 2;
/** Characters of a line that are shown; of a longer one, those around the place. */
const MAX_LINE = 160;
const ARROW = "----> ";

/** A line, or what is shown of it. */
export interface ShownLine {
  readonly text: string;
  /** Where the place is in `text`, in UTF-16 units. */
  readonly index: number;
  /** Blanks as wide as what is before the place; tabs stay tabs. */
  readonly padding: string;
}

export function linesOf(source: string): string[] {
  return source.split(/\r\n|\n|\r|\u2028|\u2029/);
}

/** @param column from 0, in UTF-16 units. */
export function showLine(line: string, column: number): ShownLine {
  const start = line.length <= MAX_LINE ? 0 : Math.max(0, Math.min(column - MAX_LINE / 2, line.length - MAX_LINE));
  const cut = line.slice(start, start + MAX_LINE);
  const text = `${start > 0 ? "…" : ""}${cut}${start + MAX_LINE < line.length ? "…" : ""}`;
  const index = Math.max(0, column - start + (start > 0 ? 1 : 0));
  return { text, index, padding: text.slice(0, index).replace(/[^\t]/gu, " ") };
}

/**
 * The line and its neighbours, with numbers, an arrow before the line and a caret under the column.
 *
 * @param line from 1.
 * @param column from 1, in UTF-16 units.
 * @returns empty where the source has no such line.
 */
export function codeFrame(source: string, line: number, column: number): string {
  const lines = linesOf(source);
  if (line < 1 || line > lines.length) return "";
  const first = Math.max(1, line - CONTEXT);
  const last = Math.min(lines.length, line + CONTEXT);
  const width = String(last).length;
  const shown: string[] = [];
  for (let number = first; number <= last; number++) {
    const label = String(number).padStart(width);
    if (number !== line) {
      const { text } = showLine(lines[number - 1]!, 0);
      shown.push(`${" ".repeat(ARROW.length)}${green(label)} ${text}`.trimEnd());
      continue;
    }
    const { text, padding } = showLine(lines[number - 1]!, column - 1);
    shown.push(`${boldGreen(ARROW + label)} ${text}`);
    shown.push(`${" ".repeat(ARROW.length + width + 1)}${padding}${boldRed("^")}`);
  }
  return shown.join("\n");
}
