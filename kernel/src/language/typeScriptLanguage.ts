/** TypeScript for one session, in the thread that calls it. */
import ts from "typescript";
import { CellChecker, type Draft } from "./cellChecker.js";
import { declarationsOf } from "./cellSyntax.js";
import { notebookOptions } from "./compilerOptions.js";
import { completenessOf } from "./completeness.js";
import { completionsAt } from "./completion.js";
import { emitCell, type ParsedCell, parseCell } from "./convertCell.js";
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
  RefusedCell,
  TranspiledFile,
} from "./language.js";
import { LocalModules } from "./localModules.js";
import { NotebookFiles } from "./notebookFiles.js";
import { boxKey, SessionNames } from "./sessionNames.js";

export interface LanguageOptions {
  /** Folder of the notebook, absolute: imports are resolved from it and its tsconfig.json holds. */
  readonly folder: string;
  /** Declaration files of the modules that are there without installation, by the modules' names. Default none. */
  readonly provided?: Readonly<Record<string, string>>;
  /** Declaration files of names that every cell knows. Default none. */
  readonly globals?: readonly string[];
}

export class TypeScriptLanguage implements Language {
  readonly #options: Required<LanguageOptions>;
  readonly #compilerOptions: ts.CompilerOptions;
  readonly #service: ts.LanguageService;
  readonly #checker: CellChecker;
  readonly #localModules: LocalModules;
  readonly #names = new SessionNames();
  /** What `tsconfig.json` says and cannot be used, in sentences. */
  readonly faults: readonly string[];

  constructor({ folder, provided = {}, globals = [] }: LanguageOptions) {
    this.#options = { folder, provided, globals };
    const { compilerOptions, isNullStrict, faults } = notebookOptions(folder);
    const files = new NotebookFiles({ folder, compilerOptions, provided });
    this.#compilerOptions = compilerOptions;
    this.#localModules = new LocalModules(compilerOptions);
    this.#service = ts.createLanguageService(files, ts.createDocumentRegistry());
    this.#checker = new CellChecker({ files, service: this.#service, isNullStrict, globals });
    this.faults = faults;
  }

  /** Reads the libraries' declarations, so that the first cell need not wait for it. */
  warmUp(): void {
    const code = "console.log";
    const { path, offset } = this.#draft(code);
    this.#service.getCompletionsAtPosition(path, offset + code.length, {});
  }

  async convert({ cell, code, typeErrors = "block" }: CellSource): Promise<ConvertedCell | RefusedCell> {
    const parsed = parseCell(code, this.#compilerOptions);
    if (parsed.syntaxErrors.length > 0) return { ok: false, diagnostics: syntaxErrors(parsed) };
    this.#checker.add(cell, code, parsed.file, this.#names);
    const diagnostics = typeErrors === "block" ? this.#checker.check(cell) : [];
    if (diagnostics.length > 0) return { ok: false, diagnostics };
    const typeOnly = typeErrors === "block" ? this.#checker.typeOnlyImports(cell, parsed.file) : new Set<string>();
    const { body, isAsync, sourceMap, boxes } = emitCell(parsed, {
      compilerOptions: this.#compilerOptions,
      lookUp: (name) => this.#names.get(name),
      isTypeOnly: (name) => typeOnly.has(name),
    });
    const declared = declarationsOf(parsed.file).map((declaration) =>
      typeOnly.has(declaration.name) ? { ...declaration, kind: "type" as const } : declaration,
    );
    for (const declaration of declared) this.#names.declare({ ...declaration, cell });
    const declares = declared.flatMap((declaration) => {
      const key = boxKey(declaration);
      return key === undefined ? [] : [{ name: declaration.name, key }];
    });
    return { ok: true, body, isAsync, boxes, declares, sourceMap };
  }

  async check(cell: number): Promise<readonly Diagnostic[]> {
    return this.#checker.check(cell);
  }

  async settle(cell: number, unset: readonly string[] = []): Promise<void> {
    for (const name of unset) this.#names.withdraw(name, cell);
    this.#checker.condense(cell);
  }

  async complete(code: string, position: number): Promise<Completions> {
    const { folder, provided } = this.#options;
    return completionsAt({
      service: this.#service,
      draft: this.#draft(code),
      code,
      position,
      names: this.#names,
      provided: Object.keys(provided),
      folder,
    });
  }

  async inspect(code: string, position: number, detail: 0 | 1 = 0): Promise<Inspection | undefined> {
    return inspectAt(this.#service, this.#draft(code), position, detail);
  }

  async isComplete(code: string): Promise<Completeness> {
    return completenessOf(code);
  }

  async localVersion(file: string): Promise<string> {
    return this.#localModules.version(file);
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

  #draft(code: string): Draft {
    const { file } = parseCell(code, this.#compilerOptions);
    return this.#checker.draft(code, file, this.#names);
  }
}

function syntaxErrors({ file, syntaxErrors }: ParsedCell): readonly Diagnostic[] {
  return syntaxErrors.map((diagnostic) => toDiagnostic(diagnostic, file, file.text.length, true));
}
