/** What a debugger asks about code: expressions of the user to evaluate, lines where a breakpoint can be, what is caught where. */
import ts from "typescript";
import { KernelError } from "../errors.js";
import { IMPORT_PARAMETER, META_PARAMETER, RUNTIME_PARAMETERS } from "./boxes.js";
import { isAmbient, isHoistedVar } from "./cellSyntax.js";
import { type ConvertOptions, emitCell, parseCell } from "./convertCell.js";
import type { ConvertedExpression, ExpressionPlace } from "./language.js";
import { isErased, isTopLevel } from "./references.js";

/**
 * Converts one expression of TypeScript, in which names of the session may be read and assigned.
 *
 * @param place where it is evaluated: what a function or block of that cell declares hides the session's names; in a `file`
 *   nothing of the session is known. Default: beside all cells.
 * @throws KernelError when the text is no expression.
 */
export function convertExpression(
  code: string,
  place: ExpressionPlace | "file" | undefined,
  options: ConvertOptions,
): ConvertedExpression {
  // On a line of its own, so that a comment at its end closes nothing.
  const parsed = parseCell(`(${code.replace(/;\s*$/, "")}\n)`, options.compilerOptions);
  const [error] = parsed.syntaxErrors;
  const [statement] = parsed.file.statements;
  if (error !== undefined || parsed.file.statements.length !== 1 || !ts.isExpressionStatement(statement!)) {
    const found = error === undefined ? "" : ` (${ts.flattenDiagnosticMessageText(error.messageText, " ")})`;
    throw new KernelError(`This is not one expression${found}; statements and declarations belong in a cell.`);
  }
  const isOfFile = place === "file";
  const hidden = typeof place === "object" ? localNames(place, options.compilerOptions) : new Set<string>();
  const lookUp = (name: string) => (isOfFile || hidden.has(name) ? undefined : options.lookUp(name));
  const { body, isAsync, boxes } = emitCell(parsed, { ...options, lookUp });
  const given = isOfFile ? [IMPORT_PARAMETER, META_PARAMETER] : RUNTIME_PARAMETERS;
  const runtime = given.filter((name) => !hidden.has(name));
  const parameters = [...runtime, ...boxes.map(({ parameter }) => parameter)];
  const js = `${isAsync ? "async " : ""}(${parameters.join(", ")}) => { "use strict";\n${body}\n}`;
  return { js, isAsync, runtime, keys: boxes.map(({ key }) => key) };
}

/** Names that functions, blocks and classes around a place declare. */
function localNames({ code, line, column }: ExpressionPlace, compilerOptions: ts.CompilerOptions): ReadonlySet<string> {
  const { file, program } = parseCell(code, compilerOptions);
  const node = nodeAt(file, line, column);
  const symbols = program.getTypeChecker().getSymbolsInScope(node, ts.SymbolFlags.Value);
  const isLocal = ({ declarations = [] }: ts.Symbol) =>
    declarations.some((declaration) => declaration.getSourceFile() === file && !isTopLevel(declaration));
  return new Set(symbols.filter(isLocal).map(({ name }) => name));
}

/** The innermost node at a place; a column before the line's first word means that word. */
function nodeAt(file: ts.SourceFile, line: number, column = 0): ts.Node {
  const starts = file.getLineStarts();
  const start = starts[Math.min(line, starts.length - 1)]! + column;
  const offset = start + /^\s*/.exec(file.text.slice(start))![0].length;
  const within = (node: ts.Node): ts.Node =>
    ts.forEachChild(node, (child) =>
      child.getStart(file) <= offset && offset < child.getEnd() ? within(child) : undefined,
    ) ?? node;
  return within(file);
}

/** Lines, from 0 and ascending, on which a statement begins that runs, or the value of an arrow function. */
export function breakpointLines(code: string, compilerOptions: ts.CompilerOptions): readonly number[] {
  const { file } = parseCell(code, compilerOptions);
  const lines = new Set<number>();
  const visit = (node: ts.Node): void => {
    if (isErased(node) || (ts.isStatement(node) && isAmbient(node))) return;
    const isBody = ts.isArrowFunction(node.parent) && node.parent.body === node && !ts.isBlock(node);
    if (isBody || (ts.isStatement(node) && canPause(node)))
      lines.add(file.getLineAndCharacterOfPosition(node.getStart(file)).line);
    ts.forEachChild(node, visit);
  };
  ts.forEachChild(file, visit);
  return [...lines].sort((a, b) => a - b);
}

function canPause(node: ts.Statement): boolean {
  if (ts.isVariableStatement(node)) {
    const { declarationList: list } = node;
    return !isHoistedVar(list) || list.declarations.some(({ initializer }) => initializer !== undefined);
  }
  if (ts.isImportDeclaration(node)) return node.importClause?.isTypeOnly !== true;
  return !(
    ts.isBlock(node) ||
    ts.isEmptyStatement(node) ||
    ts.isLabeledStatement(node) ||
    ts.isTryStatement(node) ||
    ts.isFunctionDeclaration(node)
  );
}

/** Whether what is thrown at a place is caught in the same function. Line and column from 0, of JavaScript or TypeScript. */
export function catchesAt(code: string, line: number, column: number): boolean {
  const file = ts.createSourceFile("code.ts", code, { languageVersion: ts.ScriptTarget.ESNext }, true);
  for (let at = nodeAt(file, line, column); !ts.isSourceFile(at); at = at.parent) {
    if (ts.isFunctionLike(at)) return false;
    const { parent } = at;
    if (ts.isTryStatement(parent) && parent.tryBlock === at && parent.catchClause !== undefined) return true;
  }
  return false;
}
