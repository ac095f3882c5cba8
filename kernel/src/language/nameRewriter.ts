/** Puts boxes in the place of the names in a cell's expressions. */
import ts from "typescript";
import { toAssignmentTarget } from "./assignmentPattern.js";
import { IMPORT_PARAMETER, META_PARAMETER, VALUE_FIELD } from "./boxes.js";
import { type Box, boxValue, type CellBoxes, isConstant } from "./cellBoxes.js";
import { assignmentTargets, isHoistedVar } from "./cellSyntax.js";
import {
  isAnonymousFunction,
  isErased,
  isTopLevel,
  isValueReference,
  ownerOfVar,
  withoutWrappers,
} from "./references.js";

export interface NameRewriterOptions {
  readonly context: ts.TransformationContext;
  readonly file: ts.SourceFile;
  readonly checker: ts.TypeChecker;
  readonly boxes: CellBoxes;
}

export class NameRewriter {
  readonly #context: ts.TransformationContext;
  readonly #factory: ts.NodeFactory;
  readonly #checker: ts.TypeChecker;
  readonly #boxes: CellBoxes;
  readonly #targets: ReadonlySet<ts.Identifier>;

  constructor({ context, file, checker, boxes }: NameRewriterOptions) {
    this.#context = context;
    this.#factory = context.factory;
    this.#checker = checker;
    this.#boxes = boxes;
    this.#targets = assignmentTargets(file);
  }

  statement<Node extends ts.Statement>(statement: Node): Node {
    return ts.visitNode(statement, this.#visit) as Node;
  }

  expression(expression: ts.Expression): ts.Expression {
    return ts.visitNode(expression, this.#visit) as ts.Expression;
  }

  /** `x = 1` for `let x = 1`, with boxes; a declaration without a value gives undefined. */
  assignment({ name, initializer }: ts.VariableDeclaration): ts.Expression {
    const value = initializer === undefined ? this.#factory.createVoidZero() : this.#valueFor(name, initializer);
    const assignment = this.#factory.createAssignment(this.#target(name), value);
    return ts.isIdentifier(name) ? assignment : this.#factory.createParenthesizedExpression(assignment);
  }

  /** The value of `a.b.c`, where `a` may be the session's. */
  entity(name: ts.EntityName): ts.Expression {
    if (ts.isIdentifier(name)) return this.#reference(name) ?? name;
    return this.#factory.createPropertyAccessExpression(this.entity(name.left), name.right);
  }

  readonly #visit = (node: ts.Node): ts.Node => {
    if (isErased(node)) return node;
    if (ts.isIdentifier(node)) return this.#reference(node) ?? node;
    if (ts.isShorthandPropertyAssignment(node)) return this.#shorthand(node);
    if (ts.isCallExpression(node)) return this.#call(node);
    if (ts.isTaggedTemplateExpression(node)) return this.#tagged(node);
    if (ts.isBinaryExpression(node)) return this.#binary(node);
    // A name cannot be deleted; the engine says so, if it still is one.
    if (ts.isDeleteExpression(node) && ts.isIdentifier(withoutWrappers(node.expression))) return node;
    if (ts.isMetaProperty(node) && node.keywordToken === ts.SyntaxKind.ImportKeyword)
      return ts.setTextRange(this.#factory.createIdentifier(META_PARAMETER), node);
    if (ts.isVariableStatement(node) && isCellsVar(node.declarationList))
      return this.#factory.createExpressionStatement(this.#varExpression(node.declarationList));
    if (ts.isVariableDeclarationList(node) && isCellsVar(node)) return this.#loopVariable(node);
    return ts.visitEachChild(node, this.#visit, this.#context);
  };

  #varExpression(list: ts.VariableDeclarationList): ts.Expression {
    const values = list.declarations.filter(({ initializer }) => initializer !== undefined);
    if (values.length === 0) return this.#factory.createVoidZero();
    return values.map((declaration) => this.assignment(declaration)).reduce((a, b) => this.#factory.createComma(a, b));
  }

  #loopVariable(list: ts.VariableDeclarationList): ts.Node {
    const { parent } = list;
    const isEach = ts.isForOfStatement(parent) || ts.isForInStatement(parent);
    return isEach ? this.#target(list.declarations[0]!.name) : this.#varExpression(list);
  }

  #target(name: ts.BindingName): ts.Expression {
    return toAssignmentTarget(name, {
      factory: this.#factory,
      target: (identifier) =>
        ts.setTextRange(boxValue(this.#factory, this.#boxes.declared(identifier.text)!), identifier),
      visit: (expression) => this.expression(expression),
      valueFor: (binding, value) => this.#valueFor(binding, value),
    });
  }

  /** What is given to a name. A function without a name takes that of the variable; a box would give it none. */
  #valueFor(name: ts.BindingName, value: ts.Expression): ts.Expression {
    const visited = this.expression(value);
    return ts.isIdentifier(name) && isAnonymousFunction(value) ? this.#named(name.text, visited) : visited;
  }

  /** `({ f: () => {} }).f` */
  #named(name: string, value: ts.Expression): ts.Expression {
    if (name === "__proto__") return value;
    const factory = this.#factory;
    const literal = factory.createObjectLiteralExpression([factory.createPropertyAssignment(name, value)]);
    return factory.createPropertyAccessExpression(factory.createParenthesizedExpression(literal), name);
  }

  #binary(node: ts.BinaryExpression): ts.Node {
    const visited = ts.visitEachChild(node, this.#visit, this.#context);
    if (!NAMING.has(node.operatorToken.kind) || !ts.isIdentifier(node.left) || visited.left === node.left)
      return visited;
    if (!isAnonymousFunction(node.right)) return visited;
    return this.#factory.updateBinaryExpression(
      visited,
      visited.left,
      visited.operatorToken,
      this.#named(node.left.text, visited.right),
    );
  }

