import { expect } from "chai";
import type { QwenImageProcessorConfig } from "../../../src/checkpoint/index.js";
import type { StudySample } from "../../../src/study/data/index.js";
import { downsample } from "../../../src/study/pictureControls/downsample.js";

describe("study/pictureControls/downsample", () => {
  const config: QwenImageProcessorConfig = {
    kind: "qwen2_vl",
    patchSize: 4,
    temporalPatchSize: 1,
    mergeSize: 2,
    minPixels: 64,
    maxPixels: 64 * 64,
    doResize: true,
    filter: "bicubic",
    doRescale: true,
    rescaleFactor: 1 / 255,
    doNormalize: false,
    mean: [0, 0, 0],
    std: [1, 1, 1],
  };
  const picture = (width: number, height: number) => ({
    width,
    height,
    data: new Uint8Array(width * height * 3).fill(99),
  });
  const IMAGE = 9;

  /** Pictures of 8 × 4 and of 2 × 2 visual tokens between words. */
  function sample(): StudySample {
    const ids = [1, ...new Array<number>(32).fill(IMAGE), 2, ...new Array<number>(4).fill(IMAGE), 3, 4, 5];
    return {
      id: "s",
      task: "t",
      inputIds: Int32Array.from(ids),
      promptLength: ids.length - 2,
      pixelValues: new Float32Array(0),
      gridThw: [
        [1, 8, 16],
        [1, 4, 4],
      ],
    };
  }

  it("keeps the words, the answer and the proportions, and stays within the tokens", () => {
    for (const most of [2, 5, 9, 17, 30, 35]) {
      const small = downsample(sample(), [picture(64, 32), picture(16, 16)], config, IMAGE, most)!;
      const tokens = small.gridThw.map(([t, h, w]) => (t * h * w) / 4);
      expect(tokens.reduce((a, b) => a + b, 0)).to.be.within(2, most);
      expect([...small.inputIds].filter((id) => id !== IMAGE)).to.deep.equal([1, 2, 3, 4, 5]);
      expect([...small.inputIds].filter((id) => id === IMAGE)).to.have.length(tokens[0] + tokens[1]);
      expect(small.inputIds.indexOf(2)).to.equal(1 + tokens[0]);
      expect(small.promptLength).to.equal(small.inputIds.length - 2);
      expect(small.pixelValues).to.have.length((tokens[0] + tokens[1]) * 4 * 3 * 16);
    }
  });

  it("leaves alone what fits, and gives up where every picture would need a token more", () => {
    const whole = sample();
    expect(downsample(whole, [], config, IMAGE, 36)).to.equal(whole);
    expect(downsample(whole, [picture(64, 32), picture(16, 16)], config, IMAGE, 1)).to.equal(null);
  });
});
