/**
 * Converts a cell to JavaScript in which top-level names live in boxes, by a transformation before TypeScript's own.
 *
 * **Differs from tslab**, whose converter was the model: it turns the names of a cell into exports of a CommonJS module, so that an
 * assignment in a later cell does not reach the functions of an earlier one, imports become `require`, and stacks point into
 * generated code. A box is shared by all cells, imports stay imports, and TypeScript's emitter writes an exact source map.
 */
import ts from "typescript";
import { toAssignmentTarget } from "./assignmentPattern.js";
import { boxParameter, IMPORT_PARAMETER, META_PARAMETER, MODULE_FIELD, VALUE_FIELD } from "./boxes.js";
import { boundNames, type Declaration, declarationsOf, isAmbient, isHoistedVar, isInstantiated } from "./cellSyntax.js";
import { isAnonymousFunction, isErased, isTopLevel, isValueReference, ownerOfVar, varNames } from "./references.js";
import { boxKey, isModuleMember } from "./sessionNames.js";

export interface RewriteOptions {
  readonly file: ts.SourceFile;
  readonly checker: ts.TypeChecker;
  /** The declaration of a name in earlier cells. */
  readonly lookUp: (name: string) => Declaration | undefined;
  /** Whether an imported name is known to be a type alone; such imports vanish. */
  readonly isTypeOnly: (name: string) => boolean;
}

/** What a name of the cell means: a box, and how its value is reached. */
interface Box {
  readonly declaration: Declaration;
  readonly key: string;
}

/** One pass over one cell. `boxes` tells afterwards which boxes it uses. */
export class Rewriter {
  readonly #options: RewriteOptions;
  readonly #declared: ReadonlyMap<string, Declaration>;
  readonly #used = new Map<string, Box>();

  constructor(options: RewriteOptions) {
    this.#options = options;
    this.#declared = new Map(declarationsOf(options.file).map((declaration) => [declaration.name, declaration]));
  }

