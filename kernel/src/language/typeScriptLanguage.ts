/** TypeScript for one session, in the thread that calls it. */
import path from "node:path";
import ts from "typescript";
import { CellChecker, type Draft } from "./cellChecker.js";
import type { CellMemory, CellMemoryUpdate } from "./cellMemory.js";
import { declarationsOf } from "./cellSyntax.js";
import { isBrowserCell, isJsxCell, jsxNames, moduleNameOf } from "./cellTags.js";
import { notebookOptions } from "./compilerOptions.js";
import { completenessOf } from "./completeness.js";
import { completionsAt, completionWord, MAX_SIGNATURES } from "./completion.js";
import { emitCell, type ParsedCell, parseCell, parseText } from "./convertCell.js";
import { breakpointLines, catchesAt, convertExpression } from "./debugging.js";
import { type Diagnostic, toDiagnostic } from "./diagnostics.js";
import { inspectAt } from "./inspection.js";
import type {
  CellSource,
  Completeness,
  Completions,
  ConvertedCell,
  ConvertedExpression,
  ExpressionPlace,
  Inspection,
  Language,
  LocalFile,
  RefusedCell,
  TranspiledFile,
} from "./language.js";
import { LocalModules } from "./localModules.js";
import { NotebookFiles } from "./notebookFiles.js";
import { boxKey, isModuleMember, type SessionName, SessionNames } from "./sessionNames.js";

export interface LanguageOptions {
  /** Folder of the notebook, absolute: imports are resolved from it and its tsconfig.json holds. */
  readonly folder: string;
  /** Declaration files of the modules that are there without installation, by the modules' names. Default none. */
  readonly provided?: Readonly<Record<string, string>>;
  /** Declaration files of names that every cell knows. Default none. */
  readonly globals?: readonly string[];
}

/** How one language service goes on where another died. */
export interface LanguageMemory {
  /** Cells that the one before knew. Default none. */
  readonly cells?: readonly CellMemory[];
  /** Called with what the next one needs to know. Default: it is forgotten. */
  readonly remember?: (update: CellMemoryUpdate) => void;
}

/** A cell that does nothing here. */
const EMPTY: ConvertedCell = {
  ok: true,
  body: "",
  isAsync: false,
  boxes: [],
  declares: [],
  sourceMap: JSON.stringify({ version: 3, sources: ["cell.ts"], names: [], mappings: "" }),
};

export class TypeScriptLanguage implements Language {
  readonly #options: Required<LanguageOptions>;
  readonly #compilerOptions: ts.CompilerOptions;
  readonly #files: NotebookFiles;
  readonly #service: ts.LanguageService;
  readonly #checker: CellChecker;
  readonly #localModules: LocalModules;
  readonly #names = new SessionNames();
  readonly #remember: (update: CellMemoryUpdate) => void;
  /** What `tsconfig.json` says and cannot be used, in sentences. */
  readonly faults: readonly string[];

