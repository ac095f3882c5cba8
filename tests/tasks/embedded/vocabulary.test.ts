import { expect } from "chai";
import { CHARACTERS, COLORS, SHAPES, VOCABULARY } from "../../../src/tasks/index.js";

describe("VOCABULARY", () => {
  it("begins with the special tokens in the order of their ids", () => {
    expect(VOCABULARY.slice(0, 6)).to.deep.equal(["<pad>", "<bos>", "<eos>", "<img>", "<vs>", "<ve>"]);
  });

  it("has every word once, without spaces", () => {
    expect(new Set(VOCABULARY).size).to.equal(VOCABULARY.length);
    for (const word of VOCABULARY) expect(word).to.match(/^\S+$/u);
    for (const word of [...COLORS, ...SHAPES, ...CHARACTERS, ..."ABCD"]) expect(VOCABULARY).to.include(word);
  });
});
