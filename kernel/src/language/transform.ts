/**
 * Converts a cell to JavaScript in which top-level names live in boxes, by a transformation before TypeScript's own.
 *
 * **Differs from tslab**, whose converter was the model: it turns the names of a cell into exports of a CommonJS module, so that an
 * assignment in a later cell does not reach the functions of an earlier one, imports become `require`, and stacks point into
 * generated code. A box is shared by all cells, imports stay imports, and TypeScript's emitter writes an exact source map.
 */
import ts from "typescript";
import { boxValue, type CellBoxes, setBox } from "./cellBoxes.js";
import { boundNames, declarationsOf, isAmbient, isHoistedVar, isInstantiated, namesOfStatement } from "./cellSyntax.js";
import { ModuleStatements } from "./moduleStatements.js";
import { NameRewriter } from "./nameRewriter.js";
import { varNames } from "./references.js";

export interface TransformOptions {
  readonly file: ts.SourceFile;
  readonly checker: ts.TypeChecker;
  readonly boxes: CellBoxes;
  /** Whether an imported name is known to be a type alone; such imports vanish. */
  readonly isTypeOnly: (name: string) => boolean;
  /** Names that TypeScript mentions where the cell has JSX; none in other cells. */
  readonly jsxNames: readonly string[];
}

/** To be given to the emitter, to run before its own transformations. `boxes` tells afterwards which boxes the cell uses. */
export function cellTransformer(options: TransformOptions): ts.TransformerFactory<ts.SourceFile> {
  return (context) => (file) => new CellTransformation(context, options).run(file);
}

class CellTransformation {
  readonly #options: TransformOptions;
  readonly #factory: ts.NodeFactory;
  readonly #names: NameRewriter;
  readonly #modules: ModuleStatements;

  constructor(context: ts.TransformationContext, options: TransformOptions) {
    const { file, checker, boxes, isTypeOnly } = options;
    this.#options = options;
    this.#factory = context.factory;
    this.#names = new NameRewriter({ context, file, checker, boxes });
    this.#modules = new ModuleStatements({ factory: context.factory, boxes, names: this.#names, isTypeOnly });
  }

  run(file: ts.SourceFile): ts.SourceFile {
    const last = file.statements.findLast((statement) => !ts.isEmptyStatement(statement));
    const statements = [
      ...this.#prologue(file),
      ...file.statements.flatMap((statement) => [
        ...this.#topLevel(statement, statement === last),
        ...this.#localJsxNames(statement),
      ]),
    ];
    return this.#factory.updateSourceFile(
      file,
      ts.setTextRange(this.#factory.createNodeArray(statements), file.statements),
    );
  }

