import { expect } from "chai";
import { fieldOf } from "../../../kernel/src/language/index.js";
import { Scope } from "../../../kernel/src/session/index.js";

describe("kernel/session/scope", () => {
  let scope: Scope;
  beforeEach(() => {
    scope = new Scope();
  });

  const set = (name: string, value: unknown): void => {
    scope.box(name)[fieldOf(name)] = value;
  };
  const get = (name: string): unknown => scope.box(name)[fieldOf(name)];

  it("gives every cell the same box, in which nothing is until something is written", () => {
    expect(scope.box("a")).to.equal(scope.box("a"));
    expect(() => get("a")).to.throw(ReferenceError, "Cannot access 'a' before it has a value");
    expect(scope.isSet("a")).to.equal(false);
    set("a", undefined);
    expect(get("a")).to.equal(undefined);
    expect(scope.isSet("a")).to.equal(true);
  });

  it("holds what it held while a cell that declares the name again has not reached it", () => {
    set("a", 1);
    scope.expect("a");
    expect(get("a")).to.equal(1);
    expect(scope.isSet("a")).to.equal(false);
    expect(scope.settle("a"), "not reached").to.equal(false);
    expect(get("a")).to.equal(1);
    expect(scope.isSet("a")).to.equal(true);
  });

  it("holds what the cell gives it, though that is undefined", () => {
    for (const value of [2, undefined]) {
      set("a", 1);
      scope.expect("a");
      set("a", value);
      expect(scope.settle("a")).to.equal(true);
      expect(get("a")).to.equal(value);
    }
  });

  it("has no value after a cell that declared a new name and did not reach it", () => {
    scope.expect("a");
    expect(() => get("a")).to.throw(ReferenceError);
    expect(scope.settle("a")).to.equal(false);
    expect(() => get("a")).to.throw(ReferenceError);
    // The next cell reaches it.
    scope.expect("a");
    set("a", 3);
    expect(scope.settle("a")).to.equal(true);
    expect(get("a")).to.equal(3);
  });

  it("keeps what was held through two cells that do not reach the name", () => {
    set("a", 1);
    for (let cell = 0; cell < 2; cell++) {
      scope.expect("a");
      scope.settle("a");
    }
    expect(get("a")).to.equal(1);
  });

  it("shows values from outside: what has one, and no module's exports", () => {
    set("a", 1);
    set("b", null);
    scope.box("c");
    expect([...scope.values()]).to.deep.equal([
      ["a", 1],
      ["b", null],
    ]);
    scope.expect("a");
    expect(
      [...scope.values()].map(([name]) => name),
      "not reached yet",
    ).not.to.include("a");
  });

  it("shows imports by what their modules export now, and a name's latest meaning alone", () => {
    const module = {
      exported: 1,
      get later(): never {
        throw new ReferenceError("not yet");
      },
    };
    const declare = (key: string, value: unknown, imported?: string): void => {
      scope.expect(key, imported);
      set(key, value);
      scope.settle(key);
    };
    declare("import a", module, "exported");
    declare("import b", module, "later");
    declare("import c", module, "exported");
    declare("c", "value");
    declare("d", "value");
    declare("import d", module, "exported");
    module.exported = 2;
    expect(Object.fromEntries(scope.values())).to.deep.equal({ a: 2, c: "value", d: 2 });
    expect(["a", "b", "c", "d", "e"].filter((name) => scope.isImported(name))).to.deep.equal(["a", "b", "d"]);
    scope.expect("c");
    scope.expect("import a", "exported");
    for (const key of ["c", "import a"]) scope.settle(key);
    expect(Object.fromEntries(scope.values()), "not reached").to.deep.equal({ a: 2, c: "value", d: 2 });
  });

  it("keeps names apart that every object has", () => {
    for (const name of ["__proto__", "constructor", "hasOwnProperty"]) {
      expect(() => get(name), name).to.throw(ReferenceError);
      set(name, name);
    }
    expect(["__proto__", "constructor", "hasOwnProperty"].map(get)).to.deep.equal([
      "__proto__",
      "constructor",
      "hasOwnProperty",
    ]);
  });
});
