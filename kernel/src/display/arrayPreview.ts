/** An array of numbers as NumPy prints it: nested brackets, aligned columns, the middle of what is long left out. */

/** From so many elements on, the middle is left out. */
const MAX_ELEMENTS = 200;
/** What is left of a long dimension at each end. */
const EDGE = 3;
const LINE = 88;
/** Lines at most; an array of many dimensions has many edges. */
const MAX_LINES = 200;

/**
 * Which indices of a dimension are shown; null stands for those that are left out.
 *
 * @param elements of the whole array.
 */
export function shownIndices(length: number, elements: number): readonly (number | null)[] {
  const all = Array.from({ length: Math.min(length, elements > MAX_ELEMENTS ? 2 * EDGE : length) }, (_, i) => i);
  if (all.length === length) return all;
  return [...all.slice(0, EDGE), null, ...all.slice(EDGE).map((i) => length - 2 * EDGE + i)];
}

/** A number in at most five significant digits; integers in full. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value) || Number.isInteger(value)) return Object.is(value, -0) ? "-0" : String(value);
  return String(Number(value.toPrecision(5)));
}

/**
 * @param shape lengths of the dimensions; empty for a scalar.
 * @param at the element at these indices, as text.
 */
export function arrayPreview(shape: readonly number[], at: (indices: readonly number[]) => string): string {
  const elements = shape.reduce((product, length) => product * length, 1);
  const shown = shape.map((length) => shownIndices(length, elements));
  const texts = new Map<string, string>();
  collect([]);
  const width = Math.max(0, ...[...texts.values()].map((text) => text.length));
  const lines = print([], 0).split("\n");
  return lines.length <= MAX_LINES
    ? lines.join("\n")
    : `${lines.slice(0, MAX_LINES).join("\n")}\n… ${lines.length - MAX_LINES} more lines`;

  function collect(indices: readonly number[]): void {
    const dimension = shown[indices.length];
    if (dimension === undefined) texts.set(indices.join(), at(indices));
    else for (const i of dimension) if (i !== null) collect([...indices, i]);
  }

  function print(indices: readonly number[], depth: number): string {
    const dimension = shown[depth];
    if (dimension === undefined) return texts.get(indices.join())!.padStart(depth === 0 ? 0 : width);
    const items = dimension.map((i) => (i === null ? "…" : print([...indices, i], depth + 1)));
    if (depth === shape.length - 1) return `[${wrap(items, depth + 1)}]`;
    const blank = "\n".repeat(shape.length - 1 - depth) + " ".repeat(depth + 1);
    return `[${items.join(`,${blank}`)}]`;
  }
}

function wrap(items: readonly string[], indentation: number): string {
  const lines: string[] = [];
  let line = "";
  for (const item of items) {
    if (line !== "" && line.length + item.length + 2 > LINE) {
      lines.push(`${line},`);
      line = "";
    }
    line += line === "" ? item : `, ${item}`;
  }
  return [...lines, line].join(`\n${" ".repeat(indentation)}`);
}
