/** A notebook without Jupyter: a folder of its own, cells that are converted and run in this thread. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { MessageChannel } from "node:worker_threads";
import {
  type ConvertedCell,
  type Diagnostic,
  type RefusedCell,
  RUNTIME_PARAMETERS,
  type TypeErrors,
} from "../../../kernel/src/language/index.js";
import { type LinkMessage, serveLanguage } from "../../../kernel/src/language/languageProtocol.js";
import { TypeScriptLanguage } from "../../../kernel/src/language/typeScriptLanguage.js";
import { ModuleLoader, type ProvidedModules } from "../../../kernel/src/modules/index.js";
import { type CellRuntime, compileCell } from "../../../kernel/src/session/cellRunner.js";
import { Scope } from "../../../kernel/src/session/scope.js";

/** A cell that TypeScript refused. */
export class Refused extends Error {
  constructor(readonly diagnostics: readonly Diagnostic[]) {
    super(diagnostics.map(({ code, message }) => `TS${code}: ${message}`).join("\n"));
  }
}

export interface NotebookOptions {
  /** Files of its folder, by their paths in it. */
  readonly files?: Readonly<Record<string, string>>;
  readonly typeErrors?: TypeErrors;
  readonly provided?: ProvidedModules;
  /** Declaration files of names that every cell knows, by their paths in its folder. */
  readonly globals?: readonly string[];
  /** Where its folder is made; default where the system keeps temporary files. */
  readonly parent?: string;
}

export class Notebook {
  readonly folder: string;
  readonly language: TypeScriptLanguage;
  readonly loader: ModuleLoader;
  readonly scope = new Scope();
  readonly #typeErrors: TypeErrors;
  #cell = 0;

  constructor({
    files = {},
    typeErrors = "block",
    provided = {},
    globals = [],
    parent = os.tmpdir(),
  }: NotebookOptions = {}) {
    this.folder = fs.realpathSync(fs.mkdtempSync(path.join(parent, "notebook-")));
    this.write(files);
    const types = Object.fromEntries(Object.entries(provided).map(([name, module]) => [name, module.types]));
    this.language = new TypeScriptLanguage({
      folder: this.folder,
      provided: types,
      globals: globals.map((file) => path.join(this.folder, file)),
    });
    this.#typeErrors = typeErrors;
    this.loader = new ModuleLoader({
      folder: this.folder,
      provided,
      language: this.language,
      loaderPort: () => {
        const link = new MessageChannel();
        const service = new MessageChannel();
        serveLanguage(this.language, service.port1);
        service.port1.unref();
        link.port1.unref();
        link.port1.postMessage({ kind: "serves", port: service.port2 } satisfies LinkMessage, [service.port2]);
        return link.port2;
      },
    });
  }

  write(files: Readonly<Record<string, string>>): void {
    for (const [name, text] of Object.entries(files)) {
      const file = path.join(this.folder, name);
      fs.mkdirSync(path.dirname(file), { recursive: true });
      fs.writeFileSync(file, text);
    }
  }

  async remove(): Promise<void> {
    await this.language.close();
    fs.rmSync(this.folder, { recursive: true, force: true });
  }

  /** Runs a cell. @returns the value of its last expression. @throws Refused, or what the cell throws. */
  async run(code: string, typeErrors = this.#typeErrors): Promise<unknown> {
    const cell = ++this.#cell;
    const converted = await this.language.convert({ cell, code, typeErrors });
    if (!converted.ok) throw new Refused(converted.diagnostics);
    return this.#evaluate(cell, converted);
  }

  async #evaluate(cell: number, converted: ConvertedCell): Promise<unknown> {
    for (const { key } of converted.declares) this.scope.expect(key);
    try {
      const { require, import: importModule, meta } = this.loader;
      const values = [require, { exports: {} }, {}, "", this.folder, importModule, meta];
      const runtime = Object.fromEntries(RUNTIME_PARAMETERS.map((name, i) => [name, values[i]]));
      const run = compileCell(converted, `cell:${cell}`, { scope: this.scope, runtime: runtime as CellRuntime });
      const result = (await run()) as readonly unknown[] | undefined;
      return result?.[0];
    } finally {
      const unset = converted.declares.filter(({ key }) => !this.scope.settle(key)).map(({ name }) => name);
      await this.language.settle(cell, unset);
    }
  }

  /** Runs cells one after the other. @returns the result of the last. */
  async runAll(...cells: readonly string[]): Promise<unknown> {
    let result: unknown;
    for (const code of cells) result = await this.run(code);
    return result;
  }

  /** What a cell fails with. */
  async failure(code: string, typeErrors = this.#typeErrors): Promise<Error> {
    return this.run(code, typeErrors).then(
      (value) => {
        throw new Error(`The cell succeeded with ${String(value)}: ${code}`);
      },
      (error: Error) => error,
    );
  }

  /** Type errors and errors of syntax of a cell, which is not run. */
  async errors(code: string): Promise<readonly Diagnostic[]> {
    const converted = await this.language.convert({ cell: ++this.#cell, code });
    return converted.ok ? [] : converted.diagnostics;
  }

  convert(code: string): Promise<ConvertedCell | RefusedCell> {
    return this.language.convert({ cell: ++this.#cell, code, typeErrors: this.#typeErrors });
  }

  /** Completes where the code has a `|`. */
  async complete(marked: string): Promise<{ readonly names: readonly string[]; readonly replaced: string }> {
    const position = marked.indexOf("|");
    const code = marked.slice(0, position) + marked.slice(position + 1);
    const { matches, start, end } = await this.language.complete(code, position);
    return { names: matches.map(({ text }) => text), replaced: code.slice(start, end) };
  }
}
