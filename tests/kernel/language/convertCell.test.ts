import { SourceMap } from "node:module";
import { expect } from "chai";
import { Notebook } from "./notebook.js";

describe("kernel/language/convertCell", () => {
  let notebook: Notebook;
  before(() => {
    notebook = new Notebook({ typeErrors: "off" });
  });
  after(() => notebook.remove());

  /** Where in the cell the source map says that a text of the converted cell comes from. */
  async function originOf(code: string, text: string): Promise<readonly [line: number, column: number]> {
    const converted = await notebook.convert(code);
    if (!converted.ok) throw new Error("The cell was refused.");
    const lines = converted.body.split("\n");
    const line = lines.findIndex((each) => each.includes(text));
    const found = new SourceMap(JSON.parse(converted.sourceMap)).findEntry(line, lines[line]!.indexOf(text));
    return "originalLine" in found ? [found.originalLine, found.originalColumn] : [-1, -1];
  }

  it("maps the converted code to the cell's lines and columns", async () => {
    expect(await originOf("interface A {\n  a: 1\n}\n\nlet x = 1;\n  boom(x)", "boom")).to.deep.equal([5, 2]);
    expect(await originOf("import fs from 'fs'\nfunction f() {\n  return later\n}", "return")).to.deep.equal([2, 2]);
    expect(await originOf("enum E { A }\n\n  throw E.A", "throw")).to.deep.equal([2, 2]);
    expect(await originOf("'👍'; failing()", "failing")).to.deep.equal([0, 6]);
  });

  it("says which names a cell declares, and whether it waits", async () => {
    const about = async (code: string) => {
      const converted = await notebook.convert(code);
      return converted.ok && [converted.isAsync, converted.declares.map(({ key }) => key)];
    };
    expect(await about("let a = 1; type T = 1; declare const d: number; class C {}")).to.deep.equal([
      false,
      ["a", "C"],
    ]);
    expect(await about("import x, * as y from 'node:fs'")).to.deep.equal([true, ["import x", "y"]]);
    expect(await about("import type x from 'node:fs'")).to.deep.equal([false, []]);
    expect(await about("async function f() { await 1 }; () => { for await (const x of []); }")).to.deep.equal([
      false,
      ["f"],
    ]);
    expect(await about("{ for await (const x of []); }")).to.deep.equal([true, []]);
    expect(await about("await using r = null")).to.deep.equal([true, ["r"]]);
  });

  it("emits no comment and no export", async () => {
    const converted = await notebook.convert("/** doc */ export const a = 1; // end\nexport default a");
    expect(converted.ok && converted.body).not.to.match(/doc|end|export/);
  });
});
