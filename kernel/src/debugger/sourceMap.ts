/**
 * A source map in both directions.
 *
 * Node's own reads it in one direction only, and answers for code that nobody wrote with what stands before.
 *
 * Source: ECMA-426, "Source map format".
 */

/** Line and column from 0, in UTF-16 units. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

interface Segment {
  readonly column: number;
  /** Undefined: from here on the code was written by nobody. */
  readonly original: Position | undefined;
}

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const VALUES = new Map([...DIGITS].map((digit, value) => [digit, value]));
const CONTINUES = 32;

export class SourceMap {
  /** By line of the script. */
  readonly #lines: readonly (readonly Segment[])[];

  /** @param json of a map with one source. @throws SyntaxError when it is no JSON. */
  constructor(json: string) {
    const { mappings } = JSON.parse(json) as { mappings: string };
    let line = 0;
    let column = 0;
    this.#lines = mappings.split(";").map((text) => {
      let generated = 0;
      return text
        .split(",")
        .filter((segment) => segment !== "")
        .map((segment) => {
          const [toGenerated = 0, source, toLine = 0, toColumn = 0] = decodeNumbers(segment);
          generated += toGenerated;
          line += toLine;
          column += toColumn;
          return { column: generated, original: source === undefined ? undefined : { line, column } };
        });
    });
  }

  /** Where the user wrote what stands at a place of the script; undefined: nowhere. */
  original({ line, column }: Position): Position | undefined {
    return this.#lines[line]?.findLast((segment) => segment.column <= column)?.original;
  }

  /** The first place of the script that came of a line; undefined: none did. */
  generated(originalLine: number): Position | undefined {
    for (const [line, segments] of this.#lines.entries()) {
      const found = segments.find(({ original }) => original?.line === originalLine);
      if (found !== undefined) return { line, column: found.column };
    }
    return undefined;
  }
}

function decodeNumbers(segment: string): number[] {
  const numbers: number[] = [];
  let value = 0;
  let shift = 0;
  for (const character of segment) {
    const digit = VALUES.get(character) ?? 0;
    value += (digit & (CONTINUES - 1)) << shift;
    shift += 5;
    if ((digit & CONTINUES) !== 0) continue;
    numbers.push((value & 1) === 1 ? -(value >> 1) : value >> 1);
    value = 0;
    shift = 0;
  }
  return numbers;
}
