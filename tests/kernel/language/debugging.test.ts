import vm from "node:vm";
import { expect } from "chai";
import { breakpointLines, catchesAt, convertExpression } from "../../../kernel/src/language/debugging.js";
import type { ExpressionPlace } from "../../../kernel/src/language/language.js";

const session = new Set(["x", "y", "list"]);

function convert(code: string, place?: ExpressionPlace | "file") {
  return convertExpression(code, place, {
    compilerOptions: {},
    lookUp: (name) => (session.has(name) ? { name, kind: "let" } : undefined),
    isTypeOnly: () => false,
  });
}

/** Evaluates with boxes of these values. */
function evaluate(code: string, values: Record<string, unknown>, place?: ExpressionPlace | "file"): unknown {
  const { js, runtime, keys } = convert(code, place);
  const run = vm.runInThisContext(`(${js})`) as (...values: unknown[]) => unknown[];
  return run(...runtime.map(() => undefined), ...keys.map((key) => ({ v: values[key] })))[0];
}

describe("Expressions for a debugger", () => {
  it("read the session's names, in TypeScript", () => {
    expect(evaluate("x + (y as number)!", { x: 1, y: 2 })).to.equal(3);
    expect(evaluate("{ x, z: list.map((x: number) => x * 2) }", { x: 1, list: [4] })).to.deep.equal({ x: 1, z: [8] });
    expect(evaluate("x // comment", { x: 7 })).to.equal(7);
    expect(evaluate("x;", { x: 7 })).to.equal(7);
  });

  it("leave alone what functions and blocks around the place declare", () => {
    const code = "let x = 1;\nfunction f(x: number) {\n  for (const y of [1]) {\n    f(y);\n  }\n}\nx;";
    expect(convert("x + y + list", { code, line: 3 }).keys).to.deep.equal(["list"]);
    expect(convert("x + y + list", { code, line: 0 }).keys).to.deep.equal(["x", "y", "list"]);
    expect(convert("x + y", { code, line: 6 }).keys).to.deep.equal(["x", "y"]);
    expect(convert("require", { code: "{\n  const require = 1;\n  f();\n}", line: 2 }).runtime).not.to.include(
      "require",
    );
    expect(convert("x", "file").keys).to.deep.equal([]);
  });

  it("say whether they await, and refuse what is no expression", () => {
    expect(convert("await x").isAsync).to.equal(true);
    expect(convert("async () => await x").isAsync).to.equal(false);
    for (const code of ["let z = 1", "x +", "", "1); x(2", "for (;;) {}"]) {
      expect(() => convert(code), code).to.throw("is not one expression");
    }
  });
});

describe("Lines for breakpoints", () => {
  it("are those where statements begin that run", () => {
    const lines = (code: string) => breakpointLines(code, {}).map((line) => line + 1);
    expect(
      lines("// one\ninterface A {\n  a: 1;\n}\nlet a: A;\nvar b;\nfunction f() {\n  return 1;\n}\n\nf(\n  1,\n);"),
    ).to.deep.equal([5, 8, 11]);
    expect(
      lines(
        "const g = () =>\n  1;\ntry {\n  g();\n} catch {\n}\nimport type { T } from 't';\ndeclare const q: number;",
      ),
    ).to.deep.equal([1, 2, 4]);
    expect(lines("class C {\n  m() {\n    this.m();\n  }\n}")).to.deep.equal([1, 3]);
    expect(lines("")).to.deep.equal([]);
  });
});

describe("catchesAt", () => {
  it("knows what is caught in the same function", () => {
    const code =
      "function f() {\n try { g(); h(() => {\n k(); }) }\n catch { l(); }\n try { m(); } finally { n(); }\n}";
    const at = (text: string) => {
      const before = code.slice(0, code.indexOf(text)).split("\n");
      return catchesAt(code, before.length - 1, before.at(-1)!.length);
    };
    expect([at("g()"), at("k()"), at("l()"), at("m()"), at("n()")]).to.deep.equal([true, false, false, false, false]);
  });
});
