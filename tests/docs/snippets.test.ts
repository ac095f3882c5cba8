/** The code of docs/concepts and of docstrings fits the sources; what is cheap is run; and every public name is explained and shown. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { expect } from "chai";
import { useBackend } from "../../src/tensor/index.js";
import { ROOT } from "./markdown.js";
import { complaints, javaScriptOf, overlaidProgram } from "./overlay.js";
import { NOTEBOOK, publicNames } from "./publicNames.js";
import { exampleModule, pageModules, type SnippetModule } from "./snippets.js";

/** Numbers in the documentation are rounded. */
const ROUNDED = 2e-3;

function compare(found: unknown, wanted: unknown, at = ""): void {
  if (typeof wanted === "number" && typeof found === "number" && Number.isFinite(wanted)) {
    expect(found, at).to.be.closeTo(wanted, ROUNDED * Math.max(Math.abs(wanted), 1e-3));
  } else if (typeof wanted === "object" && wanted !== null && typeof found === "object" && found !== null) {
    const plain = ArrayBuffer.isView(found) ? Array.from(found as unknown as ArrayLike<number>) : found;
    const keys = Object.keys(wanted);
    if (Array.isArray(wanted)) expect(Object.keys(plain), at).to.deep.equal(keys);
    for (const key of keys) compare(Reflect.get(plain, key), Reflect.get(wanted, key), `${at}[${key}]`);
  } else {
    expect(found, at).to.deep.equal(wanted);
  }
}

const names = publicNames();
const pages = pageModules();
const examples = names.flatMap((one) => one.examples);
const modules: SnippetModule[] = [...pages, ...examples.map((example, i) => exampleModule(example, names, i))];

describe("docs: code", function () {
  this.timeout(120_000);

  it("fits the sources", () => {
    const files = new Map(modules.map(({ file, text }) => [file, text]));
    const program = overlaidProgram(files, [NOTEBOOK], { noUnusedLocals: false });
    expect(complaints(program, files.keys())).to.deep.equal([]);
  });

  it("gives what it says, where it is run", async () => {
    await useBackend();
    const folder = mkdtempSync(path.join(ROOT, "dist", "docs-"));
    Reflect.set(globalThis, "compareInDocumentation", compare);
    try {
      const wrong: string[] = [];
      const run = modules.filter((module) => module.run !== null);
      expect(run).to.have.length.above(20);
      for (const [i, module] of run.entries()) {
        const file = path.join(folder, `${i}.js`);
        writeFileSync(file, javaScriptOf(module.run!, `${i}.ts`));
        try {
          await import(pathToFileURL(file).href);
        } catch (error) {
          wrong.push(`${module.file}: ${(error as Error).message}`);
        }
      }
      expect(wrong).to.deep.equal([]);
    } finally {
      Reflect.deleteProperty(globalThis, "compareInDocumentation");
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("explains every public name", () => {
    const silent = names.filter(({ documented }) => !documented).map(({ name, where }) => `${name} (${where})`);
    expect(silent).to.deep.equal([]);
  });

  it("shows every public name that a program can call", () => {
    const shown = modules.map(({ text }) => text.replaceAll(/^import .*$/gm, "")).join("\n");
    const hidden = names
      .filter(({ isValue, name }) => isValue && !new RegExp(`\\b${name}\\b`, "u").test(shown))
      .map(({ name, where }) => `${name} (${where})`);
    expect(hidden).to.deep.equal([]);
  });
});
