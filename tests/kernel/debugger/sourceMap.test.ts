import { SourceMap as NodeSourceMap } from "node:module";
import { expect } from "chai";
import fc from "fast-check";
import ts from "typescript";
import { SourceMap } from "../../../kernel/src/debugger/sourceMap.js";

function transpile(code: string): { js: string; json: string } {
  const { outputText: js, sourceMapText: json } = ts.transpileModule(code, {
    compilerOptions: { sourceMap: true, target: ts.ScriptTarget.ES2022 },
  });
  return { js, json: json! };
}

const CODE = "interface A {\n  a: number;\n}\nconst one: number = 1;\nfunction f(a: A): number {\n  return a.a;\n}\n";

describe("SourceMap", () => {
  it("goes from the script to the user's lines and back", () => {
    const { js, json } = transpile(CODE);
    const map = new SourceMap(json);
    const line = js.split("\n").findIndex((text) => text.includes("return"));
    const column = js.split("\n")[line]!.indexOf("return");
    expect(map.original({ line, column })).to.deep.equal({ line: 5, column: 2 });
    expect(map.generated(5)).to.deep.equal({ line, column });
    expect(map.generated(1)).to.equal(undefined);
  });

  it("answers nothing for a line that nobody wrote", () => {
    const map = new SourceMap(JSON.stringify({ version: 3, sources: ["a"], names: [], mappings: "AAAA;;AACA" }));
    expect(map.original({ line: 0, column: 9 })).to.deep.equal({ line: 0, column: 0 });
    expect(map.original({ line: 1, column: 0 })).to.equal(undefined);
    expect(map.original({ line: 2, column: 0 })).to.deep.equal({ line: 1, column: 0 });
    expect(map.original({ line: 3, column: 0 })).to.equal(undefined);
  });

  it("reads each segment as Node does", () => {
    const statement = fc.constantFrom(
      "const a: number = 1;",
      "interface I { x: 1 }",
      "f(1 as any,",
      "2);",
      "\n",
      "  /* c */ g();\n",
    );
    fc.assert(
      fc.property(fc.array(statement, { maxLength: 12 }), (statements) => {
        const { js, json } = transpile(statements.join(""));
        const map = new SourceMap(json);
        const nodes = new NodeSourceMap(JSON.parse(json));
        for (const [line, text] of js.split("\n").entries())
          for (let column = 0; column < text.length; column++) {
            const found = map.original({ line, column });
            if (found === undefined) continue;
            const entry = nodes.findEntry(line, column) as { originalLine: number; originalColumn: number };
            expect(found).to.deep.equal({ line: entry.originalLine, column: entry.originalColumn });
          }
      }),
      { numRuns: 50 },
    );
  });
});
