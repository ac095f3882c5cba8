/** The boxes that one cell uses, and how converted code reaches what is in them. */
import ts from "typescript";
import { boxParameter, MODULE_FIELD, VALUE_FIELD } from "./boxes.js";
import { type Declaration, declarationsOf } from "./cellSyntax.js";
import { boxKey, isModuleMember, type NameKind } from "./sessionNames.js";

/** What a name means: a box, and how its value is reached. */
export interface Box {
  readonly declaration: Declaration;
  readonly key: string;
}

export class CellBoxes {
  readonly #declared: ReadonlyMap<string, Declaration>;
  readonly #lookUp: (name: string) => Declaration | undefined;
  readonly #used = new Map<string, Box>();

  /** @param lookUp the declaration of a name in earlier cells. */
  constructor(file: ts.SourceFile, lookUp: (name: string) => Declaration | undefined) {
    this.#declared = new Map(declarationsOf(file).map((declaration) => [declaration.name, declaration]));
    this.#lookUp = lookUp;
  }

  /** Keys of the boxes that were asked for, by the names. */
  get used(): ReadonlyMap<string, string> {
    return new Map([...this.#used].map(([name, { key }]) => [name, key]));
  }

  /** The box of a name that the cell declares itself; undefined where it has no value of its own. */
  declared(name: string): Box | undefined {
    const declaration = this.#declared.get(name);
    return declaration === undefined ? undefined : this.#use(declaration);
  }

  /** The box of a name that the cell finds in the session. */
  ofSession(name: string): Box | undefined {
    const declaration = this.#lookUp(name);
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

const CONSTANT: ReadonlySet<NameKind> = new Set(["const", "import", "enum", "namespace"]);

/** Whether the name cannot be assigned to. */
export function isConstant({ declaration }: Box): boolean {
  return CONSTANT.has(declaration.kind);
}

/** The value in a box: `ǃǃx.v`, or for an export of a module `ǃǃx.m.name`. */
export function boxValue(factory: ts.NodeFactory, { declaration }: Box): ts.Expression {
  const box = factory.createIdentifier(boxParameter(declaration.name));
  if (!isModuleMember(declaration)) return factory.createPropertyAccessExpression(box, VALUE_FIELD);
  const module = factory.createPropertyAccessExpression(box, MODULE_FIELD);
  const imported = declaration.imported!;
  return isIdentifierText(imported)
    ? factory.createPropertyAccessExpression(module, imported)
    : factory.createElementAccessExpression(module, factory.createStringLiteral(imported));
}

/** The statement that puts a value into a box. */
export function setBox(factory: ts.NodeFactory, box: Box, value: ts.Expression): ts.Statement {
  return factory.createExpressionStatement(factory.createAssignment(boxValue(factory, box), value));
}

/** The statement that puts a module into the box of a name that it exports, or of the module itself. */
export function setModule(factory: ts.NodeFactory, { declaration }: Box, module: ts.Expression): ts.Statement {
  const field = isModuleMember(declaration) ? MODULE_FIELD : VALUE_FIELD;
  const box = factory.createIdentifier(boxParameter(declaration.name));
  return factory.createExpressionStatement(
    factory.createAssignment(factory.createPropertyAccessExpression(box, field), module),
  );
}

function isIdentifierText(text: string): boolean {
  return ts.isIdentifierStart(text.codePointAt(0)!, ts.ScriptTarget.ESNext) && /^[\p{ID_Continue}$]+$/u.test(text);
}
