import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect } from "chai";
import ts from "typescript";
import { CellProgram, type CellProgramLimits } from "../../../kernel/src/language/cellProgram.js";
import { notebookOptions } from "../../../kernel/src/language/compilerOptions.js";
import { NotebookFiles } from "../../../kernel/src/language/notebookFiles.js";
import { Notebook } from "./notebook.js";

/** Cells without a session: files that are put, and what is found in them. */
class Cells {
  readonly folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "program-")));
  readonly files: NotebookFiles;
  readonly service: ts.LanguageService;
  readonly program: CellProgram;
  globals: string[] = [];

  constructor(limits: CellProgramLimits = {}, onDisk: Readonly<Record<string, string>> = {}) {
    for (const [name, text] of Object.entries(onDisk)) {
      fs.mkdirSync(path.dirname(path.join(this.folder, name)), { recursive: true });
      fs.writeFileSync(path.join(this.folder, name), text);
    }
    const { compilerOptions } = notebookOptions(this.folder);
    this.files = new NotebookFiles({ folder: this.folder, compilerOptions });
    this.service = ts.createLanguageService(this.files, ts.createDocumentRegistry());
    this.program = new CellProgram(this.files, this.service, limits);
  }

  put(cell: number | "draft", text: string): string {
    const file = this.files.cellPath(cell);
    this.files.put(file, text);
    return file;
  }

  /** The program around a cell that has just been written. */
  write(cell: number | "draft", text: string): ts.Program {
    return this.program.around(this.put(cell, text), this.globals);
  }

  /** Numbers of a cell's type errors. */
  codes(cell: number, text: string): readonly number[] {
    this.write(cell, text);
    return this.service.getSemanticDiagnostics(this.files.cellPath(cell)).map(({ code }) => code);
  }

  remove(): void {
    this.service.dispose();
    fs.rmSync(this.folder, { recursive: true });
  }
}

const LIBRARY = {
  "node_modules/lib/package.json": '{ "name": "lib", "types": "index.d.ts" }',
  "node_modules/lib/index.d.ts": "export * from './part.js';",
  "node_modules/lib/part.d.ts": "export declare const part: number; declare global { var fromLib: string }",
};