  constructor(
    { folder, provided = {}, globals = [] }: LanguageOptions,
    { cells = [], remember = () => {} }: LanguageMemory = {},
  ) {
    this.#remember = remember;
    this.#options = { folder, provided, globals };
    const { compilerOptions, strictness, fileJsx, faults } = notebookOptions(folder);
    const files = new NotebookFiles({ folder, compilerOptions, provided });
    this.#files = files;
    this.#compilerOptions = compilerOptions;
    this.#localModules = new LocalModules({
      compilerOptions: { ...compilerOptions, jsx: fileJsx },
      provided: new Set(Object.keys(provided)),
    });
    this.#service = ts.createLanguageService(files, ts.createDocumentRegistry());
    this.#checker = new CellChecker({
      files,
      service: this.#service,
      strictness,
      globals,
      jsxNames: (code) => jsxNames(code, compilerOptions.jsxFactory),
    });
    this.faults = faults;
    for (const cell of cells) this.#restore(cell);
  }

  #restore(memory: CellMemory): void {
    const { cell, file, names, unset, isModule } = memory;
    this.#checker.restore(memory);
    if (isModule) this.#localModules.define(file.path, file.text);
    for (const name of names) this.#names.declare(name);
    for (const name of unset) this.#names.withdraw(name, cell);
  }

  /** How many files the last question to the types took, the libraries' among them. */
  get fileCount(): number {
    return this.#checker.fileCount;
  }

  /** Reads the libraries' declarations, so that the first cell need not wait for it. */
  warmUp(): void {
    const code = "console.log";
    const { path, offset } = this.#draft(code);
    this.#service.getCompletionsAtPosition(path, offset + code.length, {});
  }

  async convert({ cell, code, typeErrors = "block" }: CellSource): Promise<ConvertedCell | RefusedCell> {
    if (isBrowserCell(code)) return EMPTY;
    const parsed = parseCell(code, this.#compilerOptions);
    if (parsed.syntaxErrors.length > 0) return { ok: false, diagnostics: syntaxErrors(parsed) };
    this.#files.refresh();
    const module = moduleNameOf(code);
    if (module !== undefined) return this.#defineModule(module, { cell, code, typeErrors });
    this.#checker.add(cell, code, parsed.file, this.#names);
    const diagnostics = typeErrors === "block" ? this.#ask(() => this.#checker.check(cell)) : [];
    if (diagnostics.length > 0) return { ok: false, diagnostics };
    const typeOnly = this.#ask(() => this.#checker.typeOnlyImports(cell, parsed.file));
    const { body, isAsync, sourceMap, boxes } = emitCell(parsed, {
      compilerOptions: this.#compilerOptions,
      lookUp: (name) => this.#names.get(name),
      isTypeOnly: (name) => typeOnly.has(name),
    });
    const declared = declarationsOf(parsed.file).map((declaration) =>
      typeOnly.has(declaration.name) ? { ...declaration, kind: "type" as const } : declaration,
    );
    const names = declared.map((declaration) => ({ ...declaration, cell }));
    for (const name of names) this.#names.declare(name);
    this.#rememberCell(cell, { names });
    const declares = declared.flatMap((declaration) => {
      const key = boxKey(declaration);
      const imported = isModuleMember(declaration) ? { imported: declaration.imported! } : {};
      return key === undefined ? [] : [{ name: declaration.name, key, ...imported }];
    });
    return { ok: true, body, isAsync, boxes, declares, sourceMap };
  }

  /** A cell that is a module: it runs when another cell imports it. */
  #defineModule(name: string, { cell, code, typeErrors }: Required<CellSource>): ConvertedCell | RefusedCell {
    const extension = /\.[cm]?tsx?$/.test(name) ? "" : isJsxCell(code) ? ".tsx" : ".ts";
    const file = path.resolve(this.#options.folder, name + extension);
    const accepts = ({ length }: readonly Diagnostic[]): boolean => length === 0 || typeErrors !== "block";
    const diagnostics = this.#ask(() => this.#checker.addModule(cell, { path: file, code }, accepts));
    if (!accepts(diagnostics)) return { ok: false, diagnostics };
    this.#localModules.define(file, code);
    this.#rememberCell(cell, { isModule: true });
    return EMPTY;
  }

  #rememberCell(cell: number, what: Partial<CellMemory>): void {
    const memory = this.#checker.memoryOf(cell);
    if (memory !== undefined) this.#remember({ cell, names: [], unset: [], isModule: false, ...memory, ...what });
  }

  async check(cell: number): Promise<readonly Diagnostic[]> {
    return this.#ask(() => this.#checker.check(cell));
  }

  async settle(cell: number, unset: readonly string[] = []): Promise<void> {
    for (const name of unset) this.#names.withdraw(name, cell);
    const before = this.#checker.memoryOf(cell);
    if (before === undefined) return;
    // Where it is this that the service dies of, the next one leaves the cell as it was written.
    this.#remember({ cell, unset, file: { ...before.file, isKept: true } });
    this.#ask(() => this.#checker.condense(cell));
    this.#remember({ cell, ...this.#checker.memoryOf(cell) });
  }

  async complete(code: string, position: number): Promise<Completions> {
    const { folder, provided } = this.#options;
    this.#files.refresh();
    const word = completionWord(code, position);
    // No name of the session is a member.
    const names = /(?<!\.\.)\.$/.test(code.slice(0, position - word.length)) ? [] : this.#namesLike(word);
    return this.#ask(() =>
      completionsAt({
        service: this.#service,
        draft: this.#draft(code, names),
        code,
        position,
        names,
        provided: Object.keys(provided),
        folder,
      }),
    );
  }

  /** Names of the session that begin so, whatever the case; the same case first. */
  #namesLike(prefix: string): readonly SessionName[] {
    const rank = ({ name }: SessionName): string => `${name.startsWith(prefix) ? 0 : 1}${name}`;
    return [...this.#names]
      .filter(({ name }) => name.toLowerCase().startsWith(prefix.toLowerCase()))
      .sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
  }

  async inspect(code: string, position: number, detail: 0 | 1 = 0): Promise<Inspection | undefined> {
    this.#files.refresh();
    return this.#ask(() => inspectAt(this.#service, this.#draft(code), position, detail));
  }

  async isComplete(code: string): Promise<Completeness> {
    return completenessOf(code);
  }

  async resolveLocal(specifier: string, importer: string): Promise<LocalFile | undefined> {
    return this.#localModules.resolve(specifier, importer);
  }

  async transpile(file: string): Promise<TranspiledFile> {
    return this.#localModules.transpile(file);
  }

  async expression(code: string, place?: ExpressionPlace | "file"): Promise<ConvertedExpression> {
    const compilerOptions = this.#compilerOptions;
    return convertExpression(code, place, {
      compilerOptions,
      lookUp: (name) => this.#names.get(name),
      isTypeOnly: () => false,
    });
  }

  async breakpointLines(code: string): Promise<readonly number[]> {
    return breakpointLines(code, this.#compilerOptions);
  }

  async catchesAt(code: string, line: number, column: number): Promise<boolean> {
    return catchesAt(code, line, column);
  }

  async close(): Promise<void> {
    this.#service.dispose();
  }

  /** Asks the types. A question that fails, as by too deep an expression, must not spoil the next ones. */
  #ask<Answer>(question: () => Answer): Answer {
    try {
      return question();
    } catch (error) {
      this.#checker.forget();
      throw error;
    }
  }

  /** @param matching names that could stand at the cursor: of the first the declarations are shown. */
  #draft(code: string, matching: readonly SessionName[] = []): Draft {
    return this.#checker.draft(code, parseText(code), this.#names, matching.slice(0, MAX_SIGNATURES));
  }
}

function syntaxErrors({ file, syntaxErrors }: ParsedCell): readonly Diagnostic[] {
  return syntaxErrors.map((diagnostic) => toDiagnostic(diagnostic, file, file.text.length, true));
}
