import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { expect } from "chai";
import { KernelError } from "../../../kernel/src/errors.js";
import { Notebook } from "../language/notebook.js";

const PACKAGES = {
  "node_modules/esm-only/package.json": '{ "name": "esm-only", "type": "module", "exports": { "import": "./i.js" } }',
  "node_modules/esm-only/i.js": "export const a = 1; export default function d() { return 'd' }",
  "node_modules/plain/package.json": '{ "name": "plain", "main": "i.js" }',
  "node_modules/plain/i.js":
    "exports.seen = 1; exports.count = 0; exports.inc = () => { exports.count++ };\nfor (const name of ['made', 'also']) exports[name] = name;",
  "node_modules/callable/package.json": '{ "name": "callable" }',
  "node_modules/callable/index.js": "module.exports = Object.assign(() => 'called', { extra: 1 });",
  "node_modules/dynamic/package.json": '{ "name": "dynamic" }',
  "node_modules/dynamic/index.js": "module.exports = Object.fromEntries([['x', 1], ['y', 2]]);",
  "node_modules/compiled/package.json": '{ "name": "compiled" }',
  "node_modules/compiled/index.js":
    "Object.defineProperty(exports, '__esModule', { value: true }); exports.default = 'the default'; exports.named = 'n'; Object.assign(exports, { more: 'm' });",
  "node_modules/broken/package.json": '{ "name": "broken", "type": "module", "exports": "./i.js" }',
  "node_modules/broken/i.js": "import 'not-there-at-all'; export const x = 1;",
  "node_modules/dual/package.json": '{ "name": "dual", "exports": { "require": "./c.cjs", "import": "./m.mjs" } }',
  "node_modules/dual/c.cjs": "exports.kind = 'cjs'",
  "node_modules/dual/m.mjs": "export const kind = 'esm'",
};

const LOCAL = {
  "data.json": '{ "title": "T", "list": [1, 2], "default": 5 }',
  "array.json": "[1, 2]",
  "bad.json": "{ nope",
  "main.ts":
    "import { part } from './part';\nimport { js } from './part.js';\nimport { fromIndex } from './lib';\nimport data from './data.json';\nimport withType from './array.json' with { type: 'json' };\nimport { readFileSync } from 'fs';\nimport { a } from 'esm-only';\nimport type { T } from './typesOnly';\nexport const all: T = [part, js, fromIndex, data.title, withType.length, typeof readFileSync, a];\nexport const made = {};\n",
  "part.ts": "export const part: number = 1;\nexport const js = 'js';\n",
  "lib/index.ts": "export enum E { A = 3 }\nexport const fromIndex = E.A;\n",
  "typesOnly.ts": "export type T = unknown[];\n",
  "even.ts": "import { isOdd } from './odd';\nexport const isEven = (n: number): boolean => n === 0 || isOdd(n - 1);\n",
  "odd.ts":
    "import { isEven } from './even.ts';\nexport function isOdd(n: number): boolean { return n !== 0 && isEven(n - 1); }\n",
  "wrong.ts": "export const fine = 1;\nexport const = 2;\n",
  "usesWrong.ts": "export * from './wrong';\n",
  "throws.ts":
    "interface Long {\n  a: number;\n}\n\nexport function thrower(value: Long): never {\n  throw new Error('thrown ' + value.a);\n}\n",
  "uses.ts":
    "import given, { value } from 'given';\nexport const used = [given, value, (globalThis as any).givenBefore];\n",
  "plain.cjs": "exports.local = 'cjs';",
  "plain.mjs": "export const local = 'mjs';",
  "needs.ts": "import { x } from './nowhere';\nexport const y = x;\n",
  "given/i.mjs": "export const value = 7; export default 'given';",
  "given/i.d.ts": "export const value: number; declare const d: string; export default d;",
  "given/before.mjs": "globalThis.givenBefore = 'before';",
};