  /** Functions have their values, and `var` is undefined, before the first statement runs. */
  *#prologue(file: ts.SourceFile): Iterable<ts.Statement> {
    const declared = declarationsOf(file);
    for (const { name, kind } of declared)
      if (kind === "function" && file.statements.some((statement) => isFunctionWithBody(statement, name)))
        yield this.#setBox(name, this.#factory.createIdentifier(name));
    for (const name of varNames(file)) yield this.#setBox(name, this.#factory.createVoidZero());
    for (const name of this.#options.jsxNames) {
      const box = declared.some((each) => each.name === name) ? undefined : this.#options.boxes.ofSession(name);
      if (box !== undefined) yield this.#localConstant(name, boxValue(this.#factory, box));
    }
  }

  /** TypeScript's JSX names React itself, so there must be a variable of that name. */
  #localJsxNames(statement: ts.Statement): ts.Statement[] {
    const { jsxNames, boxes } = this.#options;
    if (jsxNames.length === 0 || isLocalDeclaration(statement)) return [];
    const declared = new Set(namesOfStatement(statement));
    return jsxNames.flatMap((name) => {
      const box = declared.has(name) ? boxes.declared(name) : undefined;
      return box === undefined ? [] : [this.#localConstant(name, boxValue(this.#factory, box))];
    });
  }

  #localConstant(name: string, value: ts.Expression): ts.Statement {
    const declaration = this.#factory.createVariableDeclaration(name, undefined, undefined, value);
    return this.#factory.createVariableStatement(
      undefined,
      this.#factory.createVariableDeclarationList([declaration], ts.NodeFlags.Const),
    );
  }

  #topLevel(statement: ts.Statement, isLast: boolean): ts.Statement[] {
    if (ts.isImportDeclaration(statement)) return this.#modules.ofImport(statement);
    if (ts.isExportDeclaration(statement)) return this.#modules.ofExport(statement);
    if (ts.isImportEqualsDeclaration(statement)) return this.#modules.ofImportEquals(statement);
    if (ts.isExportAssignment(statement)) return [this.#evaluated(statement, statement.expression)];
    if (ts.isExpressionStatement(statement) && isLast) return [this.#result(statement)];
    if (ts.isVariableStatement(statement)) return isAmbient(statement) ? [] : this.#variables(statement);
    if (ts.isClassDeclaration(statement) && statement.name === undefined) return [this.#namelessClass(statement)];
    if (ts.isFunctionDeclaration(statement) && statement.name === undefined) return [];
    const visited = this.#withoutExport(this.#names.statement(statement));
    if (ts.isClassDeclaration(statement) || ts.isEnumDeclaration(statement) || ts.isModuleDeclaration(statement))
      return [visited, ...this.#announce(statement)];
    return [visited];
  }

  #evaluated(statement: ts.Statement, expression: ts.Expression): ts.Statement {
    return ts.setTextRange(this.#factory.createExpressionStatement(this.#names.expression(expression)), statement);
  }

  /** In a list, so that a promise stays one: an async function would wait for it, though the cell does not say so. */
  #result(statement: ts.ExpressionStatement): ts.Statement {
    const value = this.#factory.createArrayLiteralExpression([this.#names.expression(statement.expression)]);
    return ts.setTextRange(
      this.#factory.createReturnStatement(ts.setTextRange(value, statement.expression)),
      statement,
    );
  }

  /** A class, an enumeration or a namespace stays as it is; its box is set after it. */
  #announce(statement: ts.ClassDeclaration | ts.EnumDeclaration | ts.ModuleDeclaration): ts.Statement[] {
    const { name } = statement;
    const isValue = !isAmbient(statement) && !(ts.isModuleDeclaration(statement) && !isInstantiated(statement));
    if (!isValue || name === undefined || !ts.isIdentifier(name)) return [];
    return [this.#setBox(name.text, this.#factory.createIdentifier(name.text))];
  }

  /** `export default class {}`: nobody can use it, but making it can have effects. */
  #namelessClass(statement: ts.ClassDeclaration): ts.Statement {
    const visited = this.#names.statement(statement);
    const { heritageClauses, members, typeParameters } = visited;
    const factory = this.#factory;
    const expression = factory.createClassExpression(
      ts.getDecorators(visited),
      undefined,
      typeParameters,
      heritageClauses,
      members,
    );
    return ts.setTextRange(
      factory.createExpressionStatement(factory.createParenthesizedExpression(expression)),
      statement,
    );
  }

  #withoutExport<Node extends ts.Statement>(statement: Node): Node {
    if (!ts.canHaveModifiers(statement)) return statement;
    const all = statement.modifiers;
    const modifiers = all?.filter(
      ({ kind }) => kind !== ts.SyntaxKind.ExportKeyword && kind !== ts.SyntaxKind.DefaultKeyword,
    );
    if (all === undefined || modifiers!.length === all.length) return statement;
    return ts.setTextRange(replaceModifiers(this.#factory, statement, modifiers!), statement) as Node;
  }

  #variables(statement: ts.VariableStatement): ts.Statement[] {
    const { declarationList: list } = statement;
    return list.declarations.flatMap((declaration) => {
      if (declaration.initializer === undefined && isHoistedVar(list)) return [];
      if (isUsing(list)) return this.#usedVariable(declaration, list.flags);
      const assignment = this.#names.assignment(declaration);
      return [ts.setTextRange(this.#factory.createExpressionStatement(assignment), declaration)];
    });
  }

  /** What is disposed of at the end of the cell stays a variable; its box has a copy. */
  #usedVariable({ name, initializer }: ts.VariableDeclaration, flags: ts.NodeFlags): ts.Statement[] {
    const factory = this.#factory;
    const value = initializer === undefined ? undefined : this.#names.expression(initializer);
    const local = factory.createVariableDeclaration(name, undefined, undefined, value);
    const list = factory.createVariableDeclarationList([local], flags & ts.NodeFlags.BlockScoped);
    const copies = [...boundNames(name)].map((bound) => this.#setBox(bound, factory.createIdentifier(bound)));
    return [ts.setTextRange(factory.createVariableStatement(undefined, list), name.parent), ...copies];
  }

  #setBox(name: string, value: ts.Expression): ts.Statement {
    return setBox(this.#factory, this.#options.boxes.declared(name)!, value);
  }
}

function isFunctionWithBody(statement: ts.Statement, name: string): boolean {
  return (
    ts.isFunctionDeclaration(statement) &&
    statement.name?.text === name &&
    statement.body !== undefined &&
    !isAmbient(statement)
  );
}

function isUsing({ flags }: ts.VariableDeclarationList): boolean {
  // `await using` has the bits of `const`, too.
  return (flags & ts.NodeFlags.Using) !== 0;
}

/** Whether the statement's name is a variable of the converted cell already. */
function isLocalDeclaration(statement: ts.Statement): boolean {
  return (
    !ts.isVariableStatement(statement) && !ts.isImportDeclaration(statement) && !ts.isImportEqualsDeclaration(statement)
  );
}

function replaceModifiers(
  factory: ts.NodeFactory,
  node: ts.Statement,
  modifiers: readonly ts.ModifierLike[],
): ts.Statement {
  if (ts.isFunctionDeclaration(node)) {
    const { asteriskToken, name, typeParameters, parameters, type, body } = node;
    return factory.updateFunctionDeclaration(
      node,
      modifiers,
      asteriskToken,
      name,
      typeParameters,
      parameters,
      type,
      body,
    );
  }
  if (ts.isClassDeclaration(node)) {
    const { name, typeParameters, heritageClauses, members } = node;
    return factory.updateClassDeclaration(node, modifiers, name, typeParameters, heritageClauses, members);
  }
  const plain = modifiers.filter(ts.isModifier);
  if (ts.isEnumDeclaration(node)) return factory.updateEnumDeclaration(node, plain, node.name, node.members);
  if (ts.isModuleDeclaration(node)) return factory.updateModuleDeclaration(node, plain, node.name, node.body);
  return node;
}
