import type { SourceMapPayload } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { stripVTControlCharacters } from "node:util";
import vm from "node:vm";
import { expect } from "chai";
import fc from "fast-check";
import ts from "typescript";
import { type MappedSource, Tracebacks } from "../../../kernel/src/traceback/index.js";
import { makePublication, newSender } from "../../../kernel/src/wire/index.js";
import { checkPublished } from "../wire/specification.js";

const ROOT = path.join(import.meta.dirname, "../../../..");
const FOLDER = "/home/user/notebooks";

/** Cells, run as a kernel would: converted, with a prologue, in a function. */
class Cells {
  readonly sources = new Map<string, MappedSource>();
  readonly tracebacks = new Tracebacks({
    mapOf: (script) => this.sources.get(script),
    notebookFolder: FOLDER,
    // The frames of the tests and of mocha stand for the kernel's.
    kernelFolder: ROOT,
  });

  run(source: string, names: Record<string, unknown> = {}): unknown {
    const script = `cell-${this.sources.size + 1}.js`;
    const { outputText, sourceMapText } = ts.transpileModule(source, {
      compilerOptions: { target: ts.ScriptTarget.ES2023, sourceMap: true, module: ts.ModuleKind.ESNext },
    });
    const prologue = "'use strict';\n/* prologue */\n";
    this.sources.set(script, {
      label: `Cell In[${this.sources.size + 1}]`,
      source,
      map: JSON.parse(sourceMapText!) as SourceMapPayload,
      prologueLines: 3,
      wrapper: "cell",
    });
    const code = `(function cell(${Object.keys(names).join()}) {\n${prologue}${outputText}\n})`;
    const run = vm.runInThisContext(code, { filename: script }) as (...values: unknown[]) => unknown;
    return run(...Object.values(names));
  }

  /** What a cell threw. */
  thrownBy(source: string, names: Record<string, unknown> = {}): unknown {
    try {
      this.run(source, names);
    } catch (error) {
      return error;
    }
    throw new Error(`nothing was thrown by ${source}`);
  }

  /** The traceback's text, without colours. */
  text(thrown: unknown): string {
    const content = this.tracebacks.format(thrown);
    checkPublished(makePublication(newSender(), "error", content));
    return stripVTControlCharacters(content.traceback.join("\n"));
  }
}

/** An error with this stack. */
function withStack(frames: string, error = new Error("boom")): Error {
  return Object.assign(error, { stack: `${error.name}: ${error.message}\n${frames}` });
}

