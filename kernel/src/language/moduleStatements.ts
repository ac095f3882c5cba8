/** A cell's imports and exports as statements of its function: modules are awaited, and put into the boxes of their names. */
import ts from "typescript";
import { boxParameter, IMPORT_PARAMETER } from "./boxes.js";
import { type CellBoxes, setBox, setModule } from "./cellBoxes.js";
import type { NameRewriter } from "./nameRewriter.js";

export interface ModuleStatementsOptions {
  readonly factory: ts.NodeFactory;
  readonly boxes: CellBoxes;
  readonly names: NameRewriter;
  /** Whether an imported name is known to be a type alone; such imports vanish. */
  readonly isTypeOnly: (name: string) => boolean;
}

/** Where a module comes from. */
type Source = Required<Pick<ts.ImportDeclaration, "moduleSpecifier">> & Pick<ts.ImportDeclaration, "attributes">;

export class ModuleStatements {
  readonly #factory: ts.NodeFactory;
  readonly #options: ModuleStatementsOptions;
  #count = 0;

  constructor(options: ModuleStatementsOptions) {
    this.#options = options;
    this.#factory = options.factory;
  }

  ofImport(statement: ts.ImportDeclaration): ts.Statement[] {
    const { importClause: clause } = statement;
    const values = this.#values(clause === undefined ? [] : namesOfImport(clause));
    if (clause !== undefined && values.length === 0 && !isEmptyImport(clause)) return [];
    return this.#statements(statement, statement, values);
  }

  /** What a cell exports is the session's anyway; what it exports of another module it imports. */
  ofExport(statement: ts.ExportDeclaration): ts.Statement[] {
    const { exportClause: clause, moduleSpecifier, attributes, isTypeOnly } = statement;
    if (moduleSpecifier === undefined || isTypeOnly) return [];
    const names = clause === undefined ? [] : namesOfExport(clause);
    return this.#statements(statement, { moduleSpecifier, attributes }, this.#values(names));
  }

  ofImportEquals(statement: ts.ImportEqualsDeclaration): ts.Statement[] {
    const { moduleReference: reference, name, isTypeOnly } = statement;
    if (isTypeOnly || this.#options.isTypeOnly(name.text)) return [];
    const value = ts.isExternalModuleReference(reference)
      ? this.#factory.createCallExpression(this.#factory.createIdentifier("require"), undefined, [reference.expression])
      : this.#options.names.entity(reference);
    return [ts.setTextRange(setBox(this.#factory, this.#options.boxes.declared(name.text)!, value), statement)];
  }

  #values(names: readonly string[]): readonly string[] {
    return names.filter((name) => !this.#options.isTypeOnly(name));
  }

  /** Imports a module once and puts it into the box of each name. */
  #statements(statement: ts.Statement, source: Source, names: readonly string[]): ts.Statement[] {
    const factory = this.#factory;
    const imported = factory.createAwaitExpression(this.#importCall(source));
    if (names.length === 0) return [ts.setTextRange(factory.createExpressionStatement(imported), statement)];
    const local = boxParameter(`module${++this.#count}`);
    const declaration = factory.createVariableDeclaration(local, undefined, undefined, imported);
    const list = factory.createVariableDeclarationList([declaration], ts.NodeFlags.Const);
    return [
      ts.setTextRange(factory.createVariableStatement(undefined, list), statement),
      ...names.map((name) => setModule(factory, this.#options.boxes.declared(name)!, factory.createIdentifier(local))),
    ];
  }

  #importCall({ moduleSpecifier, attributes }: Source): ts.Expression {
    const factory = this.#factory;
    const call = factory.createCallExpression(factory.createIdentifier(IMPORT_PARAMETER), undefined, [
      moduleSpecifier,
      ...(attributes === undefined ? [] : [this.#importOptions(attributes)]),
    ]);
    return ts.setTextRange(call, moduleSpecifier);
  }

  /** `{ with: { type: "json" } }` */
  #importOptions({ elements }: ts.ImportAttributes): ts.Expression {
    const factory = this.#factory;
    const attributes = elements.map(({ name, value }) => factory.createPropertyAssignment(name, value));
    return factory.createObjectLiteralExpression([
      factory.createPropertyAssignment("with", factory.createObjectLiteralExpression(attributes)),
    ]);
  }
}

/** Names that an import gives a value to, as far as the syntax tells. */
function namesOfImport({ isTypeOnly, name, namedBindings: bindings }: ts.ImportClause): readonly string[] {
  if (isTypeOnly) return [];
  const names = name === undefined ? [] : [name.text];
  if (bindings === undefined) return names;
  if (ts.isNamespaceImport(bindings)) return [...names, bindings.name.text];
  return [...names, ...bindings.elements.filter((element) => !element.isTypeOnly).map((element) => element.name.text)];
}

function namesOfExport(clause: ts.NamedExportBindings): readonly string[] {
  if (ts.isNamespaceExport(clause)) return [clause.name.text];
  return clause.elements.filter(({ isTypeOnly }) => !isTypeOnly).map(({ name }) => name.text);
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
