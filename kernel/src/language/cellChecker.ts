/**
 * Type checking of cells, one after the other. The cost of a cell does not grow with the session: it is a module that imports
 * what it uses of earlier cells, and of those only the declarations are kept.
 */
import ts from "typescript";
import type { CellFile, CellMemory } from "./cellMemory.js";
import { cellModule, draftModule } from "./cellModule.js";
import { CellProgram } from "./cellProgram.js";
import { declarationsOf } from "./cellSyntax.js";
import { type Diagnostic, isExcused, type Strictness, toDiagnostic } from "./diagnostics.js";
import { globalDeclarations } from "./globalDeclarations.js";
import type { NotebookFiles } from "./notebookFiles.js";
import type { SessionName, SessionNames } from "./sessionNames.js";

export interface CellCheckerOptions {
  readonly files: NotebookFiles;
  readonly service: ts.LanguageService;
  readonly strictness: Strictness;
  /** Declaration files of names that every cell knows. */
  readonly globals: readonly string[];
  /** Names that JSX mentions without being written there, by the text of a cell. */
  readonly jsxNames: (code: string) => readonly string[];
}

/**
 * A cell of the session, as the checker keeps it. It stays as it is where it changes what the whole session sees, as by
 * `declare global`, or is a module.
 */
type CheckedCell = Omit<CellFile, "text">;

export class CellChecker {
  readonly #options: CellCheckerOptions;
  readonly #files: NotebookFiles;
  readonly #service: ts.LanguageService;
  readonly #program: CellProgram;
  readonly #cells = new Map<number, CheckedCell>();
  /** Files with declarations for the whole session, and of cells what those are. */
  readonly #global: Map<string, ReadonlySet<string>>;

  constructor(options: CellCheckerOptions) {
    this.#options = options;
    this.#files = options.files;
    this.#service = options.service;
    this.#program = new CellProgram(options.files, options.service);
    this.#global = new Map(options.globals.map((file) => [file, new Set()]));
  }

  /** Adds a cell without errors of syntax. Later cells may import from it. */
  add(cell: number, code: string, file: ts.SourceFile, names: SessionNames): void {
    const path = this.#files.cellPath(cell, file.languageVariant === ts.LanguageVariant.JSX ? ".tsx" : ".ts");
    this.#files.put(path, cellModule(code, file, names, this.#options.jsxNames(code)));
    const forAll = globalDeclarations(file);
    this.#cells.set(cell, { path, length: code.length, isKept: forAll.size > 0 });
    if (forAll.size > 0) this.#declareForAll(path, forAll);
  }

