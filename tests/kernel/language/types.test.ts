import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { Notebook } from "./notebook.js";

/** `line:column code` of each error. */
async function places(notebook: Notebook, code: string): Promise<readonly string[]> {
  return (await notebook.errors(code)).map(({ line, column, code: number }) => `${line}:${column} ${number}`);
}

async function typeOf(notebook: Notebook, name: string): Promise<string | undefined> {
  return (await notebook.language.inspect(name, name.length))?.declaration;
}

describe("kernel/language: types", () => {
  let notebook: Notebook;
  before(() => {
    notebook = new Notebook({
      files: {
        "shapes.ts": "export interface Shape { side: number }\nexport const area = (s: Shape) => s.side ** 2;\n",
        "onlyTypes.ts": "export interface Only { a: number }\nexport type Alias = string;\n",
      },
    });
  });
  after(() => notebook.remove());

  it("says where errors are, in lines and UTF-16 columns", async () => {
    expect(await places(notebook, "const a: number = 'x'")).to.deep.equal(["0:6 2322"]);
    await notebook.run("let first = 1\n// two\n// three\nfunction many() {\n  return first\n}");
    expect(await places(notebook, "const ok = many()\n\n  const bad: string = ok")).to.deep.equal(["2:8 2322"]);
    expect(await places(notebook, "const e = '👍🏽', f: string = 1")).to.deep.equal(["0:18 2322"]);
    expect(await places(notebook, "let c1 = 1\r\nlet c2 = 2\r\n  c1.none")).to.deep.equal(["2:5 2339"]);
    expect(await places(notebook, "nowhere\nnothing")).to.deep.equal(["0:0 2304", "1:0 2304"]);
    expect(await places(notebook, "first.")).to.deep.equal(["0:6 1003"]);
    expect(await places(notebook, "")).to.deep.equal([]);
  });

  it("marks errors of syntax, which also hold when types are off", async () => {
    const [error] = await notebook.errors("let = = 1");
    expect(error).to.include({ isSyntactic: true });
    const refused = await notebook.language.convert({ cell: 9000, code: "a b", typeErrors: "off" });
    expect(refused.ok).to.equal(false);
  });

  it("carries types from cell to cell", async () => {
    await notebook.run("interface Person { name: string; age?: number } type Id<T> = { id: T }");
    await notebook.run("function wrap<T extends object>(value: T): T & Id<number> { return { ...value, id: 1 } }");
    await notebook.run(
      "class Store<T> { #all: T[] = []; private hidden = 1; add(t: T) { this.#all.push(t); return this } get first(): T | undefined { return this.#all[0] } }",
    );
    await notebook.run(
      "function over(a: string): 's'; function over(a: number): 'n'; function over(a: any): any { return typeof a === 'string' ? 's' : 'n' }",
    );
    await notebook.run(
      "enum Level { Low = 1, High } const enum Fast { A = 'a' } namespace Geo { export type P = [number, number]; export const zero: P = [0, 0] }",
    );
    await notebook.run("import type { Shape } from './shapes'; import { type Shape as S2, area } from './shapes.js'");
    const good =
      "const p: Person = { name: 'n' }; const w = wrap(p); const store = new Store<Person>().add(w); const lv: Level.High = Level.High; const geo: Geo.P = Geo.zero; const sh: Shape & S2 = { side: 2 }; const res: 's' = over('x'); [w.id, store.first!.name, lv, geo, area(sh), res, Fast.A]";
    expect(await notebook.run(good)).to.deep.equal([1, "n", 2, [0, 0], 4, "s", "a"]);
    expect(await places(notebook, "w.nothing")).to.deep.equal(["0:2 2339"]);
    expect(await places(notebook, "over(true)")).to.deep.equal(["0:5 2769"]);
    expect(await places(notebook, "store.hidden")).to.deep.equal(["0:6 2341"]);
    expect(await places(notebook, "const n: number = over(1)")).to.deep.equal(["0:6 2322"]);
  });

  it("lets a name be redeclared with another type", async () => {
    await notebook.runAll("let re = 1", "let re = 'text'", "re.toUpperCase()");
    expect(await places(notebook, "re.toFixed()")).to.deep.equal(["0:3 2551"]);
    await notebook.runAll("interface Re { a: 1 }", "interface Re { b: 2 }", "const reb: Re = { b: 2 }");
  });

  it("keeps a value when a later cell declares a type of its name, and the other way round", async () => {
    await notebook.runAll(
      "const User = { parse: (n: number) => ({ n }) }",
      "type User = ReturnType<typeof User.parse>",
    );
    expect(await notebook.run("const u: User = User.parse(1); u.n")).to.equal(1);
    await notebook.runAll("type User = { other: string }", "const o: User = { other: '' }; User.parse(2)");
    await notebook.runAll("interface Conf { a: number }", "const Conf: Conf = { a: 1 }", "const c2: Conf = Conf");
  });

  it("sees what a cell declares for all", async () => {
    await notebook.run(
      "declare global { interface Array<T> { lastOne(): T } var shared: number }\nArray.prototype.lastOne = function () { return this.at(-1) }",
    );
    await notebook.run("globalThis.shared = 5");
    expect(await notebook.run("[shared, [1, 2].lastOne()]")).to.deep.equal([5, 2]);
    await notebook.run("declare global { interface Array<T> { another: T } }");
    expect(await notebook.run("[1, 2].lastOne() ?? [1].another")).to.equal(2);
    await notebook.run("declare global { var shared: string; interface Array<T> { lastOne(): T | undefined } }");
    expect(await places(notebook, "const text: string = shared; shared.toFixed")).to.deep.equal(["0:36 2551"]);
    await notebook.run("declare module './shapes' { interface Shape { color?: string } }");
    expect(
      await places(
        notebook,
        "import type { Shape as Colored } from './shapes'; const c: Colored = { side: 1, color: 2 }",
      ),
    ).to.deep.equal(["0:80 2322"]);
  });

  it("uses declarations that cannot be written down", async () => {
    await notebook.run(
      "const mixin = () => class { private secret = 1; protected p = 2; open = 3 }; const Made = mixin()",
    );
    await notebook.run("const unique = Symbol('u'); const keyed = { [unique]: 1 as const }");
    await notebook.run(
      "export default class { private x = 1 }; const anonymous = new (class { private y = 1; z = 2 })()",
    );
    expect(await notebook.run("[new Made().open, keyed[unique], anonymous.z]")).to.deep.equal([3, 1, 2]);
    expect(await places(notebook, "new Made().nothing")).to.deep.equal(["0:11 2339"]);
    await notebook.run("class Sub extends Made { sum() { return this.open + this.p } }");
    expect(await notebook.run("new Sub().sum()")).to.equal(5);
  });

  it("keeps documentation", async () => {
    await notebook.run(
      "/** Adds **two** numbers.\n * @param a the first\n * @example plus(1, 2) */\nfunction plus(a: number, b: number) { return a + b }\n/** An option. */\ninterface Opt {\n  /** Its size. */\n  size: number }",
    );
    const found = await notebook.language.inspect("plus(1, 2)", 2, 1);
    expect(found).to.deep.include({ declaration: "plus(a: number, b: number): number" });
    expect(found!.documentation).to.include("Adds **two** numbers.").and.include("@param").and.include("plus(1, 2)");
    const code = "const opt: Opt = { size: 1 }; opt.size";
    expect((await notebook.language.inspect(code, code.length))!.documentation).to.equal("Its size.");
  });

  it("without a tsconfig.json tells nothing of null, nor of types that are missing", async () => {
    for (const code of [
      "let z1 = null; z1 = 5; z1",
      "const z2 = []; z2.push(1); z2",
      "const z3 = { items: [], best: null }; z3.items.push(1); z3.best = 2",
      "let z4: string = null; let z5: number = undefined; let z6; z6 = 1",
      "const found = [1].find((x) => x > 0); found.toFixed()",
      "const text: string = 'a'.match(/a/)[0]",
      "function noTypes(a, b) { return a[b] }; noTypes(1, 2)",
      "const bag = {}; bag['x'] = 1; bag['x']",
      "let never: (() => number) | undefined = () => 1; never()",
      "const [d1] = 'a'.match(/(a)/); for (const m of 'a'.match(/a/)) m",
      "try { throw 1 } catch (e) { e.message }",
      "class Uninitialized { x: number }",
      "function takes(n: number) { return n }; takes(null); takes(undefined)",
      "const inner = ({ a, b }) => a + b; inner({ a: 1, b: 2 })",
      "function self() { return this }",
    ])
      expect(await notebook.errors(code), code).to.deep.equal([]);
    expect(await places(notebook, "const wrong: string = null || 5")).to.include("0:6 2322");
    await notebook.runAll("const grow = []", "grow.push(1, 'a')");
    await notebook.runAll("let model = null", "model = { fit() {} }", "model.fit()");
    await notebook.runAll("let unsaid", "unsaid = [1]", "unsaid.length");
  });

  it("tells an import of types apart, whether or not it says so", async () => {
    await notebook.run(
      "import { Only, Alias } from './onlyTypes'; const only: Only = { a: 1 }; const alias: Alias = ''",
    );
    await notebook.run("import type Def from './onlyTypes'; import { type Only as Again } from './onlyTypes'", "off");
    expect(await notebook.run("const again: Again = only; again.a")).to.equal(1);
  });

  it("checks after the run where asked", async () => {
    const converted = await notebook.language.convert({
      cell: 9001,
      code: "const sh1: string = 1",
      typeErrors: "show",
    });
    expect(converted.ok).to.equal(true);
    expect((await notebook.language.check(9001)).map(({ code }) => code)).to.deep.equal([2322]);
    await notebook.language.settle(9001);
    expect(await notebook.language.check(9001)).to.deep.equal([]);
    expect(await notebook.language.check(123456)).to.deep.equal([]);
  });

  it("costs no more after two hundred cells", async () => {
    const sizes: number[] = [];
    await notebook.run("let grow0 = { n: 0 }; interface Chain { a: number }");
    for (let i = 1; i <= 200; i++) {
      await notebook.run(
        `let grow${i} = { n: grow${i - 1}.n + 1 }; function useGrow${i}(c: Chain) { return grow${i}.n + c.a }`,
      );
      if (i === 5 || i === 200) sizes.push(notebook.language.fileCount);
    }
    expect(await notebook.run("useGrow200({ a: 1 })")).to.equal(201);
    expect(sizes[1]).to.equal(sizes[0]);
  }).timeout(120_000);

  it("knows the names of a session in JSX", async () => {
    notebook.write({
      "node_modules/react/package.json": '{ "name": "react", "main": "index.js", "types": "index.d.ts" }',
      "node_modules/react/index.js":
        "exports.createElement = (type, props, ...children) => typeof type === 'function' ? type({ ...props, children }) : [type, props, children];\nexports.Fragment = 'fragment';",
      "node_modules/react/index.d.ts":
        "export function createElement(t: any, p: any, ...c: any[]): any; export const Fragment: any;\nexport namespace JSX { type Element = any; interface IntrinsicElements { [name: string]: any } }\nexport as namespace React; declare global { namespace JSX { interface IntrinsicElements { [name: string]: any } } }",
    });
    await notebook.run(
      "/** @jsx */\nimport * as React from 'react'; const who = 'you'; const Hello = ({ name }: { name: string }) => <b>Hi {name}</b>;",
    );
    expect(await notebook.run("/** @jsx */\n<div id='x'><Hello name={who} /></div>")).to.deep.equal([
      "div",
      { id: "x" },
      [["b", null, ["Hi ", "you"]]],
    ]);
    expect(await notebook.run("/** @jsx */ <><i /></>")).to.deep.equal(["fragment", null, [["i", null, []]]]);
    await notebook.run("const h = (t: string, ...rest: unknown[]) => t + rest.length");
    expect(await notebook.run("/** @jsx h */ <p>x</p>")).to.equal("p2");
    expect(await notebook.errors("<div />")).not.to.deep.equal([]);
  });
});

