/** What can be said of a cell from its syntax alone: what it declares, what it mentions, whether it waits. */
import ts from "typescript";
import type { NameKind } from "./sessionNames.js";

export interface Declaration {
  readonly name: string;
  readonly kind: NameKind;
  /** As in `SessionName`. */
  readonly imported?: string;
}

/** The top-level names of a source file, in the order of the text; a name that is declared twice has its last value meaning. */
export function declarationsOf(file: ts.SourceFile): readonly Declaration[] {
  const found = new Map<string, Declaration>();
  const add = (declaration: Declaration): void => {
    const present = found.get(declaration.name);
    // An interface beside a class, or a namespace beside a function, adds to it and changes no value.
    if (present !== undefined && (declaration.kind === "type" || declaration.kind === "namespace")) return;
    found.set(declaration.name, declaration);
  };
  for (const statement of file.statements) {
    for (const declaration of declarationsOfStatement(statement)) add(declaration);
    for (const name of hoistedVars(statement)) if (!found.has(name)) add({ name, kind: "let" });
  }
  return [...found.values()];
}

/** The names that a statement declares. */
export function namesOfStatement(statement: ts.Statement): readonly string[] {
  return [...declarationsOfStatement(statement)].map(({ name }) => name);
}

function* declarationsOfStatement(statement: ts.Statement): Iterable<Declaration> {
  if (ts.isImportDeclaration(statement)) yield* importsOf(statement);
  else if (ts.isImportEqualsDeclaration(statement))
    yield { name: statement.name.text, kind: statement.isTypeOnly ? "type" : "const" };
  else if (ts.isExportDeclaration(statement)) yield* reexportsOf(statement);
  else if (ts.isVariableStatement(statement)) {
    const kind = isAmbient(statement) ? "ambient" : kindOfList(statement.declarationList);
    for (const { name } of statement.declarationList.declarations)
      for (const bound of boundNames(name)) yield { name: bound, kind };
  } else if (isNamedDeclaration(statement)) {
    const kind = isAmbient(statement) && isValueDeclaration(statement) ? "ambient" : kindOfDeclaration(statement);
    if (statement.name !== undefined && ts.isIdentifier(statement.name)) yield { name: statement.name.text, kind };
  }
}

type NamedDeclaration =
  | ts.FunctionDeclaration
  | ts.ClassDeclaration
  | ts.EnumDeclaration
  | ts.ModuleDeclaration
  | ts.InterfaceDeclaration
  | ts.TypeAliasDeclaration;

function isNamedDeclaration(node: ts.Node): node is NamedDeclaration {
  return isValueDeclaration(node) || ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node);
}

function isValueDeclaration(node: ts.Node): boolean {
  return (
    ts.isFunctionDeclaration(node) ||
    ts.isClassDeclaration(node) ||
    ts.isEnumDeclaration(node) ||
    ts.isModuleDeclaration(node)
  );
}

function kindOfDeclaration(node: NamedDeclaration): NameKind {
  if (ts.isFunctionDeclaration(node)) return "function";
  if (ts.isClassDeclaration(node)) return "class";
  if (ts.isEnumDeclaration(node)) return "enum";
  if (ts.isModuleDeclaration(node)) return isInstantiated(node) ? "namespace" : "type";
  return "type";
}

/** Whether a namespace has values; one with types alone leaves nothing at run time. */
export function isInstantiated(node: ts.ModuleDeclaration): boolean {
  const { body } = node;
  if (body === undefined) return false;
  if (ts.isModuleDeclaration(body)) return isInstantiated(body);
  if (!ts.isModuleBlock(body)) return false;
  return body.statements.some(
    (statement) =>
      !ts.isInterfaceDeclaration(statement) &&
      !ts.isTypeAliasDeclaration(statement) &&
      !isAmbient(statement) &&
      !(ts.isModuleDeclaration(statement) && !isInstantiated(statement)),
  );
}

/** Whether a statement only declares what exists elsewhere. */
export function isAmbient(node: ts.Statement): boolean {
  return hasModifier(node, ts.SyntaxKind.DeclareKeyword);
}

function hasModifier(node: ts.Statement, modifier: ts.SyntaxKind): boolean {
  return ts.canHaveModifiers(node) && (ts.getModifiers(node)?.some(({ kind }) => kind === modifier) ?? false);
}

function kindOfList({ flags }: ts.VariableDeclarationList): NameKind {
  return (flags & ts.NodeFlags.BlockScoped) === ts.NodeFlags.Let || (flags & ts.NodeFlags.BlockScoped) === 0
    ? "let"
    : "const";
}

function* importsOf({ importClause: clause }: ts.ImportDeclaration): Iterable<Declaration> {
  if (clause === undefined) return;
  const kind = clause.isTypeOnly ? "type" : "import";
  if (clause.name !== undefined) yield { name: clause.name.text, kind, imported: "default" };
  const bindings = clause.namedBindings;
  if (bindings === undefined) return;
  if (ts.isNamespaceImport(bindings)) yield { name: bindings.name.text, kind };
  else for (const element of bindings.elements) yield specifierOf(element, kind);
}