  /** Boxes that the converted cell uses, by the names. */
  get boxes(): ReadonlyMap<string, string> {
    return new Map([...this.#used].map(([name, { key }]) => [name, key]));
  }

  /** To be given to the emitter, to run before its own transformations. */
  readonly transformer: ts.TransformerFactory<ts.SourceFile> = (context) => (file) =>
    new CellTransformation(context, this.#options, this).run(file);

  /** The box of a name that the cell declares itself; undefined where it has no value of its own. */
  declaredBox(name: string): Box | undefined {
    const declaration = this.#declared.get(name);
    return declaration === undefined ? undefined : this.#use(declaration);
  }

  /** The box of a name that the cell finds in the session. */
  sessionBox(name: string): Box | undefined {
    const declaration = this.#options.lookUp(name);
    return declaration === undefined ? undefined : this.#use(declaration);
  }

  #use(declaration: Declaration): Box | undefined {
    const key = boxKey(declaration);
    if (key === undefined) return undefined;
    const box = { declaration, key };
    this.#used.set(declaration.name, box);
    return box;
  }
}

class CellTransformation {
  readonly #context: ts.TransformationContext;
  readonly #options: RewriteOptions;
  readonly #rewriter: Rewriter;
  readonly #factory: ts.NodeFactory;
  #modules = 0;

  constructor(context: ts.TransformationContext, options: RewriteOptions, rewriter: Rewriter) {
    this.#context = context;
    this.#options = options;
    this.#rewriter = rewriter;
    this.#factory = context.factory;
  }

  run(file: ts.SourceFile): ts.SourceFile {
    const statements = [
      ...this.#prologue(file),
      ...file.statements.flatMap((statement, i) => this.#topLevel(statement, i === file.statements.length - 1)),
    ];
    return this.#factory.updateSourceFile(
      file,
      ts.setTextRange(this.#factory.createNodeArray(statements), file.statements),
    );
  }

  /** Functions have their values, and `var` is undefined, before the first statement runs. */
  *#prologue(file: ts.SourceFile): Iterable<ts.Statement> {
    for (const { name, kind } of declarationsOf(file))
      if (kind === "function" && file.statements.some((statement) => isFunctionWithBody(statement, name)))
        yield this.#setBox(name, this.#factory.createIdentifier(name));
    for (const name of varNames(file)) yield this.#setBox(name, this.#factory.createVoidZero());
    if (file.languageVariant === ts.LanguageVariant.JSX) yield* this.#localReact(this.#rewriter.sessionBox("React"));
  }

  #topLevel(statement: ts.Statement, isLast: boolean): ts.Statement[] {
    if (ts.isImportDeclaration(statement)) return this.#import(statement);
    if (ts.isExportDeclaration(statement)) return this.#reexport(statement);
    if (ts.isImportEqualsDeclaration(statement)) return this.#importEquals(statement);
    if (ts.isExportAssignment(statement))
      return [
        ts.setTextRange(this.#factory.createExpressionStatement(this.#expression(statement.expression)), statement),
      ];
    if (ts.isExpressionStatement(statement) && isLast) return [this.#result(statement)];
    if (ts.isVariableStatement(statement)) return isAmbient(statement) ? [] : this.#variables(statement);
    const visited = this.#withoutExport(this.#statement(statement));
    if (ts.isFunctionDeclaration(visited) && visited.name === undefined) return [];
    if (ts.isClassDeclaration(statement) || ts.isEnumDeclaration(statement) || ts.isModuleDeclaration(statement))
      return [visited, ...this.#announce(statement)];
    return [visited];
  }

  /** In a list, so that a promise stays one: an async function would wait for it, though the cell does not say so. */
  #result(statement: ts.ExpressionStatement): ts.Statement {
    const value = this.#factory.createArrayLiteralExpression([this.#expression(statement.expression)]);
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
    const isUsing = (list.flags & ts.NodeFlags.Using) !== 0;
    return list.declarations.flatMap((declaration) => {
      const { name, initializer } = declaration;
      if (initializer === undefined && isHoistedVar(list)) return [];
      // A function takes its name from the variable that it is given to; a box would give it none.
      if (isUsing || (ts.isIdentifier(name) && initializer !== undefined && isAnonymousFunction(initializer)))
        return this.#localVariable(declaration, list.flags);
      return [ts.setTextRange(this.#factory.createExpressionStatement(this.#assignment(declaration)), declaration)];
    });
  }

  #localVariable({ name, initializer }: ts.VariableDeclaration, flags: ts.NodeFlags): ts.Statement[] {
    const factory = this.#factory;
    const value = initializer === undefined ? undefined : this.#expression(initializer);
    const local = factory.createVariableDeclaration(name, undefined, undefined, value);
    const kind = (flags & ts.NodeFlags.Using) === 0 ? ts.NodeFlags.Const : flags & ts.NodeFlags.BlockScoped;
    const list = factory.createVariableDeclarationList([local], kind);
    const copies = [...boundNames(name)].map((bound) => this.#setBox(bound, factory.createIdentifier(bound)));
    return [ts.setTextRange(factory.createVariableStatement(undefined, list), name.parent), ...copies];
  }

  /** `x = 1` for `let x = 1`, with boxes. */
  #assignment({ name, initializer }: ts.VariableDeclaration): ts.Expression {
    const value = initializer === undefined ? this.#factory.createVoidZero() : this.#expression(initializer);
    const assignment = this.#factory.createAssignment(this.#target(name), value);
    return ts.isIdentifier(name) ? assignment : this.#factory.createParenthesizedExpression(assignment);
  }

  #target(name: ts.BindingName): ts.Expression {
    return toAssignmentTarget(name, {
      factory: this.#factory,
      target: (identifier) => ts.setTextRange(this.#access(this.#rewriter.declaredBox(identifier.text)!), identifier),
      visit: (expression) => this.#expression(expression),
    });
  }

  #import(statement: ts.ImportDeclaration): ts.Statement[] {
    const { importClause: clause, moduleSpecifier, attributes } = statement;
    const names: string[] = [];
    if (clause !== undefined && !clause.isTypeOnly) {
      if (clause.name !== undefined) names.push(clause.name.text);
      const bindings = clause.namedBindings;
      if (bindings !== undefined && ts.isNamespaceImport(bindings)) names.push(bindings.name.text);
      else for (const element of bindings?.elements ?? []) if (!element.isTypeOnly) names.push(element.name.text);
    }
    const values = names.filter((name) => !this.#options.isTypeOnly(name));
    if (clause !== undefined && values.length === 0 && !isEmptyImport(clause)) return [];
    return this.#importStatements(statement, moduleSpecifier, attributes, values);
  }

  #reexport(statement: ts.ExportDeclaration): ts.Statement[] {
    const { exportClause: clause, moduleSpecifier, attributes, isTypeOnly } = statement;
    if (moduleSpecifier === undefined || isTypeOnly) return [];
    const names =
      clause === undefined
        ? []
        : ts.isNamespaceExport(clause)
          ? [clause.name.text]
          : clause.elements.filter((element) => !element.isTypeOnly).map(({ name }) => name.text);
    return this.#importStatements(
      statement,
      moduleSpecifier,
      attributes,
      names.filter((name) => !this.#options.isTypeOnly(name)),
    );
  }

  /** Imports a module once and puts it into the box of each name. */
  #importStatements(
    statement: ts.Statement,
    specifier: ts.Expression,
    attributes: ts.ImportAttributes | undefined,
    names: readonly string[],
  ): ts.Statement[] {
    const factory = this.#factory;
    const imported = factory.createAwaitExpression(this.#importCall(specifier, attributes));
    if (names.length === 0) return [ts.setTextRange(factory.createExpressionStatement(imported), statement)];
    const local = boxParameter(`module${++this.#modules}`);
    const declaration = factory.createVariableDeclaration(local, undefined, undefined, imported);
    const list = factory.createVariableDeclarationList([declaration], ts.NodeFlags.Const);
    return [
      ts.setTextRange(factory.createVariableStatement(undefined, list), statement),
      ...names.map((name) => this.#setModule(name, local)),
      ...(names.includes("React") && this.#options.file.languageVariant === ts.LanguageVariant.JSX
        ? this.#localReact(this.#rewriter.declaredBox("React"))
        : []),
    ];
  }

  #importCall(specifier: ts.Expression, attributes: ts.ImportAttributes | undefined): ts.Expression {
    const factory = this.#factory;
    const options =
      attributes === undefined
        ? []
        : [
            factory.createObjectLiteralExpression([
              factory.createPropertyAssignment(
                "with",
                factory.createObjectLiteralExpression(
                  attributes.elements.map(({ name, value }) => factory.createPropertyAssignment(name, value)),
                ),
              ),
            ]),
          ];
    return ts.setTextRange(
      factory.createCallExpression(factory.createIdentifier(IMPORT_PARAMETER), undefined, [specifier, ...options]),
      specifier,
    );
  }

  #importEquals(statement: ts.ImportEqualsDeclaration): ts.Statement[] {
    if (statement.isTypeOnly || this.#options.isTypeOnly(statement.name.text)) return [];
    const factory = this.#factory;
    const { moduleReference: reference, name } = statement;
    const value = ts.isExternalModuleReference(reference)
      ? factory.createCallExpression(factory.createIdentifier("require"), undefined, [reference.expression])
      : this.#entity(reference);
    return [ts.setTextRange(this.#setBox(name.text, value), statement)];
  }

  #entity(name: ts.EntityName): ts.Expression {
    if (ts.isIdentifier(name)) return this.#reference(name) ?? name;
    return this.#factory.createPropertyAccessExpression(this.#entity(name.left), name.right);
  }

  /** TypeScript's JSX names React itself, so there must be a variable of that name. */
  #localReact(box: Box | undefined): ts.Statement[] {
    if (box === undefined) return [];
    const declaration = this.#factory.createVariableDeclaration("React", undefined, undefined, this.#access(box));
    return [
      this.#factory.createVariableStatement(
        undefined,
        this.#factory.createVariableDeclarationList([declaration], ts.NodeFlags.Const),
      ),
    ];
  }

  #statement<Node extends ts.Statement>(statement: Node): Node {
    return ts.visitNode(statement, this.#visit) as Node;
  }

  #expression(expression: ts.Expression): ts.Expression {
    return ts.visitNode(expression, this.#visit) as ts.Expression;
  }

  readonly #visit = (node: ts.Node): ts.Node => {
    if (isErased(node)) return node;
    if (ts.isIdentifier(node)) return this.#reference(node) ?? node;
    if (ts.isShorthandPropertyAssignment(node)) return this.#shorthand(node);
    if (ts.isCallExpression(node)) return this.#call(node);
    if (ts.isTaggedTemplateExpression(node)) return this.#tagged(node);
    if (ts.isMetaProperty(node) && node.keywordToken === ts.SyntaxKind.ImportKeyword)
      return ts.setTextRange(this.#factory.createIdentifier(META_PARAMETER), node);
    if (ts.isVariableStatement(node) && isHoistedVar(node.declarationList) && this.#isOfCell(node.declarationList))
      return this.#factory.createExpressionStatement(this.#varExpression(node.declarationList));
    if (ts.isVariableDeclarationList(node) && isHoistedVar(node) && this.#isOfCell(node))
      return this.#loopVariable(node);
    return ts.visitEachChild(node, this.#visit, this.#context);
  };

  /** Whether a `var` belongs to the cell and not to a function in it. */
  #isOfCell(list: ts.VariableDeclarationList): boolean {
    return ownerOfVar(list) === undefined;
  }

  #varExpression(list: ts.VariableDeclarationList): ts.Expression {
    const values = list.declarations.filter(({ initializer }) => initializer !== undefined);
    if (values.length === 0) return this.#factory.createVoidZero();
    return values.map((declaration) => this.#assignment(declaration)).reduce((a, b) => this.#factory.createComma(a, b));
  }

  #loopVariable(list: ts.VariableDeclarationList): ts.Node {
    const { parent } = list;
    const isEach = ts.isForOfStatement(parent) || ts.isForInStatement(parent);
    return isEach ? this.#target(list.declarations[0]!.name) : this.#varExpression(list);
  }

  #shorthand(node: ts.ShorthandPropertyAssignment): ts.Node {
    const symbol = this.#options.checker.getShorthandAssignmentValueSymbol(node);
    const value = this.#referenceTo(node.name, symbol);
    if (value === undefined) return ts.visitEachChild(node, this.#visit, this.#context);
    const { objectAssignmentInitializer: fallback } = node;
    const target = fallback === undefined ? value : this.#factory.createAssignment(value, this.#expression(fallback));
    const key = this.#factory.createIdentifier(node.name.text);
    return ts.setTextRange(this.#factory.createPropertyAssignment(key, target), node);
  }

  #call(node: ts.CallExpression): ts.Node {
    if (node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const call = this.#factory.createCallExpression(
        this.#factory.createIdentifier(IMPORT_PARAMETER),
        undefined,
        node.arguments.map((argument) => this.#expression(argument)),
      );
      return ts.setTextRange(call, node);
    }
    const visited = ts.visitEachChild(node, this.#visit, this.#context);
    if (!ts.isIdentifier(node.expression) || visited.expression === node.expression) return visited;
    const callee = this.#detached(visited.expression, node.expression);
    return ts.isCallChain(visited)
      ? this.#factory.updateCallChain(
          visited,
          callee,
          visited.questionDotToken,
          visited.typeArguments,
          visited.arguments,
        )
      : this.#factory.updateCallExpression(visited, callee, visited.typeArguments, visited.arguments);
  }

  #tagged(node: ts.TaggedTemplateExpression): ts.Node {
    const visited = ts.visitEachChild(node, this.#visit, this.#context);
    if (!ts.isIdentifier(node.tag) || visited.tag === node.tag) return visited;
    const tag = this.#detached(visited.tag, node.tag);
    return this.#factory.updateTaggedTemplateExpression(visited, tag, visited.typeArguments, visited.template);
  }

  /** A function called by its name has no `this`; called as a member of its box it would get the box. */
  #detached(callee: ts.Expression, place: ts.Node): ts.Expression {
    const comma = this.#factory.createComma(this.#factory.createNumericLiteral(0), callee);
    return ts.setTextRange(this.#factory.createParenthesizedExpression(comma), place);
  }

  #reference(identifier: ts.Identifier): ts.Expression | undefined {
    if (!isValueReference(identifier)) return undefined;
    return this.#referenceTo(identifier, this.#options.checker.getSymbolAtLocation(identifier));
  }

  /** What replaces a name that means this symbol; undefined: the name stays. */
  #referenceTo(identifier: ts.Identifier, symbol: ts.Symbol | undefined): ts.Expression | undefined {
    const name = identifier.text;
    const declarations = symbol?.declarations ?? [];
    if (declarations.length === 0) {
      // Known to nobody here: the session's, or a global of the runtime. `undefined` and `arguments` have symbols of their own.
      const box = symbol === undefined ? this.#rewriter.sessionBox(name) : undefined;
      return box === undefined ? undefined : ts.setTextRange(this.#access(box), identifier);
    }
    if (!declarations.some(isTopLevel)) return undefined;
    const box = this.#rewriter.declaredBox(name);
    // Enumerations and namespaces name themselves before they are finished, and never change.
    if (box === undefined || box.declaration.kind === "enum" || box.declaration.kind === "namespace") return undefined;
    return ts.setTextRange(this.#access(box), identifier);
  }

  #access({ declaration }: Box): ts.Expression {
    const box = this.#factory.createIdentifier(boxParameter(declaration.name));
    if (!isModuleMember(declaration)) return this.#factory.createPropertyAccessExpression(box, VALUE_FIELD);
    const module = this.#factory.createPropertyAccessExpression(box, MODULE_FIELD);
    return isIdentifierText(declaration.imported!)
      ? this.#factory.createPropertyAccessExpression(module, declaration.imported!)
      : this.#factory.createElementAccessExpression(module, this.#factory.createStringLiteral(declaration.imported!));
  }

  #setBox(name: string, value: ts.Expression): ts.Statement {
    const target = this.#access(this.#rewriter.declaredBox(name)!);
    return this.#factory.createExpressionStatement(this.#factory.createAssignment(target, value));
  }

  #setModule(name: string, local: string): ts.Statement {
    const { declaration } = this.#rewriter.declaredBox(name)!;
    const field = isModuleMember(declaration) ? MODULE_FIELD : VALUE_FIELD;
    const box = this.#factory.createIdentifier(boxParameter(name));
    return this.#factory.createExpressionStatement(
      this.#factory.createAssignment(
        this.#factory.createPropertyAccessExpression(box, field),
        this.#factory.createIdentifier(local),
      ),
    );
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

/** `import {} from "x"`: for its effects alone. */
function isEmptyImport({ name, namedBindings }: ts.ImportClause): boolean {
  return (
    name === undefined &&
    namedBindings !== undefined &&
    ts.isNamedImports(namedBindings) &&
    namedBindings.elements.length === 0
  );
}

function isIdentifierText(text: string): boolean {
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(text);
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
