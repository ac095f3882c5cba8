import { expect } from "chai";
import { EspalierError } from "../../../src/errors.js";
import { pixelDigest, readPixels } from "../../../src/evaluation/index.js";
import { PixelStore } from "../../../src/study/data/pixelStore.js";
import { rejection } from "../../scripts/scripts.js";

const pixels = (length: number, value = 1) => new Float32Array(length).fill(value);

describe("study/data/pixelStore", () => {
  it("keeps what fits, and reads the rest again each time", async () => {
    const store = new PixelStore(4 * 10);
    let read = 0;
    const again = (values: Float32Array) => async () => {
      read++;
      return values.slice();
    };
    const [first, second, third] = [pixels(6), pixels(5, 2), pixels(1, 3)];
    expect(store.keep("first", first, again(first))).to.equal(first);
    const stored = store.keep("second", second, again(second));
    // Nothing behind the first that does not fit is kept, however small.
    const last = store.keep("third", third, again(third));
    expect(stored).to.not.be.instanceOf(Float32Array);
    expect(last).to.not.be.instanceOf(Float32Array);
    expect(read).to.equal(0);
    for (const times of [1, 2]) {
      expect(await readPixels(stored)).to.deep.equal(second);
      expect(read).to.equal(times);
    }
    expect(pixelDigest(stored)).to.equal(pixelDigest(second));
    expect(pixelDigest(last)).to.not.equal(pixelDigest(stored));
  });

  it("refuses a picture that has changed", async () => {
    const stored = new PixelStore(0).keep("sample 7", pixels(4), async () => pixels(4, 2));
    const error = await rejection(readPixels(stored));
    expect(error).to.be.instanceOf(EspalierError);
    expect(error.message).to.match(/sample 7 have changed since/);
  });
});
