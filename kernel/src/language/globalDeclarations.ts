/** What a cell declares for the whole session: `declare global` and `declare module "x"`. */
import ts from "typescript";
import { namesOfStatement } from "./cellSyntax.js";

/**
 * What the cell declares for all, in words that are equal where two cells declare the same: `name` for what can be there only once,
 * `name.member` for members of interfaces, which add up.
 */
export function globalDeclarations(file: ts.SourceFile): ReadonlySet<string> {
  return new Set(file.statements.flatMap((statement) => (isGlobal(statement) ? [...keysOf(statement)] : [])));
}

function isGlobal(statement: ts.Statement): statement is ts.ModuleDeclaration {
  if (!ts.isModuleDeclaration(statement)) return false;
  return (statement.flags & ts.NodeFlags.GlobalAugmentation) !== 0 || ts.isStringLiteral(statement.name);
}

function* keysOf({ name: { text: module }, body }: ts.ModuleDeclaration): Iterable<string> {
  // A declaration of a module without a body is one, too.
  yield* body === undefined ? [`${module}:`] : [];
  if (body === undefined || !ts.isModuleBlock(body)) return;
  for (const statement of body.statements) {
    if (ts.isInterfaceDeclaration(statement))
      for (const { name } of statement.members) yield `${module}:${statement.name.text}.${name?.getText() ?? ""}`;
    else if (ts.isModuleDeclaration(statement)) yield `${module}:${statement.name.text}.${statement.getText()}`;
    else for (const name of namesOfStatement(statement)) yield `${module}:${name}`;
  }
}
