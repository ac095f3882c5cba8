import { expect } from "chai";
import fc from "fast-check";
import { endOfPiece } from "../../../kernel/src/streams/textPieces.js";

describe("kernel/streams/textPieces", () => {
  it("cuts any text into pieces that are short enough and end between code points", () => {
    const cut = fc.property(fc.string({ unit: "binary" }), fc.integer({ min: 2, max: 9 }), (text, length) => {
      const pieces: string[] = [];
      for (let start = 0; start < text.length; ) {
        const end = endOfPiece(text, start, length);
        pieces.push(text.slice(start, end));
        start = end;
      }
      expect(pieces.join("")).to.equal(text);
      for (const piece of pieces) expect(piece.length).to.be.within(1, length);
      expect(pieces.flatMap((piece) => Array.from(piece))).to.deep.equal(Array.from(text));
    });
    fc.assert(cut);
  });
});
