/** Columns of plain text and paragraphs that fit a width: what the tables are made of. */

export interface Column {
  readonly head: string;
  readonly align: "left" | "right";
  readonly cells: readonly string[];
}

const widthOf = (column: Column): number => Math.max(column.head.length, ...column.cells.map((cell) => cell.length));

/** Characters that columns take side by side, two spaces between them. */
export function widthOfAll(columns: readonly Column[]): number {
  return columns.reduce((sum, column) => sum + widthOf(column) + 2, -2);
}

/**
 * Lines of columns side by side, the heads first.
 *
 * @param columns at least one; all with as many cells.
 * @param bold sets the line of heads apart.
 */
export function layOut(columns: readonly Column[], bold: (text: string) => string): string[] {
  const widths = columns.map(widthOf);
  const pad = (text: string, i: number) =>
    columns[i]!.align === "right" ? text.padStart(widths[i]!) : text.padEnd(widths[i]!);
  const line = (cells: readonly string[]) => cells.map(pad).join("  ").trimEnd();
  const height = columns[0]!.cells.length;
  const body = Array.from({ length: height }, (_, row) => line(columns.map((column) => column.cells[row]!)));
  return [bold(line(columns.map((column) => column.head))), ...body];
}

/** Breaks text at spaces; lines after the first begin with as many spaces as `prefix` has characters. */
export function wrap(text: string, width: number, prefix = ""): string[] {
  const lines: string[] = [];
  let current = prefix;
  let empty = true;
  for (const word of text.split(" ")) {
    if (!empty && current.length + 1 + word.length > width) {
      lines.push(current);
      current = " ".repeat(Math.max(2, prefix.length)) + word;
    } else current += empty ? word : ` ${word}`;
    empty = false;
  }
  return [...lines, current];
}
