import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect } from "chai";
import { CellMemories } from "../../../kernel/src/language/cellMemory.js";
import type { RefusedCell } from "../../../kernel/src/language/index.js";
import { TypeScriptLanguage } from "../../../kernel/src/language/typeScriptLanguage.js";

/** Cells, and the names that each ran without giving a value. */
const CELLS: readonly (readonly [code: string, ...unset: string[]])[] = [
  ["interface Person { name: string }\nconst ada: Person = { name: 'Ada' }; let count = 1"],
  ["function greet(p: Person) { return ['Hello', p.name] as const }"],
  ["const User = { parse: () => 5 }"],
  ["type User = ReturnType<typeof User.parse>"],
  ["let count = 'one'; let lost = 1", "lost"],
  ["let ada = 7", "ada"],
  ["import { join } from 'node:path'; import type { Stats } from 'node:fs'"],
  ["declare global { interface Array<T> { third: T } }"],
  ["declare global { interface Array<T> { third: T; fourth: T } }"],
  ["/** @module shapes */\nexport const side = 3 as const"],
  ["import { side } from './shapes'"],
  ["enum Level { Low, High } class Store<T> { #all: T[] = []; get first() { return this.#all[0] } }"],
];

const NAMES = ["ada", "count", "greet", "User", "join", "Stats", "side", "Level", "Store", "Person", "lost"];

const USE =
  "const p: Person = ada; const s: string = count; const u: User = User.parse(); const t: 3 = side; count = greet(ada)[1]; [[1].fourth, join('a'), new Store<Level>().first]";

describe("kernel/language/cellMemory", () => {
  let folder: string;
  before(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "memory-"));
  });
  after(() => fs.rmSync(folder, { recursive: true }));

  /** A service that has converted the cells, and what it told of them; `settled`: only so many of them ran. */
  async function converted(settled = CELLS.length) {
    const memories = new CellMemories();
    const language = new TypeScriptLanguage(
      { folder },
      { remember: (update) => memories.update(structuredClone(update)) },
    );
    for (const [i, [code, ...unset]] of CELLS.entries()) {
      const { ok } = await language.convert({ cell: i + 1, code });
      expect(ok, code).to.equal(true);
      if (i < settled) await language.settle(i + 1, unset);
    }
    return { memories, language };
  }

  async function views(language: TypeScriptLanguage) {
    const declarations = [];
    for (const name of NAMES) declarations.push((await language.inspect(name, name.length))?.declaration);
    const { matches } = await language.complete("st", 2);
    const names = matches.map(({ text }) => text).filter((text) => NAMES.includes(text));
    const next = await language.convert({ cell: 100, code: USE });
    const wrong = await language.convert({ cell: 101, code: "const n: number = greet(ada); lost" });
    return { declarations, names, next, wrong };
  }

  it("is all that another service needs to go on", async () => {
    const { memories, language } = await converted();
    const next = new TypeScriptLanguage({ folder }, { cells: memories.all });
    const [expected, found] = [await views(language), await views(next)];
    expect(found).to.deep.equal(expected);
    expect(found.declarations[0]).to.equal("const ada: Person");
    expect(found.next).to.have.property("ok", true);
    expect((found.wrong as RefusedCell).diagnostics.map(({ code }) => code)).to.deep.equal([2322, 2304]);
    expect(await next.resolveLocal("./shapes", path.join(folder, "x.ts"))).to.have.property(
      "file",
      path.join(folder, "shapes.ts"),
    );
    await Promise.all([language.close(), next.close()]);
  });

  it("keeps cells that had not ended as they were written, and takes their end", async () => {
    const { memories, language } = await converted(0);
    const next = new TypeScriptLanguage({ folder }, { cells: memories.all });
    for (const each of [language, next])
      for (const [i, [, ...unset]] of CELLS.entries()) await each.settle(i + 1, unset);
    expect(await views(next)).to.deep.equal(await views(language));
    await Promise.all([language.close(), next.close()]);
  });

  it("is known before the declarations are worked out, of which a service may die", async () => {
    const memories = new CellMemories();
    const language = new TypeScriptLanguage({ folder }, { remember: (update) => memories.update(update) });
    await language.convert({ cell: 1, code: "const a = [1]; let lost = 1" });
    // The first of what it tells of the end is what is left when it dies in the middle.
    const first = new Promise<void>((resolve) => {
      const update = memories.update.bind(memories);
      memories.update = (each) => {
        memories.update = () => {};
        update(each);
        resolve();
      };
    });
    await language.settle(1, ["lost"]);
    await first;
    const [cell] = memories.all;
    expect(cell!.file).to.include({ isKept: true });
    expect(cell!.file.text).to.include("const a = [1]");
    const next = new TypeScriptLanguage({ folder }, { cells: memories.all });
    await next.settle(1, ["lost"]);
    expect((await next.inspect("a", 1))?.declaration).to.equal("const a: number[]");
    expect(await next.inspect("lost", 4)).to.equal(undefined);
    await Promise.all([language.close(), next.close()]);
  });
});