describe("kernel/language/cellProgram", () => {
  let cells: Cells;
  const start = (...parameters: ConstructorParameters<typeof Cells>): Cells => {
    cells = new Cells(...parameters);
    return cells;
  };
  afterEach(() => cells.remove());

  it("is the same for cell after cell, and knows each", () => {
    start();
    const first = cells.write(1, "let a = 1; export { a };");
    expect(cells.write(2, "let b = 2; export { b };")).to.equal(first);
    expect(cells.codes(3, "import { a } from './__cell_1__'; const s: string = a;")).to.deep.equal([2322]);
    expect(cells.codes(4, "import { a } from './__cell_1__'; const n: number = a;")).to.deep.equal([]);
    expect(cells.program.around(cells.files.cellPath(4), [])).to.equal(first);
    expect(first.getTypeChecker()).to.equal(cells.service.getProgram()!.getTypeChecker());
  });

  it("keeps what cells have imported, so that a cell without it costs nothing", () => {
    start({}, LIBRARY);
    const before = cells.write(1, "export {};");
    const imported = cells.write(2, "import { part } from 'lib'; export { part };");
    expect(imported).not.to.equal(before);
    expect(cells.write(3, "export {};")).to.equal(imported);
    expect(cells.codes(4, "import { part } from 'lib'; const s: string = part;")).to.deep.equal([2322]);
    expect(cells.codes(5, "import { part } from './__cell_2__'; part.none;")).to.deep.equal([2339]);
    expect(cells.write(6, "export const t: typeof import('lib') = null!;")).to.equal(imported);
    expect(cells.codes(7, "fromLib.toFixed(); export {};")).to.deep.equal([2551]);
  });

  it("is made anew after so many files, and so many types", () => {
    start({ files: 4 });
    const seen = new Set<ts.Program>();
    for (let i = 1; i <= 12; i++) {
      const before = i === 1 ? "1" : `v${i - 1}`;
      const from = i === 1 ? "" : `import { ${before} } from './__cell_${i - 1}__';`;
      seen.add(cells.write(i, `${from} export const v${i} = ${before} + 1;`));
    }
    expect(seen.size).to.be.greaterThan(2);
    expect(cells.codes(13, "import { v12 } from './__cell_12__'; const s: string = v12;")).to.deep.equal([2322]);
    cells.remove();
    start({ types: 50 });
    const first = cells.write(1, "export {};");
    const many = Array.from({ length: 60 }, (_, i) => `{ a${i}: ${i} }`).join(" | ");
    expect(cells.codes(2, `const u: ${many} = { a1: 1 }; export { u };`)).to.deep.equal([]);
    expect(cells.write(3, "export {};")).not.to.equal(first);
    expect(cells.codes(4, "import { u } from './__cell_2__'; u.none;")).to.deep.equal([2339]);
  });

  it("does not mix what a cell was with what is kept of it", () => {
    start();
    cells.write(1, "class Own { private secret = 1 } const own = new Own(); export { Own, own };");
    expect(cells.codes(2, "import { own } from './__cell_1__'; const own2 = own; export { own2 };")).to.deep.equal([]);
    cells.files.put(
      cells.files.cellPath(1, ".d.ts"),
      "declare class Own { private secret } declare const own: Own; export { Own, own };",
    );
    cells.files.remove(cells.files.cellPath(1));
    const both = "import { Own } from './__cell_1__'; import { own2 } from './__cell_2__'; const o: Own = own2;";
    expect(cells.codes(3, both)).to.deep.equal([]);
  });

  it("has only the present text of a draft", () => {
    start();
    const first = cells.write(1, "let n = 1; export { n };");
    for (const type of ["string", "boolean"]) {
      const program = cells.write("draft", `export {}; declare const d: ${type}; d`);
      expect(program).to.equal(first);
      const source = program.getSourceFile(cells.files.cellPath("draft"))!;
      const expression = (source.statements.at(-1) as ts.ExpressionStatement).expression;
      const checker = program.getTypeChecker();
      expect(checker.typeToString(checker.getTypeAtLocation(expression))).to.equal(type);
    }
  });

  it("is made around what cannot join one, and forgets it again", () => {
    start({}, { "node_modules/@types/ambient/index.d.ts": "declare var ambient: number;" });
    const first = cells.write(1, "export {};");
    const referring = '/// <reference types="ambient" />\nconst s: string = ambient; export {};';
    expect(cells.codes(2, referring)).to.deep.equal([2322]);
    expect(cells.codes(3, "declare global { var all: number } export {};")).to.deep.equal([]);
    expect(cells.codes(4, "ambient + all; export {};")).to.deep.equal([2304, 2304]);
    cells.globals = [cells.files.cellPath(3)];
    expect(cells.codes(5, "const s: string = all; export {};")).to.deep.equal([2322]);
    const withGlobal = cells.write(6, "export {};");
    expect(withGlobal).not.to.equal(first);
    expect(cells.write(7, "all; export {};")).to.equal(withGlobal);
  });

  it("does without what the compiler may not have", () => {
    start({}, { "tsconfig.json": '{ "compilerOptions": { "importHelpers": true } }' });
    const first = cells.write(1, "let a = 1; export { a };");
    expect(cells.codes(2, "import { a } from './__cell_1__'; const s: string = a;")).to.deep.equal([2322]);
    expect(cells.write(3, "export {};")).not.to.equal(first);
    expect(cells.codes(4, "import { a } from './__cell_1__'; const n: number = a;")).to.deep.equal([]);
  });
});

