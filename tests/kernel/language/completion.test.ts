// biome-ignore-all lint/suspicious/noTemplateCurlyInString: cells hold template strings
import { expect } from "chai";
import { Notebook } from "./notebook.js";

describe("kernel/language: completion", () => {
  let notebook: Notebook;
  before(async () => {
    notebook = new Notebook({
      files: {
        "data/table.csv": "",
        "data/.hidden": "",
        "helper.ts":
          "/** Helps. */\nexport function create(size: number): string { return String(size) }\nexport const Crisp = 1;\n",
        "node_modules/chartlib/package.json": '{ "name": "chartlib", "main": "i.js", "types": "i.d.ts" }',
        "node_modules/chartlib/i.js": "",
        "node_modules/chartlib/i.d.ts": "export declare function draw(n: number): void;",
        "node_modules/@scope/inner/package.json": '{ "name": "@scope/inner", "main": "i.js", "types": "i.d.ts" }',
        "node_modules/@scope/inner/i.d.ts": "export declare const inside: number;",
      },
      provided: { given: { url: "file:///given.js", types: "/given.d.ts" } },
    });
    await notebook.run(
      "const kernel = { alpha: 1, beta(x: number) { return x }, Alpha2: 2 }; let kettle = 1; const Kelvin = 2; class Klass { method() {} }",
    );
    await notebook.run(
      "function shout(text: string): string { return text.toUpperCase() } type KeyType = 'a' | 'b'; import { sep } from 'node:path'",
    );
  });
  after(() => notebook.remove());

  it("completes members, of the same case first", async () => {
    const { names, replaced } = await notebook.complete("kernel.a|");
    expect(names).to.deep.equal(["alpha", "Alpha2"]);
    expect(replaced).to.equal("a");
    expect((await notebook.complete("kernel.|")).names).to.include.members(["alpha", "beta"]);
    expect((await notebook.complete("kernel.al|pha")).replaced).to.equal("alpha");
    expect((await notebook.complete("'x'.toU|")).names).to.deep.equal(["toUpperCase"]);
    expect((await notebook.complete("new Klass().|")).names).to.deep.equal(["method"]);
  });

  it("completes names of the session first, and globals", async () => {
    const { names } = await notebook.complete("ke|");
    expect(names.slice(0, 3)).to.deep.equal(["kernel", "kettle", "Kelvin"]);
    expect((await notebook.complete("const local = 1; lo|")).names[0]).to.equal("local");
    expect((await notebook.complete("Arr|")).names).to.include.members(["Array", "ArrayBuffer"]);
    expect((await notebook.complete("|")).names).to.include.members(["kernel", "Array", "console"]);
    expect((await notebook.complete("let t: Key|")).names).to.include("KeyType");
    for (const code of ["[...ke|", "shout(...ke|", "({ ...ke|"])
      expect((await notebook.complete(code)).names.slice(0, 2), code).to.deep.equal(["kernel", "kettle"]);
  });

  it("completes inside of what is not finished", async () => {
    for (const code of [
      "shout(kernel.al|",
      "if (true) { kernel.al|",
      "`text ${kernel.al|",
      "[1, kernel.al|",
      "({ a: kernel.al|",
      "const f = () => kernel.al|\nconst g = 1",
      "await kernel.al|",
      "kernel?.al|",
      "for (const x of [kernel.al|",
    ])
      expect((await notebook.complete(code)).names, code).to.deep.equal(["alpha", "Alpha2"]);
    expect((await notebook.complete("shout(ke|")).names[0]).to.equal("kernel");
    expect((await notebook.complete("function f() { if (k|")).names).to.include("kernel");
  });

  it("counts in UTF-16 units, after emoji and over lines", async () => {
    expect(await notebook.complete("'👍🏽👩‍👩‍👧'; // ✓\nkernel.be|")).to.deep.equal({
      names: ["beta"],
      replaced: "be",
    });
    expect((await notebook.complete("'👍'; shou|t('x')")).replaced).to.equal("shout");
  });

  it("gives nothing in comments, texts and where a name is made", async () => {
    for (const code of [
      "// ke|",
      "/* ke| */",
      "/** ke|",
      "1 // it's kernel.|",
      "'ke|'",
      "`ke|`",
      "const ke|",
      "function ke|",
      "1.|",
      "const [ke|",
    ])
      expect((await notebook.complete(code)).names, code).to.deep.equal([]);
  });

  it("shows no name of its own", async () => {
    for (const code of ["|", "__|", "_|", "ǃ|", "import {  } from './|'", "import '|'", "const x: typeof |"]) {
      const { names } = await notebook.complete(code);
      expect(
        names.filter((name) => /__cell|ǃ/.test(name)),
        code,
      ).to.deep.equal([]);
    }
    const { matches } = await notebook.language.complete("ke", 2);
    expect(JSON.stringify(matches)).not.to.match(/__cell|ǃ|import/);
  });

  it("completes imports, and the names of modules", async () => {
    expect((await notebook.complete("import { cr| } from './helper'")).names).to.deep.equal(["create", "Crisp"]);
    expect((await notebook.complete("import { cr|")).names).to.deep.equal([]);
    expect((await notebook.complete("import { dr| } from 'chartlib'")).names).to.deep.equal(["draw"]);
    expect(await notebook.complete("import x from 'char|'")).to.deep.equal({ names: ["chartlib"], replaced: "char" });
    expect((await notebook.complete("import x from 'gi|")).names).to.deep.equal(["given"]);
    expect((await notebook.complete("await import('fs|')")).names).to.include("fs");
    expect((await notebook.complete("require('node:pa|')")).names).to.include("node:path");
    expect((await notebook.complete("import x from '@sc|'")).names).to.deep.equal(["@scope"]);
    expect(await notebook.complete("import x from '@scope/in|'")).to.deep.equal({ names: ["inner"], replaced: "in" });
    expect((await notebook.complete("export { ins| } from '@scope/inner'")).names).to.deep.equal(["inside"]);
  });

  it("completes paths in texts", async () => {
    expect(await notebook.complete("read('./da|ta')")).to.deep.equal({ names: ["data/"], replaced: "data" });
    expect((await notebook.complete("read('./data/|')")).names).to.deep.equal(["table.csv"]);
    expect((await notebook.complete("read('./data/.|')")).names).to.deep.equal([".hidden"]);
    expect((await notebook.complete("import x from './he|'")).names).to.deep.equal(["helper.ts"]);
    expect((await notebook.complete("read('./nowhere/|')")).names).to.deep.equal([]);
    expect((await notebook.complete("read('/|')")).names).not.to.deep.equal([]);
  });

  it("completes texts that types allow", async () => {
    await notebook.run("function choose(mode: 'min' | 'max') { return mode }");
    expect(await notebook.complete("choose('m|')")).to.deep.equal({ names: ["max", "min"], replaced: "m" });
  });

  it("shows the declaration of the first matches", async () => {
    const signature = async (code: string, name: string): Promise<string | undefined> =>
      (await notebook.language.complete(code, code.length)).matches.find(({ text }) => text === name)?.signature;
    expect(await signature("sho", "shout")).to.equal("function shout(text: string): string");
    expect(await signature("kernel.", "beta")).to.equal("(method) beta(x: number): number");
    expect(await signature("kett", "kettle")).to.equal("let kettle: number");
    expect(await signature("se", "sep")).to.match(/sep: ["']\/["']|sep: /);
    const { matches } = await notebook.language.complete("[].", 3);
    expect(matches.filter(({ signature: shown }) => shown !== undefined)).to.have.length(10);
    expect(matches.every(({ type }) => type.length > 0)).to.equal(true);
  });
});
