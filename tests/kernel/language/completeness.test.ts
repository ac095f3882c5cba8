// biome-ignore-all lint/suspicious/noTemplateCurlyInString: cells hold template strings
import { expect } from "chai";
import { completenessOf } from "../../../kernel/src/language/completeness.js";

const COMPLETE = [
  "",
  "1 + 1",
  "let x = 1;",
  "function f() {\n  return 1;\n}",
  "// a comment",
  "/* a comment */",
  "`a ${b} c`",
  "const f = () => ({ a: 1 })",
  "if (a) b(); else c()",
  "class A { #x = 1; get x() { return this.#x } }",
  "await fetch('x')",
  "for await (const x of y) z(x)",
  "import { a } from 'b'",
  "type A<T> = T extends infer U ? U : never",
  "x\n  .map((y) => y)\n",
  "/[(]/.test('(')",
  "/** @jsx */ <div>text</div>",
];
const INCOMPLETE: readonly (readonly [code: string, indent: string])[] = [
  ["function f() {", "  "],
  ["if (x) {\n  y();", "  "],
  ["foo(", "  "],
  ["foo(1,", "  "],
  ["[1, 2,", "  "],
  ["const x =", ""],
  ["x.", ""],
  ["1 +", ""],
  ["`a template", ""],
  ["`with ${", "  "],
  ["/* a comment", ""],
  ["class A {\n  m() {", "    "],
  ["if (x)", ""],
  ["try { a() }", ""],
  ["const f = () =>", ""],
  ["import {", "  "],
  ["for (const x of y) {\n  z([", "      "],
  ["let t: ", ""],
  ["@decorator", ""],
  ["/** @jsx */ <div>", ""],
];
const INVALID = ["}", "let = = 1", "a b", "foo)", "'text", "1x", "const 5 = 1", "if (a b) {", "foo(]"];

describe("kernel/language: completeness", () => {
  for (const code of COMPLETE)
    it(`complete: ${JSON.stringify(code)}`, () => {
      expect(completenessOf(code)).to.deep.equal({ status: "complete" });
    });
  for (const [code, indent] of INCOMPLETE)
    it(`incomplete: ${JSON.stringify(code)}`, () => {
      expect(completenessOf(code)).to.deep.equal({ status: "incomplete", indent });
    });
  for (const code of INVALID)
    it(`invalid: ${JSON.stringify(code)}`, () => {
      expect(completenessOf(code)).to.deep.equal({ status: "invalid" });
    });
});
