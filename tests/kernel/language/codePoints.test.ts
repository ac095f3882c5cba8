import { expect } from "chai";
import fc from "fast-check";
import { toCodePoints, toOffset } from "../../../kernel/src/language/index.js";

describe("kernel/language/codePoints", () => {
  it("counts a letter of two units once", () => {
    expect(toOffset("a👍b", 2)).to.equal(3);
    expect(toCodePoints("a👍b", 3)).to.equal(2);
    expect(toCodePoints("a👍b", 2)).to.equal(1);
  });

  it("takes what is behind the end for the end", () => {
    expect(toOffset("a👍", 9)).to.equal(3);
    expect(toCodePoints("a👍", 9)).to.equal(2);
    expect(toOffset("", 0)).to.equal(0);
  });

  it("goes there and back, at every place of any text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const letters = [...text];
        for (let i = 0; i <= letters.length; i++) {
          const offset = toOffset(text, i);
          expect(offset).to.equal(letters.slice(0, i).join("").length);
          expect(toCodePoints(text, offset)).to.equal(i);
        }
      }),
    );
  });
});