describe("kernel/modules/moduleLoader", () => {
  let notebook: Notebook;
  /** Where the provided module is. */
  let base: Notebook;
  before(() => {
    base = new Notebook({ files: { ...PACKAGES, ...LOCAL } });
    const at = (file: string): string => pathToFileURL(path.join(base.folder, "given", file)).href;
    notebook = new Notebook({
      files: { ...PACKAGES, ...LOCAL },
      typeErrors: "off",
      provided: {
        given: { url: at("i.mjs"), types: path.join(base.folder, "given/i.d.ts"), before: at("before.mjs") },
      },
    });
  });
  after(() => Promise.all([base.remove(), notebook.remove()]));

  const run = (...cells: string[]): Promise<unknown> => notebook.runAll(...cells);

  it("imports packages of ES modules alone, by import and by import()", async () => {
    expect(await run("import d, { a } from 'esm-only'", "[a, d()]")).to.deep.equal([1, "d"]);
    expect(await run("const ns = await import('esm-only'); [ns.a, ns.default.name]")).to.deep.equal([1, "d"]);
  });

  it("imports every name of CommonJS, also those that it makes while it runs", async () => {
    expect(await run("import { seen, made, also } from 'plain'", "[seen, made, also]")).to.deep.equal([
      1,
      "made",
      "also",
    ]);
    expect(await run("import { x, y } from 'dynamic'", "[x, y]")).to.deep.equal([1, 2]);
    expect(await run("import whole, { extra } from 'callable'", "[whole(), extra, whole.extra]")).to.deep.equal([
      "called",
      1,
      1,
    ]);
    expect(await run("import * as every from 'plain'", "[every.seen, every.made, every.default.also]")).to.deep.equal([
      1,
      "made",
      "also",
    ]);
    expect(await run("import { count, inc } from 'plain'", "inc(); inc()", "count")).to.equal(2);
  });

  it("takes the default of what was compiled from ES modules", async () => {
    expect(
      await run(
        "import def, { named, more } from 'compiled'; import * as all from 'compiled'",
        "[def, named, more, all.default]",
      ),
    ).to.deep.equal(["the default", "n", "m", "the default"]);
  });

  it("imports Node's own modules, with and without prefix", async () => {
    expect(
      await run(
        "import fs, { existsSync } from 'fs'; import { join } from 'node:path'",
        "[fs.existsSync === existsSync, join('a', 'b')]",
      ),
    ).to.deep.equal([true, "a/b"]);
  });

  it("imports JSON, with attributes and without; one object until the file changes", async () => {
    for (const attributes of ["", " with { type: 'json' }"])
      expect(
        await run(`import data, { title } from './data.json'${attributes}`, "[data.title, title, data.default]"),
      ).to.deep.equal(["T", "T", 5]);
    expect(
      await run("import list from './array.json'; import again from './array.json'", "[list, list === again]"),
    ).to.deep.equal([[1, 2], true]);
    notebook.write({ "array.json": "[1, 2, 3]" });
    expect(await run("import list from './array.json'", "list.length")).to.equal(3);
    notebook.write({ "array.json": "[1, 2]" });
    const error = await notebook.failure("import x from './bad.json'");
    expect(error).to.be.instanceOf(KernelError);
    expect(error.message).to.include("bad.json is not JSON");
  });

  it("imports local files: TypeScript by any of its names, CommonJS and ES modules", async () => {
    expect(await run("import { all } from './main'", "all")).to.deep.equal([1, "js", 3, "T", 2, "function", 1]);
    expect(
      await run(
        "import { made as m1 } from './main'; import { made as m2 } from './main.js'; import { made as m3 } from './main.ts'",
        "m1 === m2 && m2 === m3",
      ),
    ).to.equal(true);
    expect(
      await run(
        "import { fromIndex } from './lib'; import { local as c } from './plain.cjs'; import { local as m } from './plain.mjs'",
        "[fromIndex, c, m]",
      ),
    ).to.deep.equal([3, "cjs", "mjs"]);
    const url = pathToFileURL(path.join(notebook.folder, "part.ts")).href;
    expect(await run(`(await import(${JSON.stringify(url)})).part`)).to.equal(1);
  });

  it("imports circles", async () => {
    expect(
      await run("import { isEven } from './even'; import { isOdd } from './odd'", "[isEven(10), isOdd(7), isEven(3)]"),
    ).to.deep.equal([true, true, false]);
  });

  it("reads a local file again when it, or what it imports, has changed, and not otherwise", async () => {
    const first = await run("import { made } from './main'; made");
    expect(await run("import { made } from './main'; made")).to.equal(first);
    notebook.write({ "part.ts": "export const part: number = 100;\nexport const js = 'changed';\n" });
    expect(await run("import { all, made } from './main'", "all.slice(0, 2)")).to.deep.equal([100, "changed"]);
    const second = await run("made");
    expect(second).not.to.equal(first);
    notebook.write({ "data.json": '{ "title": "Other" }' });
    expect(await run("import { all } from './main'", "all[3]")).to.equal("Other");
    expect(
      await run(
        "const before = all; import { fromIndex } from './lib'; import { all } from './main'",
        "before === all",
      ),
    ).to.equal(true);
  });

  it("provides modules to cells and to local files", async () => {
    expect(await run("import { used } from './uses'", "used")).to.deep.equal(["given", 7, "before"]);
    expect(await run("import given, { value } from 'given'", "[given, value]")).to.deep.equal(["given", 7]);
    expect(await run("require.resolve('given')")).to.match(/given\/i\.mjs$/);
    expect(await run("import.meta.resolve('given')")).to.match(/^file:.*given\/i\.mjs$/);
  });

  it("says in one sentence what is not there", async () => {
    for (const [code, message] of [
      [
        "import x from 'absent'",
        "There is no package absent in the notebook's folder or above it; run `npm install absent` there and import it again.",
      ],
      [
        "await import('@scope/absent/deep')",
        "There is no package @scope/absent in the notebook's folder or above it; run `npm install @scope/absent` there and import it again.",
      ],
      ["import './absent'", "There is no module ./absent; look at the path in its import."],
    ] as const) {
      const error = await notebook.failure(code);
      expect(error, code).to.be.instanceOf(KernelError);
      expect(error.message).to.equal(message);
    }
    expect((await notebook.failure("import 'broken'")).message)
      .to.include("not-there-at-all")
      .and.include("broken");
    expect((await notebook.failure("import './needs'")).message)
      .to.include("nowhere")
      .and.include("needs.ts");
    notebook.write({
      "node_modules/absent/package.json": '{ "name": "absent" }',
      "node_modules/absent/index.js": "module.exports = 'here'",
    });
    expect(await run("import x from 'absent'; x")).to.equal("here");
    notebook.write({ "nowhere.ts": "export const x = 'now';" });
    expect(await run("import { y } from './needs'; y")).to.equal("now");
  });

  it("names the place of an error of syntax in a local file", async () => {
    for (const code of ["import './wrong'", "import './usesWrong'"]) {
      const error = await notebook.failure(code);
      expect(error, code).to.be.instanceOf(KernelError);
      expect(error.message).to.match(/wrong\.ts:2:14: .* Mend the file and import it again\.$/);
    }
    notebook.write({ "wrong.ts": "export const fine = 1;\n" });
    expect(await run("import { fine } from './usesWrong'; fine")).to.equal(1);
  });

  it("gives local files' own lines in stacks, with source maps on", async () => {
    process.setSourceMapsEnabled(true);
    const error = await notebook.failure("import { thrower } from './throws'; thrower({ a: 1 })");
    expect(error.stack).to.match(/throws\.ts:6:9/);
    expect(error.message).to.equal("thrown 1");
  });

  it("requires as Node does in the notebook's folder", async () => {
    expect(
      await run(
        "[require('plain').seen, require('./plain.cjs').local, require('node:path').sep, require('./data.json').title]",
      ),
    ).to.deep.equal([1, "cjs", "/", "Other"]);
    expect(await run("require.resolve('plain')")).to.equal(path.join(notebook.folder, "node_modules/plain/i.js"));
    expect(await run("[typeof require.cache, typeof require.extensions, typeof require.resolve.paths]")).to.deep.equal([
      "object",
      "object",
      "function",
    ]);
    const error = await notebook.failure("require('./main.ts')");
    expect(error).to.be.instanceOf(KernelError);
    expect(error.message).to.include('await import("./main.ts")');
    expect(await notebook.failure("require('nowhere-to-be-found')")).to.include({ code: "MODULE_NOT_FOUND" });
  });

  it("knows where the notebook is", async () => {
    const at = (file: string): string => pathToFileURL(path.join(notebook.folder, file)).href;
    expect(await run("[import.meta.url, import.meta.dirname, import.meta.filename]")).to.deep.equal([
      at("__notebook__.js"),
      notebook.folder,
      path.join(notebook.folder, "__notebook__.js"),
    ]);
    expect(
      await run(
        "['./x.ts', '../up.js', 'plain', 'node:fs', 'fs', 'esm-only', 'dual', 'https://example.org/'].map((name) => import.meta.resolve(name))",
      ),
    ).to.deep.equal([
      at("x.ts"),
      pathToFileURL(path.join(path.dirname(notebook.folder), "up.js")).href,
      at("node_modules/plain/i.js"),
      "node:fs",
      "node:fs",
      at("node_modules/esm-only/i.js"),
      at("node_modules/dual/m.mjs"),
      "https://example.org/",
    ]);
  });

  describe("cells that are modules", () => {
    const define = (name: string, body: string): Promise<unknown> => run(`/** @module ${name} */\n${body}`);

    it("are imported by later cells, with types, and run only then", async () => {
      await define(
        "tools",
        "(globalThis as any).ran = ((globalThis as any).ran ?? 0) + 1;\nimport { part } from './part';\nexport const tool = (n: number): number => n + part;\nexport interface Tool { n: number }",
      );
      expect(await run("[(globalThis as any).ran, typeof tool]")).to.deep.equal([undefined, "undefined"]);
      expect(
        await run(
          "import { tool, type Tool } from './tools'; const t: Tool = { n: 1 }",
          "[tool(1), (globalThis as any).ran]",
        ),
      ).to.deep.equal([101, 1]);
      await run("import { tool } from './tools'; import { tool as again } from './tools.js'");
      expect(await run("[tool === again, (globalThis as any).ran]")).to.deep.equal([true, 1]);
      const found = await notebook.errors("import { tool } from './tools'; const s: string = tool(1)");
      expect(found.map(({ code }) => code)).to.deep.equal([2322]);
    });

    it("are read again when they are defined anew", async () => {
      await define("tools", "export const tool = () => 'anew';");
      expect(await run("import { tool } from './tools'; tool()")).to.equal("anew");
    });

    it("import each other, also from folders that do not exist, and from local files", async () => {
      await define("made/up/base", "export const base = 5;");
      await define("made/user", "import { base } from './up/base'; export default base * 2;");
      notebook.write({ "usesCell.ts": "import user from './made/user';\nexport const doubled = user * 2;\n" });
      expect(
        await run("import user from './made/user'; import { doubled } from './usesCell'", "[user, doubled]"),
      ).to.deep.equal([10, 20]);
      await define("made/up/base", "export const base = 50;");
      expect(await run("import { doubled } from './usesCell'; doubled")).to.equal(200);
      expect(fs.existsSync(path.join(notebook.folder, "made"))).to.equal(false);
    });

    it("are refused for errors, and what was there before stays", async () => {
      await define("strict", "export const v = 1;");
      for (const body of ["export const v: string = 1;", "export const = 1"]) {
        const refused = await notebook.errors(`/** @module strict */ ${body}`);
        expect(refused, body).not.to.deep.equal([]);
      }
      expect(await notebook.errors("/** @module never */ export const v: string = 1;")).to.have.length(1);
      expect(await run("import { v } from './strict'; v")).to.equal(1);
      expect((await notebook.errors("import { v } from './never'")).map(({ code }) => code)).to.deep.equal([2307]);
    });

    it("may hold JSX", async () => {
      await run(
        "/** @jsx @module view */\nconst React = { createElement: (...all: unknown[]) => all };\nexport const view = <b />;",
      );
      expect(await run("import { view } from './view'; view")).to.deep.equal(["b", null]);
    });

    it("for a browser do not run", async () => {
      const converted = await notebook.convert("/** @browser */ document.nonsense( = ");
      expect(converted).to.deep.include({ ok: true, body: "", declares: [], boxes: [] });
      expect(await run("/** @jsx @browser @module page */ throw new Error('no')")).to.equal(undefined);
    });
  });
});
