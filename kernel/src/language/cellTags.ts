/** What a cell says of itself in tags of its first comment, as tslab's notebooks do. */

/** Text of the comment with which a cell begins. */
function firstComment(code: string): string {
  return /^\s*\/\*\*((?:[^*]|\*(?!\/))*)\*\//.exec(code)?.[1] ?? "";
}

/** `@jsx`: the cell holds JSX. */
export function isJsxCell(code: string): boolean {
  return /@jsx\b/.test(firstComment(code));
}

/**
 * The names that JSX of a cell mentions without being written there: what makes elements. That is React, unless the cell says
 * `@jsx h` or the settings something else.
 *
 * @param factory as TypeScript's setting `jsxFactory`; default `React.createElement`.
 */
export function jsxNames(code: string, factory = "React.createElement"): readonly string[] {
  if (!isJsxCell(code)) return [];
  return [(jsxFactoryOf(code) ?? factory).split(".")[0]!];
}

/** What makes elements, where the cell says it: `@jsx h`. */
export function jsxFactoryOf(code: string): string | undefined {
  return /@jsx[^\S\n]+([\w$.]+)/.exec(firstComment(code))?.[1];
}

/** `@module name`: the cell is a file of that name, without extension unless it says one. */
export function moduleNameOf(code: string): string | undefined {
  return /@module\s+([\w./-]+)/.exec(firstComment(code))?.[1];
}

/** `@browser`: the cell is for a browser and does not run here. */
export function isBrowserCell(code: string): boolean {
  return /@browser\b/.test(firstComment(code));
}
