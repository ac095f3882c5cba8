import { expect } from "chai";
import { murmur2 } from "../../../kernel/src/debugger/murmur2.js";
import golden from "./murmur2.golden.json" with { type: "json" };

describe("murmur2", () => {
  it("is ipykernel's, so that front ends find the files of cells", () => {
    for (const { text, seed, hash } of golden) expect(murmur2(text, seed), JSON.stringify(text)).to.equal(hash);
  });
});
