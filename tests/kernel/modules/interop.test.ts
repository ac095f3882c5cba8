import { createRequire } from "node:module";
import { expect } from "chai";
import { interoperable } from "../../../kernel/src/modules/interop.js";

const { cache } = createRequire(import.meta.url);

/** What Node's import of a CommonJS module gives when it finds these names in its text. */
function imported(exports: object, found: readonly string[]): object {
  const file = `/made/${Math.random()}.cjs`;
  cache[file] = { exports } as NodeJS.Module;
  const names = Object.fromEntries(found.map((name) => [name, (exports as Record<string, unknown>)[name]]));
  return Object.assign(Object.create(null), names, { default: exports });
}

describe("kernel/modules/interop", () => {
  after(() => {
    for (const file of Object.keys(cache)) if (file.startsWith("/made/")) delete cache[file];
  });

  it("leaves ES modules as they are, whatever their default is", () => {
    for (const module of [
      {},
      { default: { a: 1 } },
      { default: { a: 1 }, a: 1 },
      { default: () => 1 },
      { default: null },
    ])
      expect(interoperable(module)).to.equal(module);
  });

  it("leaves CommonJS as it is where nothing is missing", () => {
    const module = imported({ a: 1, b: 2 }, ["a", "b"]);
    expect(interoperable(module)).to.equal(module);
  });

  it("adds names that are missing, with their present values", () => {
    const exports = { a: 1, b: 2 };
    const module = interoperable(imported(exports, ["a"])) as typeof exports & { default: unknown };
    exports.b = 3;
    expect({ ...module }).to.deep.equal({ a: 1, b: 3, default: exports });
  });

  it("takes the default export of compiled ES modules", () => {
    const exports = { __esModule: true, default: "d", named: 1 };
    const module = interoperable(imported(exports, ["__esModule", "named"]));
    expect({ ...module }).to.deep.equal({ __esModule: true, named: 1, default: "d" });
  });
});
