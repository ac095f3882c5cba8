import { expect } from "chai";
import fc from "fast-check";
import { describeThrown } from "../../../kernel/src/display/describeError.js";
import { cutText, MAX_TEXT, toLine, toText } from "../../../kernel/src/display/text.js";

function manyKeys(n: number): Record<string, number> {
  return Object.fromEntries(Array.from({ length: n }, (_, i) => [`key${i}`, i]));
}

/** Whatever is done to it is a fault of whoever does it. */
function untouchable(): object {
  const fail = (): never => {
    throw new Error("a trap ran");
  };
  const traps = ["get", "has", "ownKeys", "getPrototypeOf", "getOwnPropertyDescriptor", "apply"] as const;
  return new Proxy(() => {}, Object.fromEntries(traps.map((trap) => [trap, fail])));
}

describe("kernel/display/text", () => {
  it("shows ordinary values as they are written", () => {
    expect(toText(undefined)).to.equal("undefined");
    expect(toText(null)).to.equal("null");
    expect(toText(-0)).to.equal("-0");
    expect(toText(10n)).to.equal("10n");
    expect(toText("a\nb")).to.equal("'a\\nb'");
    expect(toText({ a: [1, { b: /x/g }] })).to.equal("{ a: [ 1, { b: /x/g } ] }");
    expect(toText(new Date(0))).to.equal("1970-01-01T00:00:00.000Z");
    expect(toText(new Date(Number.NaN))).to.equal("Invalid Date");
  });

  it("never throws, and stays within its length", () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true, withMap: true, withTypedArray: true }), (value) => {
        expect(toText(value).length).to.be.below(MAX_TEXT + 100);
      }),
      { numRuns: 300 },
    );
  });

  it("says how much it leaves out", () => {
    expect(toText(new Array(1e7).fill(1))).to.include("9999900 more items");
    expect(toText("x".repeat(1e8))).to.match(/99950000 more characters$/);
    expect(toText(["x".repeat(1e6)])).to.include("990000 more characters");
    expect(toText(manyKeys(5000))).to.match(/… 4,000 more properties$/);
    expect(toText(manyKeys(5000)))
      .to.include("key999:")
      .and.not.include("key1000:");
    expect(toText(2n ** 400_000n)).to.match(/^0x10+…n \(about 120,41\d decimal digits\)$/);
    expect(toText(-(2n ** 400_000n))).to.match(/^-0x10+…n/);
  });

  it("shows less deep what would be long", () => {
    const wide = Array.from({ length: 100 }, () => manyKeys(900));
    expect(toText({ wide }).length).to.be.below(20_000);
    expect(toText({ deep: { a: { b: { c: 1 } } } })).to.include("c: 1");
  });

  it("runs no getter and triggers no proxy", () => {
    let ran = false;
    const value = {
      get a() {
        ran = true;
        return 1;
      },
    };
    expect(toText(value)).to.equal("{ a: [Getter] }");
    expect(ran).to.equal(false);
    for (const hostile of [untouchable(), { inside: untouchable() }, Object.create(untouchable())])
      expect(toText(hostile)).to.not.include("trap");
  });

  it("survives values that defend themselves", () => {
    const custom = {
      [Symbol.for("nodejs.util.inspect.custom")]() {
        throw new Error("no");
      },
    };
    expect(toText(custom)).to.be.a("string").and.not.equal("");
    const tag = {
      get [Symbol.toStringTag]() {
        throw new Error("no");
      },
    };
    expect(toText(tag)).to.equal("[Object]");
    const error = Object.defineProperty(new Error("x"), "stack", {
      get() {
        throw new Error("no");
      },
    });
    expect(toText(error)).to.be.a("string");
    const cyclic: Record<string, unknown> = {};
    cyclic["self"] = cyclic;
    expect(toText(cyclic)).to.include("[Circular *1]");
    expect(toText({ ["__proto__"]: 1 })).to.equal("{ ['__proto__']: 1 }");
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(toText(proxy)).to.equal("<Revoked Proxy>");
  });

  it("cuts no character in two", () => {
    expect(cutText("ab😀cd", 3)).to.equal("ab… 4 more characters");
    expect(cutText("abc", 3)).to.equal("abc");
    expect(cutText("abcd", 3)).to.equal("abc… 1 more character");
    expect(toLine("a\n  b\tc", 10)).to.equal("a b c");
    expect(toLine("abcdefgh", 4)).to.equal("abc…");
    expect(toLine({ a: { b: 1 } }, 40)).to.equal("{ a: [Object] }");
  });

  it("names what was thrown", () => {
    class Refused extends Error {}
    class Named extends Error {
      override readonly name = "Special";
    }
    expect(describeThrown(new Refused("no"))).to.deep.equal({ name: "Refused", message: "no" });
    expect(describeThrown(new Named("no"))).to.deep.equal({ name: "Special", message: "no" });
    expect(describeThrown(new TypeError("no"))).to.deep.equal({ name: "TypeError", message: "no" });
    expect(describeThrown(5)).to.deep.equal({ name: "number", message: "5" });
    expect(describeThrown("text")).to.deep.equal({ name: "string", message: "text" });
    expect(describeThrown(null)).to.deep.equal({ name: "null", message: "null" });
    expect(describeThrown({ a: 1 })).to.deep.equal({ name: "Object", message: "{ a: 1 }" });
    expect(describeThrown(untouchable()).name).to.equal("Function");
    const symbolic = Object.assign(new Error("x"), { message: Symbol("m") });
    expect(describeThrown(symbolic)).to.deep.equal({ name: "Error", message: "Symbol(m)" });
    expect(describeThrown(new Error("x".repeat(1e7))).message.length).to.be.below(10_100);
  });
});