function* reexportsOf({
  exportClause: clause,
  moduleSpecifier,
  isTypeOnly,
}: ts.ExportDeclaration): Iterable<Declaration> {
  if (moduleSpecifier === undefined || clause === undefined) return;
  const kind = isTypeOnly ? "type" : "import";
  if (ts.isNamespaceExport(clause)) yield { name: clause.name.text, kind };
  else for (const element of clause.elements) yield specifierOf(element, kind);
}

function specifierOf(element: ts.ImportSpecifier | ts.ExportSpecifier, kind: NameKind): Declaration {
  const imported = (element.propertyName ?? element.name).text;
  return { name: element.name.text, kind: element.isTypeOnly ? "type" : kind, imported };
}

/** Names that the file exports itself, under which name it may be. */
export function exportedNames(file: ts.SourceFile): ReadonlySet<string> {
  const names = new Set<string>();
  for (const statement of file.statements) {
    if (ts.isExportDeclaration(statement)) {
      const { exportClause: clause } = statement;
      if (clause !== undefined && ts.isNamedExports(clause))
        for (const { name } of clause.elements) names.add(name.text);
      else if (clause !== undefined) names.add(clause.name.text);
    } else if (
      hasModifier(statement, ts.SyntaxKind.ExportKeyword) &&
      !hasModifier(statement, ts.SyntaxKind.DefaultKeyword)
    ) {
      for (const { name } of declarationsOfStatement(statement)) names.add(name);
    }
  }
  return names;
}

/** The names that a pattern binds. */
export function* boundNames(name: ts.BindingName): Iterable<string> {
  if (ts.isIdentifier(name)) yield name.text;
  else for (const element of name.elements) if (ts.isBindingElement(element)) yield* boundNames(element.name);
}

/** Names of `var` within the blocks and loops of a statement: they belong to the cell, too. */
function hoistedVars(statement: ts.Statement): readonly string[] {
  const names: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) || ts.isClassLike(node) || ts.isModuleDeclaration(node) || ts.isTypeNode(node)) return;
    if (isHoistedVar(node)) for (const { name } of node.declarations) names.push(...boundNames(name));
    ts.forEachChild(node, visit);
  };
  if (!ts.isVariableStatement(statement)) visit(statement);
  return names;
}

/** Whether a list of variables is of the kind `var`. */
export function isHoistedVar(node: ts.Node): node is ts.VariableDeclarationList {
  return ts.isVariableDeclarationList(node) && (node.flags & ts.NodeFlags.BlockScoped) === 0;
}

/** Every identifier that the file mentions, as a value, a type or anything else. */
export function mentionedNames(file: ts.SourceFile): ReadonlySet<string> {
  const names = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) names.add(node.text);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return names;
}

/** Names that the file assigns to, in whatever scope. */
export function assignedNames(file: ts.SourceFile): ReadonlySet<string> {
  return new Set([...assignmentTargets(file)].map(({ text }) => text));
}

/** The identifiers that the file assigns to, alone or within a pattern. */
export function assignmentTargets(file: ts.SourceFile): ReadonlySet<ts.Identifier> {
  const found = new Set<ts.Identifier>();
  const target = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) found.add(node);
    else if (ts.isShorthandPropertyAssignment(node)) found.add(node.name);
    else if (ts.isPropertyAssignment(node)) target(node.initializer);
    else if (ts.isBinaryExpression(node)) target(node.left);
    else if (ts.isSpreadElement(node) || ts.isSpreadAssignment(node)) target(node.expression);
    else if (isWrapper(node)) target(node.expression);
    else if (ts.isObjectLiteralExpression(node) || ts.isArrayLiteralExpression(node)) ts.forEachChild(node, target);
  };
  const visit = (node: ts.Node): void => {
    if (ts.isBinaryExpression(node) && isAssignment(node.operatorToken.kind)) target(node.left);
    else if (ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)) {
      if (node.operator === ts.SyntaxKind.PlusPlusToken || node.operator === ts.SyntaxKind.MinusMinusToken)
        target(node.operand);
    } else if (
      (ts.isForOfStatement(node) || ts.isForInStatement(node)) &&
      !ts.isVariableDeclarationList(node.initializer)
    )
      target(node.initializer);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function isWrapper(node: ts.Node): node is ts.ParenthesizedExpression | ts.AsExpression | ts.NonNullExpression {
  return (
    ts.isParenthesizedExpression(node) ||
    ts.isAsExpression(node) ||
    ts.isNonNullExpression(node) ||
    ts.isSatisfiesExpression(node)
  );
}

function isAssignment(kind: ts.SyntaxKind): boolean {
  return kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;
}

/** Whether the cell waits outside of its functions: `await`, `for await`, `await using`. */
export function hasTopLevelAwait(file: ts.SourceFile): boolean {
  const waits = (node: ts.Node): boolean => {
    if (ts.isAwaitExpression(node) || (ts.isForOfStatement(node) && node.awaitModifier !== undefined)) return true;
    if (ts.isVariableDeclarationList(node) && (node.flags & ts.NodeFlags.BlockScoped) === ts.NodeFlags.AwaitUsing)
      return true;
    if (ts.isFunctionLike(node)) return false;
    return ts.forEachChild(node, waits) ?? false;
  };
  return file.statements.some(waits);
}
