import { createRequire } from "node:module";
import { expect } from "chai";
import fc from "fast-check";
import type { DisplayBundle } from "../../../kernel/src/display/index.js";
import { toMimeBundle } from "../../../kernel/src/display/index.js";

function check(bundle: DisplayBundle): void {
  expect(bundle.data["text/plain"]).to.be.a("string");
  for (const [type, value] of Object.entries(bundle.data))
    if (!type.endsWith("json")) expect(value, type).to.be.a("string");
  expect(JSON.parse(JSON.stringify(bundle))).to.deep.equal(bundle);
}

function fail(): never {
  throw new Error("a trap or a getter ran");
}

/** A proxy all of whose traps throw, over this target. */
function hostile(target: object): object {
  const traps = Reflect.ownKeys(Reflect).filter((name) => typeof name === "string");
  return new Proxy(target, Object.fromEntries(traps.map((name) => [name, fail])));
}

class Unsized extends Map<number, number> {
  override get size(): number {
    return fail();
  }
}

describe("kernel/display/mimeBundle", () => {
  it("gives a text and what JSON can write, for any value", async () => {
    const anything = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withNullPrototype: true,
      withSparseArray: true,
      withTypedArray: true,
      withObjectString: true,
    });
    await fc.assert(
      fc.asyncProperty(anything, async (value) => check(await toMimeBundle(value))),
      { numRuns: 500 },
    );
  });

  it("takes what is odd", async () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    class Shown {
      readonly n = 1;
      static toHtml() {
        return "<b>class</b>";
      }
    }
    const odd = [
      proxy,
      hostile({}),
      hostile([]),
      hostile(() => {}),
      [hostile({})],
      new Map([[hostile({}), hostile({})]]),
      { nested: hostile({}) },
      Object.create(hostile({})),
      Object.create(Object.create(hostile({}))),
      Object.setPrototypeOf([], null),
      Object.setPrototypeOf(new Map([[1, 2]]), null),
      Object.setPrototypeOf(new Error("x"), null),
      Object.setPrototypeOf(() => {}, null),
      Promise.resolve(1),
      new WeakMap(),
      Shown,
      Shown.prototype,
      globalThis,
      createRequire(import.meta.url),
      new Unsized([[1, 2]]),
      Object.defineProperty([1], Symbol.iterator, { get: fail }),
      { width: 1, height: 1, data: new Uint8ClampedArray(0) },
      { shape: [2], dtype: "float32", dataId: {}, dataSync: () => "text" },
      { [Symbol.for("Jupyter.display")]: () => hostile({}) },
      { toHtml: () => hostile({}) },
    ];
    for (const value of odd) check(await toMimeBundle(value));
    expect((await toMimeBundle(new Unsized([[1, 2]]))).data["text/plain"]).to.equal("key  value\n  1      2");
    expect((await toMimeBundle(Shown)).data["text/html"]).to.equal("<b>class</b>");
  });

  it("gives no promise where none is needed", () => {
    for (const value of [1, "a", null, {}, [{ a: 1 }], { toHtml: () => "<b>" }, new Map([[1, 2]])])
      expect(toMimeBundle(value)).to.not.be.instanceOf(Promise);
  });
});
