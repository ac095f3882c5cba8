/**
 * A cell as TypeScript checks it: a module that imports the session's names and exports its own. What is added comes after the
 * user's text, so that every position in it stays what it is: imports and exports hold for the whole module wherever they are.
 */
import type ts from "typescript";
import { assignedNames, type Declaration, declarationsOf, exportedNames, mentionedNames } from "./cellSyntax.js";
import { NotebookFiles } from "./notebookFiles.js";
import type { SessionName, SessionNames } from "./sessionNames.js";

/** The text of a cell's module; the cell has no errors of syntax. */
export function cellModule(code: string, file: ts.SourceFile, names: SessionNames): string {
  return [code, ...importsOf(file, names), exportOf(declarationsOf(file), exportedNames(file))].join("\n");
}

export interface DraftModule {
  readonly text: string;
  /** Where the draft begins in it. */
  readonly offset: number;
}

/**
 * The text of a draft's module. A draft ends anywhere, and what follows it would be taken for its continuation, so what is added
 * comes first.
 */
export function draftModule(code: string, file: ts.SourceFile, names: SessionNames): DraftModule {
  const added = `export {};${importsOf(file, names).join("")}\n`;
  return { text: added + code, offset: added.length };
}

function importsOf(file: ts.SourceFile, names: SessionNames): readonly string[] {
  const own = new Set(declarationsOf(file).map(({ name }) => name));
  const assigned = assignedNames(file);
  return [...mentionedNames(file)]
    .filter((name) => !own.has(name))
    .map((name) => names.get(name))
    .filter((name) => name !== undefined)
    .map((name) => importOf(name, assigned.has(name.name)));
}

function importOf({ name, kind, cell }: SessionName, isAssigned: boolean): string {
  const specifier = JSON.stringify(NotebookFiles.cellSpecifier(cell));
  // What is imported cannot be assigned to, so a variable that the cell assigns to is declared as what it is.
  return isAssigned && (kind === "let" || kind === "const")
    ? `declare ${kind} ${name}: typeof import(${specifier}).${name};`
    : `import { ${name} } from ${specifier};`;
}

function exportOf(declared: readonly Declaration[], exported: ReadonlySet<string>): string {
  const names = declared.map(({ name }) => name).filter((name) => !exported.has(name));
  return `export { ${names.join(", ")} };`;
}
