/**
 * A cell as TypeScript checks it: a module that imports the session's names and exports its own. What is added comes after the
 * user's text, so that every position in it stays what it is: imports and exports hold for the whole module wherever they are.
 */
import type ts from "typescript";
import { assignedNames, type Declaration, declarationsOf, exportedNames, mentionedNames } from "./cellSyntax.js";
import { NotebookFiles } from "./notebookFiles.js";
import { isTypeAlone, isValueAlone, type SessionName, type SessionNames } from "./sessionNames.js";

/**
 * The text of a cell's module; the cell has no errors of syntax.
 *
 * @param more names that the cell uses without mentioning them.
 */
export function cellModule(
  code: string,
  file: ts.SourceFile,
  names: SessionNames,
  more: readonly string[] = [],
): string {
  const added = [...importsOf(file, names, more), exportOf(declarationsOf(file), exportedNames(file))];
  return [code, ...added].join("\n");
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
export function draftModule(
  code: string,
  file: ts.SourceFile,
  names: SessionNames,
  more: readonly string[] = [],
): DraftModule {
  const added = `export {};${importsOf(file, names, more).join("")}\n`;
  return { text: added + code, offset: added.length };
}

function importsOf(file: ts.SourceFile, names: SessionNames, more: readonly string[]): readonly string[] {
  const own = new Map(declarationsOf(file).map((declaration) => [declaration.name, declaration]));
  const assigned = assignedNames(file);
  return [...new Set([...mentionedNames(file), ...more])]
    .map((name) => names.get(name))
    .filter((name) => name !== undefined)
    .flatMap((name) => importOf(name, own.get(name.name), assigned.has(name.name)));
}

function importOf(name: SessionName, own: Declaration | undefined, isAssigned: boolean): readonly string[] {
  const from = (cell: number): string => JSON.stringify(NotebookFiles.cellSpecifier(cell));
  if (own !== undefined) {
    // A type and a value of one name are two things: a cell that declares the one still means the session's other.
    if (own.kind === "type" && isValueAlone(name)) return [`import { ${name.name} } from ${from(name.valueCell)};`];
    if (isValueAlone(own) && isTypeAlone(name)) return [`import { ${name.name} } from ${from(name.cell)};`];
    return [];
  }
  // What is imported cannot be assigned to, so a variable that the cell assigns to is declared as what it is.
  return isAssigned && (name.kind === "let" || name.kind === "const")
    ? [`declare ${name.kind} ${name.name}: typeof import(${from(name.cell)}).${name.name};`]
    : [`import { ${name.name} } from ${from(name.cell)};`];
}

function exportOf(declared: readonly Declaration[], exported: ReadonlySet<string>): string {
  const names = declared.map(({ name }) => name).filter((name) => !exported.has(name));
  return `export { ${names.join(", ")} };`;
}
