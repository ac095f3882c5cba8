import { assert } from "chai";
import fc from "fast-check";
import { type ResizeFilter, resizeImage, smartResize } from "../../src/checkpoint/index.js";
import { expectSentence, goldenJson, pattern, sha256 } from "./support.js";

interface Resized {
  width: number;
  height: number;
  newWidth: number;
  newHeight: number;
  seed: number;
  filter: ResizeFilter;
  sha256: string;
}
interface Resizing {
  resize: Resized[];
  torch: Resized[];
  smart: [number, number, number, number, number, [number, number] | null][];
}
const expected = goldenJson<Resizing>("resize.json");

describe("resize", () => {
  for (const { width, height, newWidth, newHeight, seed, filter, sha256: wanted } of expected.resize) {
    it(`${filter} ${width} × ${height} → ${newWidth} × ${newHeight} equals PIL's bytes`, () => {
      const result = resizeImage(pattern(width, height, seed), newWidth, newHeight, filter);
      assert.equal(result.data.length, newWidth * newHeight * 3);
      assert.equal(sha256(result.data), wanted);
    });
  }

  for (const { width, height, newWidth, newHeight, seed, filter, sha256: wanted } of expected.torch) {
    it(`${filter} ${width} × ${height} → ${newWidth} × ${newHeight} equals torchvision's bytes`, () => {
      const result = resizeImage(pattern(width, height, seed), newWidth, newHeight, filter, "torch");
      assert.equal(sha256(result.data), wanted);
    });
  }

  it("keeps a constant picture constant", () => {
    const side = fc.integer({ min: 1, max: 40 });
    const filter = fc.constantFrom<ResizeFilter>("bilinear", "bicubic", "lanczos");
    fc.assert(
      fc.property(side, side, side, side, filter, fc.integer({ min: 0, max: 255 }), (w, h, nw, nh, f, value) => {
        const { data } = resizeImage({ width: w, height: h, data: new Uint8Array(w * h * 3).fill(value) }, nw, nh, f);
        assert.isTrue(data.every((byte) => byte === value));
      }),
      { numRuns: 200, seed: 6 },
    );
  });

  it("refuses sizes that are none", () => {
    assert.throws(() => resizeImage(pattern(3, 3, 0), 0, 4, "bicubic"), RangeError);
  });
});

describe("smartResize", () => {
  it("gives transformers' sizes", () => {
    for (const [height, width, factor, low, high, result] of expected.smart) {
      const size = () => smartResize(height, width, factor, low, high);
      if (result === null) expectSentence(size, /too elongated/);
      else assert.deepEqual(size(), result, `${height} × ${width}, ${factor}, ${low}…${high}`);
    }
  });

  it("refuses to blow a picture up without bounds", () => {
    expectSentence(() => smartResize(30, 30, 28, 1e12, 1e12), /lower min_pixels/);
  });
});
