import { expect } from "chai";
import fc from "fast-check";
import { parseJsonObject } from "../../../kernel/src/wire/json.js";

function reasonOf(text: string | Uint8Array, maxDepth = 10): string {
  const parsed = parseJsonObject(typeof text === "string" ? Buffer.from(text) : text, maxDepth);
  return parsed.ok ? "ok" : parsed.reason;
}

/** How deep a value is nested. */
function depthOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

describe("kernel/wire/json", () => {
  it("gives every object that is not too deep, whatever its strings hold", () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 4 })),
        fc.integer({ min: 1, max: 6 }),
        (value, max) => {
          const text = JSON.stringify(value);
          const parsed = parseJsonObject(Buffer.from(text), max);
          // A short text is let through unseen: it cannot overflow anybody's stack.
          if (parsed.ok) expect(parsed.value).to.deep.equal(JSON.parse(text));
          else expect(parsed.reason).to.equal("too-deep");
          if (depthOf(value) <= max) expect(parsed.ok).to.equal(true);
          else if (Buffer.byteLength(text) > 2 * max) expect(parsed.ok).to.equal(false);
        },
      ),
      { numRuns: 500 },
    );
  });

  it("says what is wrong", () => {
    for (const text of ["", "{", "nothing", '{"a":NaN}', "\ufeff{}", "{} {}"])
      expect(reasonOf(text), text).to.equal("bad-json");
    for (const text of ["null", "[]", "1", '"a"']) expect(reasonOf(text), text).to.equal("not-an-object");
    expect(reasonOf(Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d))).to.equal("bad-encoding");
    expect(reasonOf(`{"a":${"[".repeat(100_000)}`)).to.equal("too-deep");
    expect(reasonOf(`{"a":"${'\\"['.repeat(100)}"}`)).to.equal("ok");
    expect(reasonOf(`{"a":"${"[".repeat(100)}`)).to.equal("bad-json");
  });
});