  /** What another checker needs to go on with a cell; undefined for one that is not known. */
  memoryOf(cell: number): Pick<CellMemory, "file" | "forAll"> | undefined {
    const checked = this.#cells.get(cell);
    if (checked === undefined) return undefined;
    const text = this.#files.textOf(checked.path) ?? "";
    return { file: { ...checked, text }, forAll: [...(this.#global.get(checked.path) ?? [])] };
  }

  /** Adds a cell that another checker knew. */
  restore({ cell, file, forAll }: CellMemory): void {
    const { text, ...checked } = file;
    this.#files.put(file.path, text);
    this.#cells.set(cell, checked);
    if (forAll.length > 0) this.#declareForAll(file.path, new Set(forAll));
  }

  /** What an earlier cell declared and this one declares again holds no more: a cell may be corrected. */
  #declareForAll(path: string, declared: ReadonlySet<string>): void {
    for (const [earlier, names] of this.#global)
      if ([...names].some((name) => declared.has(name))) this.#global.delete(earlier);
    this.#global.set(path, declared);
  }

  /**
   * Adds a cell that is a module of its own, and checks it.
   *
   * @param path of the file that the cell stands for; what stood for it before is gone, unless the cell is refused.
   * @param accepts whether a module with these errors is to stay.
   */
  addModule(
    cell: number,
    { path, code }: { readonly path: string; readonly code: string },
    accepts: (diagnostics: readonly Diagnostic[]) => boolean,
  ): readonly Diagnostic[] {
    const before = this.#files.textOf(path);
    this.#files.put(path, code);
    // Who could not find it before can now.
    if (before === undefined) this.#files.forgetResolutions();
    this.#cells.set(cell, { path, length: code.length, isKept: true });
    const diagnostics = this.check(cell);
    if (accepts(diagnostics)) return diagnostics;
    this.#cells.delete(cell);
    if (before === undefined) this.#files.remove(path);
    else this.#files.put(path, before);
    return diagnostics;
  }

  /** Errors of a cell; none for a cell that is not known, or whose text is gone. */
  check(cell: number): readonly Diagnostic[] {
    const checked = this.#cells.get(cell);
    if (checked === undefined || checked.length === 0) return [];
    const { path, length } = checked;
    const file = this.#programOf(path).getSourceFile(path);
    if (file === undefined) return [];
    const found = this.#service
      .getSemanticDiagnostics(path)
      .filter(({ category, start = 0 }) => category === ts.DiagnosticCategory.Error && start < length)
      .filter((diagnostic) => !isExcused(diagnostic, this.#options.strictness));
    return found.map((diagnostic) => toDiagnostic(diagnostic, file, length, false));
  }

  /** Names that a cell imports and that are types alone: nothing is to be imported for them. */
  typeOnlyImports(cell: number, file: ts.SourceFile): ReadonlySet<string> {
    const imported = declarationsOf(file).filter(({ kind }) => kind === "import");
    const checked = this.#cells.get(cell);
    if (imported.length === 0 || checked === undefined) return new Set();
    const program = this.#programOf(checked.path);
    const source = program.getSourceFile(checked.path);
    const checker = program.getTypeChecker();
    const module = source && checker.getSymbolAtLocation(source);
    if (module === undefined) return new Set();
    const exports = new Map(checker.getExportsOfModule(module).map((symbol) => [symbol.name, symbol]));
    return new Set(imported.map(({ name }) => name).filter((name) => isTypeOnly(exports.get(name), checker)));
  }

  /**
   * Keeps of a cell only its declarations, with the types that it got. The cell as it was written stays where its types cannot
   * be written down.
   */
  condense(cell: number): void {
    const checked = this.#cells.get(cell);
    if (checked === undefined || checked.length === 0 || checked.isKept) return;
    this.#programOf(checked.path);
    const { outputFiles, emitSkipped } = this.#service.getEmitOutput(checked.path, true, true);
    const [declarations] = outputFiles;
    if (emitSkipped || declarations === undefined) return;
    const path = this.#files.cellPath(cell, ".d.ts");
    this.#files.put(path, declarations.text);
    this.#files.remove(checked.path);
    this.#cells.set(cell, { path, length: 0, isKept: true });
  }

  /** How many files the last question took, the libraries' among them. */
  get fileCount(): number {
    return this.#program.fileCount;
  }

  /** After a question that failed: what was found out in the middle of it is forgotten. The cells stay. */
  forget(): void {
    this.#program.forget();
  }

  #programOf(path: string): ts.Program {
    return this.#program.around(path, [...this.#global.keys()]);
  }

  /**
   * Makes this text the draft that is completed and inspected.
   *
   * @param more names of the session that it is to know besides those that it mentions.
   */
  draft(code: string, file: ts.SourceFile, names: SessionNames, more: readonly SessionName[] = []): Draft {
    const path = this.#files.cellPath("draft", file.languageVariant === ts.LanguageVariant.JSX ? ".tsx" : ".ts");
    const { text, offset } = draftModule(code, file, names, [
      ...this.#options.jsxNames(code),
      ...more.map(({ name }) => name),
    ]);
    this.#files.put(path, text);
    const source = this.#programOf(path).getSourceFile(path)!;
    return { path, offset, source };
  }
}

/** A text that is being written, as a file of the service. */
export interface Draft {
  readonly path: string;
  /** Where the text begins in the file. */
  readonly offset: number;
  readonly source: ts.SourceFile;
}

function isTypeOnly(symbol: ts.Symbol | undefined, checker: ts.TypeChecker): boolean {
  if (symbol === undefined) return false;
  const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  // A module that was not found has a symbol without declarations; then the import must be tried.
  return (target.flags & ts.SymbolFlags.Value) === 0 && (target.declarations?.length ?? 0) > 0;
}
