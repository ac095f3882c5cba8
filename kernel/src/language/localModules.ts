/** Local TypeScript files as modules that Node runs, and what tells that they changed. */
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import ts from "typescript";
import { KernelError } from "../errors.js";
import type { TranspiledFile } from "./language.js";
import { findLocalFile, isFileSpecifier } from "./localFiles.js";

interface KnownFile {
  readonly stamp: string;
  readonly imports: readonly string[];
}

export class LocalModules {
  readonly #compilerOptions: ts.CompilerOptions;
  readonly #known = new Map<string, KnownFile>();

  constructor(compilerOptions: ts.CompilerOptions) {
    this.#compilerOptions = compilerOptions;
  }

  /** A text that differs when the file, or a local file that it imports directly or not, has changed. */
  version(file: string): string {
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
    const { mtimeMs, size } = fs.statSync(file);
    const stamp = `${mtimeMs} ${size}`;
    const known = this.#known.get(file);
    if (known?.stamp === stamp) return known;
    const { importedFiles } = ts.preProcessFile(readText(file), true, true);
    const imports = importedFiles
      .filter(({ fileName }) => isFileSpecifier(fileName) && !fileName.startsWith("file:"))
      .map(({ fileName }) => findLocalFile(path.resolve(path.dirname(file), fileName)))
      .filter((found) => found !== undefined);
    const read = { stamp, imports };
    this.#known.set(file, read);
    return read;
  }

  /** @throws KernelError when the file cannot be read, or has errors of syntax. */
  transpile(file: string): TranspiledFile {
    const { outputText, diagnostics = [] } = ts.transpileModule(readText(file), {
      fileName: file,
      reportDiagnostics: true,
      compilerOptions: {
        ...this.#compilerOptions,
        target: ts.ScriptTarget.ES2022,
        module: ts.ModuleKind.ESNext,
        inlineSourceMap: true,
        inlineSources: true,
        declaration: false,
        emitDeclarationOnly: false,
      },
    });
    const [fault] = diagnostics;
    if (fault?.file !== undefined) {
      const { line, character } = fault.file.getLineAndCharacterOfPosition(fault.start ?? 0);
      const message = ts.flattenDiagnosticMessageText(fault.messageText, " ");
      throw new KernelError(`${file}:${line + 1}:${character + 1}: ${message} Mend the file and import it again.`);
    }
    return { js: outputText };
  }
}

function readText(file: string): string {
  try {
    return fs.readFileSync(file, "utf8");
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new KernelError(`The module ${file} cannot be read (${code}); look at the path in its import.`, { cause });
  }
}
