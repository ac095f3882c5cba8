import { expect } from "chai";
import { Notebook } from "./notebook.js";

describe("kernel/language: inspection", () => {
  let notebook: Notebook;
  before(async () => {
    notebook = new Notebook();
    await notebook.run(
      [
        "/** Scales a {@link Point}, see {@link https://example.org|the page}.",
        " *",
        " * - by `factor`",
        " * @param factor how much",
        " * @returns the same *point*",
        " */",
        "function scale(point: Point, factor = 2): Point { return point }",
        "/** A point. */",
        "interface Point { x: number }",
        "const size = 3; let anything: any",
        "function many(a: string): void; function many(a: number, b: boolean): void; function many() {}",
      ].join("\n"),
    );
  });
  after(() => notebook.remove());

  async function inspect(marked: string, detail: 0 | 1 = 0) {
    const position = marked.indexOf("|");
    return notebook.language.inspect(marked.replace("|", ""), position, detail);
  }

  it("tells what a name is, wherever in it the cursor stands", async () => {
    for (const code of ["|size", "si|ze", "size|", "1 + size|;", "'👍' + si|ze"])
      expect((await inspect(code))?.declaration, code).to.equal("const size: 3");
    expect((await inspect("Math.ma|x"))?.declaration).to.include("Math.max(...values: number[]): number");
    expect((await inspect("let p: Poi|nt"))?.declaration).to.equal("interface Point");
    expect((await inspect("const here = [1]; her|e"))?.declaration).to.equal("const here: number[]");
  });

  it("gives documentation in Markdown, with tags where asked", async () => {
    const short = await inspect("scal|e");
    expect(short?.documentation)
      .to.include("- by `factor`")
      .and.include("Point")
      .and.include("[the page](https://example.org)");
    expect(short?.documentation).not.to.match(/@param|\{@link/);
    const long = await inspect("scal|e", 1);
    expect(long?.documentation)
      .to.include("*@param*")
      .and.include("`factor` — how much")
      .and.include("the same *point*");
  });

  it("tells what a function wants while its arguments are written", async () => {
    for (const code of ["scale(|", "scale({ x: 1 }, |", "scale({ x: 1 }, |)", "scale( |"])
      expect((await inspect(code))?.declaration, code).to.equal("scale(point: Point, factor?: number): Point");
    const overloads = (await inspect("many(1, |"))?.declaration.split("\n");
    expect(overloads).to.deep.equal(["many(a: number, b: boolean): void", "many(a: string): void"]);
  });

  it("knows nothing of what is nothing", async () => {
    for (const code of ["|", "nowhere|", "1 +| 2", "// siz|e", "'te|xt'", "   |   "])
      expect(await inspect(code), code).to.equal(undefined);
  });
});
