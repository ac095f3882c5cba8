import { expect } from "chai";
import { preparedBytes, samplesThatFit } from "../../src/evaluation/index.js";
import { tinyModel } from "../relaxation/tinyModel.js";

describe("evaluation/sampleSource", () => {
  it("holds as many of the first samples as fit", () => {
    const model = tinyModel({ layers: 2 });
    try {
      const samples = [5, 50, 7].map((length) => ({ inputIds: new Int32Array(length), promptLength: length - 2 }));
      const bytes = samples.map((sample) => preparedBytes(model, sample));
      expect(bytes[0]).to.equal(4 * (2 * 5 * model.shape.hidden + 2 * model.vocabulary));
      expect(samplesThatFit(model, samples, Number.POSITIVE_INFINITY)).to.equal(3);
      expect(samplesThatFit(model, samples, bytes[0] + bytes[1] + bytes[2])).to.equal(3);
      expect(samplesThatFit(model, samples, bytes[0] + bytes[1] + bytes[2] - 1)).to.equal(2);
      // The first that does not fit ends it.
      expect(samplesThatFit(model, samples, bytes[0] + bytes[2])).to.equal(1);
      expect(samplesThatFit(model, samples, 0)).to.equal(0);
      expect(samplesThatFit(model, [], 0)).to.equal(0);
    } finally {
      model.dispose();
    }
  });
});
