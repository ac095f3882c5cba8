/**
 * Type checking of cells, one after the other. The cost of a cell does not grow with the session: it is a module that imports
 * what it uses of earlier cells, and of those only the declarations are kept.
 */
import ts from "typescript";
import { cellModule, draftModule } from "./cellModule.js";
import { declarationsOf } from "./cellSyntax.js";
import { type Diagnostic, isAboutNull, toDiagnostic } from "./diagnostics.js";
import type { NotebookFiles } from "./notebookFiles.js";
import type { SessionNames } from "./sessionNames.js";

export interface CellCheckerOptions {
  readonly files: NotebookFiles;
  readonly service: ts.LanguageService;
  readonly isNullStrict: boolean;
  /** Declaration files of names that every cell knows. */
  readonly globals: readonly string[];
}

/** A cell of the session, as the checker keeps it. */
interface CheckedCell {
  readonly path: string;
  /** Length of the user's own text. */
  readonly length: number;
}

export class CellChecker {
  readonly #files: NotebookFiles;
  readonly #service: ts.LanguageService;
  readonly #isNullStrict: boolean;
  readonly #cells = new Map<number, CheckedCell>();
  /** Files that change what the whole session sees, as by `declare global`. */
  readonly #global: Set<string>;

  constructor({ files, service, isNullStrict, globals }: CellCheckerOptions) {
    this.#files = files;
    this.#service = service;
    this.#isNullStrict = isNullStrict;
    this.#global = new Set(globals);
  }

  /** Adds a cell without errors of syntax. Later cells may import from it. */
  add(cell: number, code: string, file: ts.SourceFile, names: SessionNames): void {
    const path = this.#files.cellPath(cell, file.languageVariant === ts.LanguageVariant.JSX ? ".tsx" : ".ts");
    this.#files.put(path, cellModule(code, file, names));
    this.#cells.set(cell, { path, length: code.length });
    if (file.statements.some(changesGlobals)) this.#global.add(path);
  }

  /** Errors of a cell; none for a cell that is not known, or whose text is gone. */
  check(cell: number): readonly Diagnostic[] {
    const checked = this.#cells.get(cell);
    if (checked === undefined) return [];
    const { path, length } = checked;
    const file = this.#fileOf(path);
    if (file === undefined) return [];
    const found = this.#service
      .getSemanticDiagnostics(path)
      .filter((diagnostic) => diagnostic.category === ts.DiagnosticCategory.Error)
      .filter(({ start = 0 }) => start < length || length === 0)
      .filter((diagnostic) => this.#isNullStrict || !isAboutNull(diagnostic));
    // What could not be found may be there the next time.
    if (found.some(({ code }) => code === MODULE_NOT_FOUND)) this.#files.forgetResolutions();
    return found.map((diagnostic) => toDiagnostic(diagnostic, file, length, false));
  }

  /** Names that a cell imports and that are types alone: nothing is to be imported for them. */
  typeOnlyImports(cell: number, file: ts.SourceFile): ReadonlySet<string> {
    const imported = declarationsOf(file).filter(({ kind }) => kind === "import");
    const checked = this.#cells.get(cell);
    if (imported.length === 0 || checked === undefined) return new Set();
    const program = this.#programOf(checked.path);
    const source = program?.getSourceFile(checked.path);
    const module = source && program!.getTypeChecker().getSymbolAtLocation(source);
    if (module === undefined) return new Set();
    const checker = program!.getTypeChecker();
    const exports = new Map(checker.getExportsOfModule(module).map((symbol) => [symbol.name, symbol]));
    return new Set(imported.map(({ name }) => name).filter((name) => isTypeOnly(exports.get(name), checker)));
  }

  /**
   * Keeps of a cell only its declarations, with the types that it got. The cell as it was written stays where its types cannot
   * be written down.
   */
  condense(cell: number): void {
    const checked = this.#cells.get(cell);
    if (checked === undefined || checked.path.endsWith(".d.ts") || this.#global.has(checked.path)) return;
    this.#files.setRoots(this.#rootsFor(checked.path));
    const { outputFiles, emitSkipped } = this.#service.getEmitOutput(checked.path, true, true);
    const [declarations] = outputFiles;
    if (emitSkipped || declarations === undefined || this.#cannotBeDeclared(checked.path)) return;
    const path = this.#files.cellPath(cell, ".d.ts");
    this.#files.put(path, declarations.text);
    this.#files.remove(checked.path);
    this.#cells.set(cell, { path, length: 0 });
  }

  #cannotBeDeclared(path: string): boolean {
    const program = this.#service.getProgram();
    const file = program?.getSourceFile(path);
    return file === undefined || program!.getDeclarationDiagnostics(file).length > 0;
  }

  /** Roots of a program around one file. */
  #rootsFor(path: string): readonly string[] {
    return [path, ...[...this.#global].filter((each) => each !== path)];
  }

  #programOf(path: string): ts.Program | undefined {
    this.#files.setRoots(this.#rootsFor(path));
    return this.#service.getProgram();
  }

  #fileOf(path: string): ts.SourceFile | undefined {
    return this.#programOf(path)?.getSourceFile(path);
  }

  /** Makes this text the draft that is completed and inspected. */
  draft(code: string, file: ts.SourceFile, names: SessionNames): Draft {
    const path = this.#files.cellPath("draft", file.languageVariant === ts.LanguageVariant.JSX ? ".tsx" : ".ts");
    const { text, offset } = draftModule(code, file, names);
    this.#files.put(path, text);
    this.#files.setRoots(this.#rootsFor(path));
    return { path, offset };
  }
}

/** A text that is being written, as a file of the service. */
export interface Draft {
  readonly path: string;
  /** Where the text begins in the file. */
  readonly offset: number;
}

const MODULE_NOT_FOUND = 2307;

function isTypeOnly(symbol: ts.Symbol | undefined, checker: ts.TypeChecker): boolean {
  if (symbol === undefined) return false;
  const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  // A module that was not found has a symbol without declarations; then the import must be tried.
  return (target.flags & ts.SymbolFlags.Value) === 0 && (target.declarations?.length ?? 0) > 0;
}

function changesGlobals(statement: ts.Statement): boolean {
  return (
    ts.isModuleDeclaration(statement) &&
    ((statement.flags & ts.NodeFlags.GlobalAugmentation) !== 0 || ts.isStringLiteral(statement.name))
  );
}