describe("kernel/language: types of the notebook's folder", () => {
  async function inFolder(files: Record<string, string>, test: (notebook: Notebook) => Promise<void>): Promise<void> {
    const notebook = new Notebook({ files });
    await test(notebook);
    await notebook.remove();
  }
  const tsconfig = (compilerOptions: object) => ({ "tsconfig.json": JSON.stringify({ compilerOptions }) });

  it("is strict where tsconfig.json asks for it", () =>
    inFolder(tsconfig({ strict: true }), async (notebook) => {
      expect(await places(notebook, "const t: string = null")).to.deep.equal(["0:6 2322"]);
      expect(await places(notebook, "[1].find((x) => x > 0).toFixed()")).to.deep.equal(["0:0 2532"]);
      expect(await places(notebook, "function f(a) { return a }")).to.deep.equal(["0:11 7006"]);
      expect(await places(notebook, "try {} catch (e) { e.message }")).to.deep.equal(["0:19 18046"]);
    }));

  it("knows nulls only, where only that is asked for", () =>
    inFolder(tsconfig({ strictNullChecks: true }), async (notebook) => {
      expect(await places(notebook, "const t: string = null")).to.deep.equal(["0:6 2322"]);
      expect(await places(notebook, "function f(a) { return a }")).to.deep.equal([]);
    }));

  it("has paths, the DOM and older decorators", () =>
    inFolder(
      {
        ...tsconfig({
          paths: { "@lib/*": ["./lib/*"], short: ["./lib/short.ts"] },
          lib: ["esnext", "dom"],
          experimentalDecorators: true,
          target: "es5",
          module: "commonjs",
          types: [],
          declarationMap: true,
          removeComments: true,
          noEmitOnError: true,
          isolatedDeclarations: true,
        }),
        "lib/deep.ts": "import { short } from 'short';\nexport const deep = short + 1;\n",
        "lib/short.ts": "export const short = 41;\n",
      },
      async (notebook) => {
        expect(
          await notebook.runAll("import { deep } from '@lib/deep'; import { short } from 'short'", "[deep, short]"),
        ).to.deep.equal([42, 41]);
        expect(await notebook.errors("const el = (e: HTMLElement) => e.id; console.log(1n ** 2n)")).to.deep.equal([]);
        await notebook.run("/** Documented. */ function dec(target: any, key: string) { target[key + 'Seen'] = true }");
        expect(await notebook.run("class Old { @dec m() {} }; (new Old() as any).mSeen")).to.equal(true);
        expect((await notebook.language.inspect("dec", 3))!.documentation).to.equal("Documented.");
      },
    ));

  it("goes on with a faulty tsconfig.json, and says what is wrong", () =>
    inFolder(
      { "tsconfig.json": '{ "compilerOptions": { "strict": true, "nonsense": 1, "lib": ["es1999"] ' },
      async (notebook) => {
        expect(notebook.language.faults.join("\n")).to.include("tsconfig.json").and.include("nonsense");
        expect(await notebook.run("[1].map((x) => x + 1)")).to.deep.equal([2]);
      },
    ));

  it("finds a package that was installed, and a file that was written, after an import failed", () =>
    inFolder({ "uses.ts": "import { late } from 'late';\nexport const used = late;\n" }, async (notebook) => {
      expect(await places(notebook, "import { late } from 'late'")).to.deep.equal(["0:21 2307"]);
      expect(await places(notebook, "import { soon } from './soon'")).to.deep.equal(["0:21 2307"]);
      await notebook.run("import { used } from './uses'", "off").catch(() => {});
      notebook.write({
        "node_modules/late/package.json":
          '{ "name": "late", "type": "module", "exports": { "types": "./i.d.ts", "default": "./i.js" } }',
        "node_modules/late/i.js": "export const late = 1;",
        "node_modules/late/i.d.ts": "export const late: number;",
        "soon.ts": "export const soon = 'soon';",
      });
      expect(await notebook.run("import { late } from 'late'; late.toFixed(1)")).to.equal("1.0");
      expect(await notebook.run("import { soon } from './soon'; soon")).to.equal("soon");
      expect(await places(notebook, "import { used } from './uses'; const s: string = used")).to.deep.equal([
        "0:37 2322",
      ]);
      expect(await notebook.run("import { used } from './uses'; used")).to.equal(1);
    }));

  it("knows the names that every cell knows", async () => {
    const notebook = new Notebook({
      files: { "names.d.ts": "declare function input(question?: string): Promise<string>;" },
      globals: ["names.d.ts"],
    });
    expect(await notebook.errors("const answer: string = await input('?')")).to.deep.equal([]);
    expect(await places(notebook, "input(1)")).to.deep.equal(["0:6 2345"]);
    expect((await notebook.complete("inp|")).names).to.deep.equal(["input"]);
    await notebook.remove();
  });

  it("sees the types of a local file that was edited", () =>
    inFolder({ "mod.ts": "export const v: number = 1;\n" }, async (notebook) => {
      await notebook.run("import { v } from './mod'; const first: number = v");
      notebook.write({ "mod.ts": "export const v: string = 'longer';\n" });
      expect(await places(notebook, "const second: number = v")).to.deep.equal(["0:6 2322"]);
      expect(await notebook.run("import { v } from './mod'; v.length")).to.equal(6);
      fs.rmSync(path.join(notebook.folder, "mod.ts"));
      expect(await places(notebook, "import { v } from './mod'")).to.deep.equal(["0:18 2307"]);
    }));

  it("infers zod's types as they are", async () => {
    const notebook = new Notebook({ parent: path.dirname(fileURLToPath(import.meta.url)) });
    await notebook.run("import { z } from 'zod'; const schema = z.object({ a: z.number(), b: z.string().optional() })");
    await notebook.run("type Parsed = z.infer<typeof schema>; const parsed = schema.parse({ a: 1 })");
    expect(await notebook.run("parsed.a + 1")).to.equal(2);
    expect(await typeOf(notebook, "parsed")).to.match(/a: number;\s*b\?: string \| undefined/);
    expect(await places(notebook, "const wrong: Parsed = { a: 'x' }")).to.deep.equal(["0:24 2322"]);
    expect(await places(notebook, "const missing: Parsed = {}")).to.deep.equal(["0:6 2741"]);
    await notebook.remove();
  });
});