  #shorthand(node: ts.ShorthandPropertyAssignment): ts.Node {
    const symbol = this.#checker.getShorthandAssignmentValueSymbol(node);
    const value = this.#referenceTo(node.name, symbol);
    if (value === undefined) return ts.visitEachChild(node, this.#visit, this.#context);
    const { objectAssignmentInitializer: fallback } = node;
    const target =
      fallback === undefined ? value : this.#factory.createAssignment(value, this.#valueFor(node.name, fallback));
    const key = this.#factory.createIdentifier(node.name.text);
    return ts.setTextRange(this.#factory.createPropertyAssignment(key, target), node);
  }

  #call(node: ts.CallExpression): ts.Node {
    if (node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const call = this.#factory.createCallExpression(
        this.#factory.createIdentifier(IMPORT_PARAMETER),
        undefined,
        node.arguments.map((argument) => this.expression(argument)),
      );
      return ts.setTextRange(call, node);
    }
    const visited = ts.visitEachChild(node, this.#visit, this.#context);
    if (!isName(node.expression) || visited.expression === node.expression) return visited;
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
    if (!isName(node.tag) || visited.tag === node.tag) return visited;
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
    return this.#referenceTo(identifier, this.#checker.getSymbolAtLocation(identifier));
  }

  /** What replaces a name that means this symbol; undefined: the name stays. */
  #referenceTo(identifier: ts.Identifier, symbol: ts.Symbol | undefined): ts.Expression | undefined {
    const box = this.#boxOf(identifier, symbol);
    if (box === undefined) return undefined;
    const value = boxValue(this.#factory, box);
    const isRefused = this.#targets.has(identifier) && isConstant(box);
    return ts.setTextRange(isRefused ? this.#refusing(value) : value, identifier);
  }

  #boxOf(identifier: ts.Identifier, symbol: ts.Symbol | undefined): Box | undefined {
    const name = identifier.text;
    const declarations = symbol?.declarations ?? [];
    // Known to nobody here: the session's, or a global of the runtime. `undefined` and `arguments` have symbols of their own.
    if (declarations.length === 0) return symbol === undefined ? this.#boxes.ofSession(name) : undefined;
    if (!declarations.some(isTopLevel)) return undefined;
    const box = this.#boxes.declared(name);
    if (box === undefined) return undefined;
    // Enumerations and namespaces name themselves before they are finished, and never change.
    if (box.declaration.kind === "enum" || box.declaration.kind === "namespace") return undefined;
    // Within a class its name means that class, also before it is finished and after another took the name.
    return declarations.some((each) => ts.isClassDeclaration(each) && contains(each, identifier)) ? undefined : box;
  }

  /** What a constant is replaced by where it is assigned to: it can be read, and refuses as the engine does. */
  #refusing(value: ts.Expression): ts.Expression {
    const factory = this.#factory;
    const message = factory.createStringLiteral("Assignment to constant variable.");
    const error = factory.createNewExpression(factory.createIdentifier("TypeError"), undefined, [message]);
    const get = factory.createGetAccessorDeclaration(
      undefined,
      VALUE_FIELD,
      [],
      undefined,
      factory.createBlock([factory.createReturnStatement(value)]),
    );
    const set = factory.createSetAccessorDeclaration(
      undefined,
      VALUE_FIELD,
      [factory.createParameterDeclaration(undefined, undefined, "_")],
      factory.createBlock([factory.createThrowStatement(error)]),
    );
    const literal = factory.createParenthesizedExpression(factory.createObjectLiteralExpression([get, set]));
    return factory.createPropertyAccessExpression(literal, VALUE_FIELD);
  }
}

/** Assignments by which a function without a name gets one. */
const NAMING: ReadonlySet<ts.SyntaxKind> = new Set([
  ts.SyntaxKind.EqualsToken,
  ts.SyntaxKind.BarBarEqualsToken,
  ts.SyntaxKind.AmpersandAmpersandEqualsToken,
  ts.SyntaxKind.QuestionQuestionEqualsToken,
]);

/** Whether a list is of the kind `var`, and belongs to the cell and not to a function in it. */
function isCellsVar(list: ts.VariableDeclarationList): boolean {
  return isHoistedVar(list) && ownerOfVar(list) === undefined;
}

/** Whether an expression is a name, whatever types or brackets are around it. */
function isName(expression: ts.Expression): boolean {
  return ts.isIdentifier(withoutWrappers(expression));
}

function contains(outer: ts.Node, { pos, end }: { readonly pos: number; readonly end: number }): boolean {
  return outer.pos <= pos && end <= outer.end;
}
