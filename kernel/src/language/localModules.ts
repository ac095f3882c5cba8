/** The user's own modules, files and cells that are modules: what an import means, what Node runs, and what tells of a change. */
import { createHash } from "node:crypto";
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { KernelError } from "../errors.js";
import type { LocalFile, TranspiledFile } from "./language.js";
import { findLocalFile, isFileSpecifier } from "./localFiles.js";

/** What is known of a file, as long as its stamp is the same. */
interface KnownFile {
  readonly stamp: string;
  readonly imports: readonly string[];
}

export interface LocalModulesOptions {
  readonly compilerOptions: ts.CompilerOptions;
  /** Names of modules that are there without installation. */
  readonly provided: ReadonlySet<string>;
}

export class LocalModules {
  readonly #compilerOptions: ts.CompilerOptions;
  readonly #provided: ReadonlySet<string>;
  readonly #known = new Map<string, KnownFile>();
  /** Texts of cells that are modules, by the paths of the files that they stand for. */
  readonly #cells = new Map<string, string>();

  constructor({ compilerOptions, provided }: LocalModulesOptions) {
    this.#compilerOptions = compilerOptions;
    this.#provided = provided;
  }

  /** Makes a text the module at a path, in the place of what was there. */
  define(file: string, text: string): void {
    this.#cells.set(file, text);
    this.#known.delete(file);
  }

  /** As `Language.resolveLocal`. */
  resolve(specifier: string, importer: string): LocalFile | undefined {
    const file = this.#find(specifier, importer);
    return file === undefined ? undefined : { file, version: this.#version(file) };
  }

  #find(specifier: string, importer: string): string | undefined {
    if (specifier.startsWith("file:")) return this.#findFile(fileURLToPath(specifier));
    if (isFileSpecifier(specifier)) return this.#findFile(path.resolve(path.dirname(importer), specifier));
    return this.#findByPaths(specifier, importer);
  }

  #findFile(file: string): string | undefined {
    return findLocalFile(file, (candidate) => this.#cells.has(candidate));
  }

  /** What `paths` and `baseUrl` of tsconfig.json make of a name. */
  #findByPaths(specifier: string, importer: string): string | undefined {
    const { paths, baseUrl } = this.#compilerOptions;
    if (paths === undefined && baseUrl === undefined) return undefined;
    const { resolvedModule } = ts.resolveModuleName(specifier, importer, this.#compilerOptions, ts.sys);
    if (resolvedModule === undefined || resolvedModule.isExternalLibraryImport) return undefined;
    const { resolvedFileName: file } = resolvedModule;
    return file.includes("/node_modules/") || file.endsWith(".d.ts") ? undefined : path.resolve(file);
  }

  /** A text that differs when the file, or a local file that it imports directly or not, has changed. */
  #version(file: string): string {
    const seen = new Map<string, string>();
    this.#visit(file, seen);
    const hash = createHash("sha256");
    for (const [name, stamp] of [...seen].sort(([a], [b]) => (a < b ? -1 : 1))) hash.update(`${name}\0${stamp}\0`);
    return hash.digest("hex").slice(0, 16);
  }

  #visit(file: string, seen: Map<string, string>): void {
    if (seen.has(file)) return;
    const { stamp, imports } = this.#read(file);
    seen.set(file, stamp);
    for (const each of imports) this.#visit(each, seen);
  }

  #read(file: string): KnownFile {
    const stamp = this.#cells.get(file) ?? stampOf(file);
    const known = this.#known.get(file);
    if (known?.stamp === stamp) return known;
    const names = file.endsWith(".json") ? [] : importsOf(this.#textOf(file));
    const found = new Map(names.map((name) => [name, this.#find(name, file)]));
    const missing = names.filter(
      (name) => found.get(name) === undefined && !this.#provided.has(name) && isMissing(name, file),
    );
    const imports = [...found.values()].filter((each) => each !== undefined);
    // What is missing may be there the next time, and Node would give the same failure for the same version.
    if (missing.length > 0) return { stamp: `${stamp}\0${missing.join("\0")}`, imports };
    const read = { stamp, imports };
    this.#known.set(file, read);
    return read;
  }

  /** @throws KernelError when the file cannot be read, or has errors of syntax. */
  transpile(file: string): TranspiledFile {
    const { outputText, diagnostics = [] } = ts.transpileModule(this.#textOf(file), {
      fileName: file,
      reportDiagnostics: true,
      compilerOptions: {
        ...this.#compilerOptions,
        target: ts.ScriptTarget.ES2022,
        module: ts.ModuleKind.ESNext,
        inlineSourceMap: true,
        inlineSources: true,
      },
    });
    const fault = diagnostics.find((diagnostic) => diagnostic.file !== undefined);
    if (fault !== undefined) {
      const { line, character } = fault.file!.getLineAndCharacterOfPosition(fault.start ?? 0);
      const message = ts.flattenDiagnosticMessageText(fault.messageText, " ");
      throw new KernelError(`${file}:${line + 1}:${character + 1}: ${message} Mend the file and import it again.`);
    }
    return { js: outputText };
  }

  #textOf(file: string): string {
    return this.#cells.get(file) ?? readText(file);
  }
}

function importsOf(text: string): readonly string[] {
  return ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName);
}

/** Whether a module that is no local TypeScript cannot be found by Node. */
function isMissing(name: string, importer: string): boolean {
  if (isFileSpecifier(name)) return true;
  try {
    createRequire(importer).resolve(name);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "MODULE_NOT_FOUND";
  }
}

/** A text that changes with the file; empty when it is gone. */
function stampOf(file: string): string {
  const found = fs.statSync(file, { throwIfNoEntry: false });
  return found === undefined ? "" : `${found.mtimeMs} ${found.size}`;
}

function readText(file: string): string {
  try {
    return fs.readFileSync(file, "utf8");
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new KernelError(`The module ${file} cannot be read (${code}); look at the path in its import.`, { cause });
  }
}