describe("kernel/language: types that change while the checker stays", () => {
  let notebook: Notebook;
  afterEach(() => notebook.remove());
  const codes = async (code: string): Promise<readonly number[]> =>
    (await notebook.errors(code)).map(({ code: number }) => number);

  it("forgets those of a local file that was edited, also where an earlier cell carries them on", async () => {
    notebook = new Notebook({ files: { "local.ts": "export interface Box { size: number }" } });
    await notebook.run("import type { Box } from './local.ts'; function open(box: Box) { return box }");
    expect(await codes("open({ size: 1 }).size.toFixed()")).to.deep.equal([]);
    notebook.write({ "local.ts": "export interface Box { size: string; more: boolean }" });
    expect(await codes("open({ size: '', more: true }).size.toFixed()")).to.deep.equal([2551]);
    await notebook.run("open({ size: '', more: true })");
  });

  it("takes the last declaration, cell after cell, in completion and inspection too", async () => {
    notebook = new Notebook();
    for (const [value, member] of [
      ["1", "toFixed"],
      ["'a'", "toUpperCase"],
      ["[1]", "push"],
      ["new Map()", "entries"],
    ] as const) {
      await notebook.run(`let again = ${value}`);
      expect(await codes(`again.${member}`), member).to.deep.equal([]);
      expect((await notebook.complete("again.|")).names, member).to.include(member);
      expect((await notebook.language.inspect(`again.${member}`, 7))?.declaration, member).to.include(member);
    }
    expect(await codes("again.toFixed()")).to.deep.equal([2339]);
  });

  it("gives the types of a package as they were when it was loaded", async () => {
    const files = {
      "node_modules/lib/package.json": '{ "name": "lib", "type": "module", "main": "index.js", "types": "index.d.ts" }',
      "node_modules/lib/index.js": "export const value = 1;",
      "node_modules/lib/index.d.ts": "export declare const value: number;",
    };
    notebook = new Notebook({ files });
    await notebook.run("import { value } from 'lib'");
    notebook.write({ ...files, "node_modules/lib/index.d.ts": "export declare const value: string;" });
    notebook.write({ "node_modules/lib/index.js": "export const value = 'text';" });
    expect(await notebook.run("value.toFixed()")).to.equal("1");
    expect(await notebook.run("import { value as same } from 'lib'; same.toFixed(1)")).to.equal("1.0");
  });

  it("lets cells use a class of one that is still running, and after it has ended", async () => {
    notebook = new Notebook();
    const { language } = notebook;
    const convert = async (cell: number, code: string): Promise<boolean> => (await language.convert({ cell, code })).ok;
    expect(await convert(101, "class Kept { private secret = 1 }; const kept = new Kept(); await 1")).to.equal(true);
    expect(await convert(102, "const also: Kept = kept; class Sub extends Kept {}")).to.equal(true);
    await language.settle(102);
    expect(await convert(103, "const third: Kept[] = [kept, also, new Sub()]")).to.equal(true);
    await language.settle(101);
    expect(await convert(104, "const fourth: Kept[] = [kept, also, new Sub(), ...third]")).to.equal(true);
    await language.settle(103);
    expect(await convert(105, "const fifth: Kept[] = [kept, also, new Sub(), ...third, ...fourth]")).to.equal(true);
    expect(await codes("third.none")).to.deep.equal([2339]);
    expect(await convert(106, "class Held { private secret = 1 }; await 1")).to.equal(true);
    expect(await convert(107, "declare global { var held: Held }")).to.equal(true);
    expect(await convert(108, "const one: Held = held")).to.equal(true);
    await language.settle(106);
    expect(await convert(109, "const two: Held = held")).to.equal(true);
  });

  it("does not take what is only written for declared", async () => {
    notebook = new Notebook();
    await notebook.complete("declare global { var written: number }; written.to|");
    expect(await codes("written")).to.deep.equal([2304]);
    const wrong = "declare global { interface Twice { a: number } } const t: Twice = { a: 1 }; t.|";
    expect((await notebook.complete(wrong)).names).to.deep.equal(["a"]);
    expect(await codes(wrong.replace("t.|", "t.b"))).to.deep.equal([2339]);
  });

  it("goes on after an expression that is too deep for the compiler", async () => {
    notebook = new Notebook();
    await notebook.run("class Deep { next(): Deep { return this } }; const deep = new Deep()");
    // How deep is too deep for which part of the compiler depends on the stack.
    const failures: unknown[] = [];
    for (let depth = 600; depth <= 2000; depth += 100) {
      const failure = await codes(`const far${depth} = deep${".next()".repeat(depth)}`).catch(
        (error: unknown) => error,
      );
      if (!(failure instanceof Error)) continue;
      failures.push(failure);
      expect(await codes(`far${depth}; const text: string = deep`), `${depth}`).to.deep.equal([2304, 2322]);
    }
    expect(failures).not.to.deep.equal([]);
    for (const failure of failures) expect(failure).to.be.instanceOf(RangeError);
    expect(await notebook.run("deep.next() === deep")).to.equal(true);
  });
});
