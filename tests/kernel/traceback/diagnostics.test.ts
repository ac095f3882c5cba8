import { stripVTControlCharacters } from "node:util";
import { expect } from "chai";
import { type Diagnostic, formatDiagnostics } from "../../../kernel/src/traceback/index.js";

const BASE: Diagnostic = { code: 2322, message: "Wrong type.", category: "error", line: 1, column: 1, length: 1 };

function format(source: string, ...diagnostics: Partial<Diagnostic>[]): string {
  const all = diagnostics.map((diagnostic) => ({ ...BASE, ...diagnostic }));
  return stripVTControlCharacters(formatDiagnostics(all, source, "Cell In[2]"));
}

describe("kernel/traceback/diagnostics", () => {
  it("marks the place in its line", () => {
    expect(format("let a = 1;\nconst x: number = 'a';", { line: 2, column: 7, length: 1 })).to.equal(
      "Cell In[2], line 2, column 7 - error TS2322: Wrong type.\n\n2 const x: number = 'a';\n        ~",
    );
    expect(format("\ta = '😀' + b", { column: 12, length: 1 })).to.match(/\n {2}\t {9}~$/);
    expect(format("'😀😀'", { column: 1, length: 6 })).to.match(/\n {2}~{4}$/);
  });

  it("colours by category", () => {
    expect(formatDiagnostics([BASE], "a", "x")).to.include("\x1b[31merror\x1b[0m");
    expect(formatDiagnostics([{ ...BASE, category: "warning" }], "a", "x")).to.include("\x1b[33mwarning\x1b[0m");
  });

  it("survives places that are not there, and long lines", () => {
    expect(format("a", { line: 5 })).to.equal("Cell In[2], line 5, column 1 - error TS2322: Wrong type.");
    expect(format("a", { length: 0 })).to.match(/~$/);
    expect(format("abc", { column: 3, length: 100 })).to.match(/\n {4}~$/);
    expect(format("ab", { column: 3 })).to.match(/\n {4}~$/);
    const long = format(`${"x".repeat(1e6)} here`, { column: 1_000_002, length: 4 });
    expect(long.length).to.be.below(600);
    const [, , line, mark] = long.split("\n") as [string, string, string, string];
    expect(line.slice(mark.indexOf("~"))).to.equal("here");
    expect(mark.trim()).to.equal("~~~~");
  });

  it("separates several, and counts those left out", () => {
    expect(format("a", {}, {}).split("\n\nCell")).to.have.length(2);
    expect(format("a", ...Array(60).fill({}))).to.match(/… 10 more$/);
    expect(format("a")).to.equal("");
  });
});
