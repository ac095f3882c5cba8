import { expect } from "chai";
import { unboxMessage } from "../../../kernel/src/language/index.js";
import { Notebook, Refused } from "./notebook.js";

describe("kernel/language: names that live", () => {
  let notebook: Notebook;
  beforeEach(() => {
    notebook = new Notebook({
      files: {
        "counter.ts": "export let count = 0;\nexport function inc() { count++; }\nexport default class {}\n",
        "strange.mjs": "const x = 5; export { x as 'a name', x as default };\n",
      },
    });
  });
  afterEach(() => notebook.remove());

  it("shows earlier functions later assignments and redeclarations", async () => {
    await notebook.run("let n = 1; function f() { return n } const g = () => n");
    expect(await notebook.runAll("n = 10", "[f(), g()]")).to.deep.equal([10, 10]);
    expect(await notebook.runAll("let n = 5", "[f(), g()]")).to.deep.equal([5, 5]);
    expect(await notebook.runAll("const n = 'text'", "[f(), g()]")).to.deep.equal(["text", "text"]);
    expect(await notebook.runAll("class n {}", "typeof f()")).to.equal("function");
    expect(await notebook.runAll("enum n { A = 3 }", "(f() as any).A")).to.equal(3);
  });

  it("lets functions assign to what other cells declared", async () => {
    await notebook.runAll("let total = 0", "function add(n: number) { total += n; return total }", "add(2); add(3)");
    expect(await notebook.runAll("let total = 100", "add(1); total")).to.equal(101);
  });

  it("calls the present function from earlier ones, and the present class", async () => {
    await notebook.runAll(
      "function inner() { return 1 }",
      "function outer() { return inner() }",
      "function inner() { return 2 }",
    );
    expect(await notebook.run("outer()")).to.equal(2);
    await notebook.runAll(
      "class A { v = 1; static make() { return new A() } }",
      "const make = () => new A().v",
      "class A { v = 2; static make() { return new A() } }",
    );
    expect(await notebook.run("[make(), A.make().v]")).to.deep.equal([2, 2]);
  });

  it("keeps a class's own name for itself when another takes it", async () => {
    await notebook.runAll("class B { static make() { return new B() } v = 1 } const old = B", "class B { v = 2 }");
    expect(await notebook.run("old.make().v")).to.equal(1);
  });

  it("reads exports of modules each time", async () => {
    await notebook.run("import { count, inc } from './counter'; import * as counter from './counter.ts'");
    expect(await notebook.runAll("inc(); inc()", "[count, counter.count]")).to.deep.equal([2, 2]);
    await notebook.run("const seen = () => count");
    expect(await notebook.runAll("inc()", "seen()")).to.equal(3);
  });

  it("imports names that are not identifiers, and defaults", async () => {
    await notebook.run("import value, { 'a name' as named } from './strange.mjs'", "off");
    expect(await notebook.run("[value, named]", "off")).to.deep.equal([5, 5]);
  });

  it("goes from an import to a variable and back", async () => {
    await notebook.run("import { sep } from 'node:path'; const read = () => sep");
    await notebook.run("const sep = 1 as any");
    expect(await notebook.run("sep")).to.equal(1);
    await notebook.run("import { sep } from 'node:path'");
    expect(await notebook.run("typeof sep")).to.equal("string");
  });

  it("refuses to assign to constants, by types and without them", async () => {
    await notebook.run(
      "const k = 1; const o = { k: 1 }; import { sep } from 'node:path'; import * as all from 'node:path'; enum En { A }",
    );
    for (const code of ["k = 2", "k++", "[k] = [2]", "({ k } = { k: 2 })", "for (k of [1]);", "k += 1"]) {
      expect(await notebook.failure(code), code).to.be.instanceOf(Refused);
      const error = await notebook.failure(code, "off");
      expect(error, code).to.be.instanceOf(TypeError).with.property("message", "Assignment to constant variable.");
    }
    for (const code of ["(k as any) = 3", "sep = ''", "all = {}", "En = {}"])
      expect(await notebook.failure(code, "off"), code).to.be.instanceOf(TypeError);
    expect(await notebook.run("let m: any = 1; k ||= 2; [k, o.k = 5]", "off")).to.deep.equal([1, 5]);
  });

  it("gives names in messages as they were written", async () => {
    await notebook.run("let notFunction: any = 1; let nothing: any; import { sep } from 'node:path'");
    for (const [code, message] of [
      ["notFunction()", "notFunction is not a function"],
      ["notFunction.x.y", "Cannot read properties of undefined (reading 'y')"],
      ["new notFunction()", "notFunction is not a constructor"],
      ["const [it] = nothing", "undefined is not iterable"],
      ["notFunction``", "notFunction is not a function"],
      ["(sep as any)()", "sep is not a function"],
      ["for (const x of notFunction);", "notFunction is not iterable"],
    ] as const) {
      const { message: found } = await notebook.failure(code, "off");
      expect(unboxMessage(found), code).to.include(message);
      expect(unboxMessage(found), code).not.to.match(/ǃ|\.v\b|\(0/);
    }
    expect(unboxMessage("a plain message")).to.equal("a plain message");
  });

  it("withdraws what a cell that fails did not reach; earlier declarations hold again", async () => {
    await notebook.run("let x = 1; const get = () => x; const getLate = () => (globalThis as any).late");
    await notebook.failure(
      "const first = 'reached'; if (first) throw new Error('midway'); let x = 'text'; let late = 2; function made() { return late }",
    );
    expect(await notebook.run("[x + 1, get(), first, typeof made]")).to.deep.equal([2, 1, "reached", "function"]);
    const unknown = await notebook.errors("late");
    expect(unknown.map(({ code }) => code)).to.deep.equal([2304]);
    expect(await notebook.failure("made()")).to.be.instanceOf(ReferenceError);
    expect(await notebook.failure("late", "off")).to.be.instanceOf(ReferenceError);
    expect(await notebook.runAll("let late = 3", "made()")).to.equal(3);
  });

  it("keeps what a cell reached before it failed, with its new type", async () => {
    await notebook.run("let y = 1");
    await notebook.failure("let y = 'text'; throw new Error('after')");
    expect(await notebook.run("y.toUpperCase()")).to.equal("TEXT");
  });

  it("is exact about names that have no value yet", async () => {
    await notebook.run("const later = () => soon; declare const soon: number", "off");
    expect(await notebook.failure("soonest; let soonest = 1", "off")).to.be.instanceOf(ReferenceError);
    expect(await notebook.failure("typeof tdz; let tdz = 1", "off")).to.be.instanceOf(ReferenceError);
  });
});