describe("kernel/traceback", () => {
  let cells: Cells;

  beforeEach(() => {
    cells = new Cells();
  });

  it("shows the place in the cell as the user wrote it", () => {
    const source =
      "interface Point { x: number }\n\nconst p: Point | null = null;\n\tp!.x;\nconst after: number = 1;\n";
    const error = cells.thrownBy(source);
    expect(cells.text(error)).to.equal(
      [
        "TypeError: Cannot read properties of null (reading 'x')",
        "Cell In[1], line 4",
        "      2",
        "      3 const p: Point | null = null;",
        "----> 4 \tp!.x;",
        "        \t   ^",
        "      5 const after: number = 1;",
        "      6",
        "    at Cell In[1], line 4, column 5",
      ].join("\n"),
    );
    const { ename, evalue, traceback } = cells.tracebacks.format(error);
    expect([ename, evalue]).to.deep.equal(["TypeError", "Cannot read properties of null (reading 'x')"]);
    expect(traceback[0]!.startsWith("\x1b[31mTypeError\x1b[0m: ")).to.equal(true);
  });

  it("follows calls through cells, and removes what is the kernel's", () => {
    const inner = cells.run("function inner(n: number) {\n  throw new RangeError(String(n));\n}\nreturn inner;");
    const text = cells.text(cells.thrownBy("[1].map((n: number) => inner(n))", { inner }));
    expect(text.split("\n").filter((line) => line.startsWith("    at"))).to.deep.equal([
      "    at inner (Cell In[1], line 2, column 9)",
      "    at Cell In[2], line 1, column 24",
      "    at Array.map (<anonymous>)",
      "    at Cell In[2], line 1, column 5",
    ]);
    expect(text).to.include("----> 2   throw new RangeError");
  });

  it("shows files of the user relative to the notebook, and packages", () => {
    const text = cells.text(
      withStack(
        [
          `    at load (${FOLDER}/lib/my load (2).ts:10:3)`,
          `    at async ${pathToFileURL(`${FOLDER}/a b.ts`)}:1:2`,
          "    at new Thing (/usr/lib/thing/index.js:5:6)",
          "    at process.processTicksAndRejections (node:internal/process/task_queues:105:5)",
          "    at Object.readFileSync (node:fs:452:35)",
          `    at ${path.join(ROOT, "session.js")}:1:1`,
          `    at last (file://${FOLDER}/node_modules/pkg/x.js:1:1)`,
          "    at Script.runInThisContext (node:vm:146:12)",
        ].join("\n"),
      ),
    );
    expect(text.split("\n").slice(1)).to.deep.equal([
      "    at load (lib/my load (2).ts:10:3)",
      "    at async a b.ts:1:2",
      "    at new Thing (/usr/lib/thing/index.js:5:6)",
      "    at Object.readFileSync (node:fs:452:35)",
      "    at last (node_modules/pkg/x.js:1:1)",
    ]);
  });

  it("keeps the stack where nothing of it is the user's", () => {
    expect(cells.text(withStack("    at Object.readFileSync (node:fs:452:35)"))).to.include("readFileSync");
    expect(cells.text(new Error("a defect"))).to.match(/tracebacks\.test/);
  });

  it("takes no line of the message for a frame, and knows stacks made before the message", () => {
    const error = cells.thrownBy("throw new Error('a\\n    at fake (cell-1.js:1:1)')");
    expect(cells.text(error)).to.not.include("fake (Cell");
    expect(cells.text(error)).to.include("at Cell In[1], line 1, column 7");
    (error as Error).message = "another";
    expect(cells.text(error))
      .to.match(/^Error: another\n/)
      .and.include("at Cell In[1], line 1, column 7");
  });

  it("shows what Node says before the name, and codes", () => {
    const syntax = (() => {
      try {
        new vm.Script("let a = ;", { filename: "/home/user/notebooks/bad.js" });
      } catch (error) {
        return error;
      }
      return undefined;
    })();
    expect(cells.text(syntax)).to.match(/^SyntaxError: Unexpected token ';'\n.*bad\.js:1\nlet a = ;\n {8}\^\n/);
    const coded = Object.assign(new Error("not found"), { code: "ERR_MODULE_NOT_FOUND" });
    expect(cells.text(coded)).to.match(/^Error \[ERR_MODULE_NOT_FOUND\]: not found\n/);
  });

  it("shows evaluated code by its own place", () => {
    const error = withStack(
      `    at eval (eval at cell (cell-1.js:3:2), <anonymous>:1:3)\n    at f (${FOLDER}/a.js:1:1)`,
    );
    expect(cells.text(error)).to.include("at eval (eval at cell").and.include("at f (a.js:1:1)");
  });

  it("follows causes and aggregates, cycles too", () => {
    const text = cells.text(
      cells.thrownBy(
        "const low = new TypeError('low');\nthrow new Error('high', { cause: new AggregateError([low, 5], 'many', { cause: null }) });",
      ),
    );
    const heads = text.split("\n").filter((line) => /^(?:\w*Error|Caused|\[)/.test(line));
    expect(heads).to.deep.equal([
      "Error: high",
      "Caused by: AggregateError: many",
      "[1/2] TypeError: low",
      "[2/2] Thrown (number, not an error, so it has no stack): 5",
      "Caused by: Thrown (null, not an error, so it has no stack): null",
    ]);
    const cyclic = new Error("round");
    cyclic.cause = cyclic;
    expect(cells.text(cyclic)).to.include("Caused by: Error: round (shown above)");
    const wide = (depth: number): Error =>
      depth === 0
        ? new Error("leaf")
        : new AggregateError(
            Array.from({ length: 12 }, () => wide(depth - 1)),
            "wide",
          );
    const lines = cells.text(wide(3)).split("\n");
    expect(lines.length).to.be.below(2000);
    expect(lines).to.include("… 2 more");
  });

  it("names whatever is thrown", () => {
    class Refused extends Error {}
    for (const [thrown, ename, evalue] of [
      [5, "number", "5"],
      [null, "null", "null"],
      [undefined, "undefined", "undefined"],
      ["text", "string", "text"],
      [Symbol("s"), "symbol", "Symbol(s)"],
      [{ a: 1 }, "Object", "{ a: 1 }"],
      [new Refused("no"), "Refused", "no"],
      [Object.assign(new Error("x"), { name: "" }), "Error", "x"],
      [new DOMException("gone", "AbortError"), "AbortError", "gone"],
      [vm.runInNewContext("new TypeError('other realm')"), "TypeError", "other realm"],
      [Object.assign(new Error("x"), { message: Symbol("m") }), "Error", "Symbol(m)"],
      [Object.create(null), "Object", "[Object: null prototype] {}"],
    ] as const) {
      expect(cells.tracebacks.format(thrown)).to.deep.include({ ename, evalue });
      expect(cells.text(thrown)).to.include(evalue);
    }
  });

  it("survives errors that defend themselves", () => {
    const fail = (): never => {
      throw new Error("a trap ran");
    };
    const traps = ["get", "has", "ownKeys", "getPrototypeOf", "getOwnPropertyDescriptor"] as const;
    const proxy = new Proxy({}, Object.fromEntries(traps.map((trap) => [trap, fail])));
    expect(cells.tracebacks.format(proxy).evalue).to.equal("{}");
    for (const key of ["stack", "message", "name", "cause", "errors", "code", "constructor"]) {
      const error = Object.defineProperty(new Error("x"), key, { get: fail });
      expect(cells.text(error), key).to.match(/^Error/);
    }
    const { proxy: revoked, revoke } = Proxy.revocable([], {});
    revoke();
    for (const odd of [revoked, proxy, 5, null, {}])
      for (const key of ["stack", "message", "name", "errors", "cause"])
        expect(cells.text(Object.assign(new Error("x"), { [key]: odd })), key).to.be.a("string");
    fc.assert(
      fc.property(fc.anything(), fc.anything(), (thrown, part) => {
        cells.text(thrown);
        cells.text(Object.assign(new Error("x"), { stack: part, message: thrown, cause: part }));
      }),
      { numRuns: 200 },
    );
  });

  it("stays short, whatever is long", () => {
    const long = new Error("x".repeat(1e7));
    expect(cells.tracebacks.format(long).evalue).to.match(/… 9,990,000 more characters$/);
    expect(cells.text(long).length).to.be.below(100_000);
    const deep = withStack(Array.from({ length: 50_000 }, (_, i) => `    at f (${FOLDER}/a.js:${i}:1)`).join("\n"));
    expect(cells.text(deep).split("\n")).to.have.length(32);
    expect(cells.text(deep)).to.match(/… [\d]+ more frames/);
    const minified = cells.thrownBy(`const s = "${"x".repeat(100_000)}"; null.y;`);
    expect(cells.text(minified).length).to.be.below(1000);
    expect(cells.text(minified)).to.match(/----> 1 ….*null\.y;\n {9}.*\^/);
  });

  it("does without a source map, and survives a wrong one", () => {
    cells.sources.set("plain.js", { label: "Cell In[9]", source: "a\nb", prologueLines: 1 });
    const at = (place: string) => cells.text(withStack(`    at f (plain.js:${place})`));
    expect(at("3:1")).to.include("at f (Cell In[9], line 2, column 1)").and.include("----> 2 b");
    expect(at("1:1"), "the prologue is the kernel's").to.not.include("Cell In[9]");
    expect(at("99:1")).to.include("line 98, column 1").and.not.include("---->");
    const map = { version: 3, sources: [], names: [], mappings: "!!!" } as unknown as SourceMapPayload;
    cells.sources.set("wrong.js", { label: "Cell In[8]", source: "a", prologueLines: 0, map });
    expect(cells.text(withStack("    at f (wrong.js:1:1)"))).to.include("Error: boom");
  });
});
