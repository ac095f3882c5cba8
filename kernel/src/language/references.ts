/** Which identifiers of a syntax tree are uses of a value, and where what they name is declared. */
import ts from "typescript";
import { boundNames, isHoistedVar } from "./cellSyntax.js";

/** Whether nothing of the node is left at run time. */
export function isErased(node: ts.Node): boolean {
  if (ts.isExpressionWithTypeArguments(node)) return false;
  if (ts.isHeritageClause(node)) return node.token === ts.SyntaxKind.ImplementsKeyword;
  return (
    ts.isTypeNode(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isTypeParameterDeclaration(node)
  );
}

/** Whether an identifier stands for a value, and is not the name of a member, a label or of what is declared there. */
export function isValueReference(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isQualifiedName(parent)) return parent.left === node && isImportEqualsPath(parent);
  if (
    ts.isPropertyAssignment(parent) ||
    ts.isVariableDeclaration(parent) ||
    ts.isParameter(parent) ||
    ts.isPropertyDeclaration(parent) ||
    ts.isEnumMember(parent) ||
    ts.isBindingElement(parent)
  )
    return parent.initializer === node;
  if (ts.isJsxOpeningLikeElement(parent) || ts.isJsxClosingElement(parent)) return !/^[a-z]/.test(node.text);
  return !(
    (ts.isFunctionLike(parent) && !(ts.isArrowFunction(parent) && parent.body === node)) ||
    ts.isClassLike(parent) ||
    ts.isEnumDeclaration(parent) ||
    ts.isModuleDeclaration(parent) ||
    ts.isLabeledStatement(parent) ||
    ts.isBreakOrContinueStatement(parent) ||
    ts.isImportSpecifier(parent) ||
    ts.isImportClause(parent) ||
    ts.isNamespaceImport(parent) ||
    (ts.isImportEqualsDeclaration(parent) && parent.name === node) ||
    ts.isExportSpecifier(parent) ||
    ts.isNamespaceExport(parent) ||
    ts.isImportAttribute(parent) ||
    ts.isJsxAttribute(parent) ||
    ts.isJsxNamespacedName(parent) ||
    ts.isMetaProperty(parent)
  );
}

function isImportEqualsPath(node: ts.Node): boolean {
  let at = node.parent;
  while (ts.isQualifiedName(at)) at = at.parent;
  return ts.isImportEqualsDeclaration(at);
}

/** Whether a declaration belongs to the cell itself and not to a function, a block or a class in it. */
export function isTopLevel(declaration: ts.Declaration): boolean {
  if (ts.isVariableDeclaration(declaration) || ts.isBindingElement(declaration)) {
    let at: ts.Node = declaration;
    while (!ts.isVariableDeclarationList(at)) {
      // A parameter or what a `catch` takes.
      if (ts.isParameter(at) || ts.isCatchClause(at)) return false;
      at = at.parent;
    }
    const list: ts.VariableDeclarationList = at;
    const isVar = (list.flags & ts.NodeFlags.BlockScoped) === 0;
    return isVar
      ? ownerOfVar(list) === undefined
      : ts.isVariableStatement(list.parent) && ts.isSourceFile(list.parent.parent);
  }
  if (ts.isImportSpecifier(declaration) || ts.isImportClause(declaration) || ts.isNamespaceImport(declaration))
    return true;
  return ts.isSourceFile((declaration as ts.Node).parent);
}

/** The function, namespace or class member that a `var` belongs to; undefined: the file. */
export function ownerOfVar(list: ts.VariableDeclarationList): ts.Node | undefined {
  let at: ts.Node = list.parent;
  while (!ts.isSourceFile(at)) {
    if (ts.isFunctionLike(at) || ts.isModuleBlock(at) || ts.isClassStaticBlockDeclaration(at)) return at;
    at = at.parent;
  }
  return undefined;
}

/** Names that `var` declares in the file, outside of functions. */
export function varNames(file: ts.SourceFile): ReadonlySet<string> {
  const names = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) || ts.isClassLike(node) || ts.isModuleDeclaration(node) || isErased(node)) return;
    if (isHoistedVar(node) && !isAmbientList(node))
      for (const { name } of node.declarations) for (const bound of boundNames(name)) names.add(bound);
    ts.forEachChild(node, visit);
  };
  ts.forEachChild(file, visit);
  return names;
}

function isAmbientList({ parent }: ts.VariableDeclarationList): boolean {
  return (
    ts.isVariableStatement(parent) &&
    (parent.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.DeclareKeyword) ?? false)
  );
}

/** Whether an expression is a function or class that would take its name from the variable that it is assigned to. */
export function isAnonymousFunction(expression: ts.Expression): boolean {
  const node = withoutWrappers(expression);
  return (
    ts.isArrowFunction(node) ||
    ((ts.isFunctionExpression(node) || ts.isClassExpression(node)) && node.name === undefined)
  );
}

/** The expression without brackets and without what only says something of its type. */
export function withoutWrappers(node: ts.Expression): ts.Expression {
  let inner = node;
  while (
    ts.isParenthesizedExpression(inner) ||
    ts.isAsExpression(inner) ||
    ts.isSatisfiesExpression(inner) ||
    ts.isNonNullExpression(inner) ||
    ts.isTypeAssertionExpression(inner) ||
    ts.isExpressionWithTypeArguments(inner)
  )
    inner = inner.expression;
  return inner;
}
