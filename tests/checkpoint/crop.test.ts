import { assert } from "chai";
import { centreCrop, padToSquare } from "../../src/checkpoint/crop.js";
import type { RgbImage } from "../../src/checkpoint/index.js";

/** A picture whose red is a number, and what it looks like row by row. */
function picture(rows: number[][]): RgbImage {
  const data = Uint8Array.from(rows.flat().flatMap((red) => [red, red + 100, red + 200]));
  return { width: rows[0]!.length, height: rows.length, data };
}
function reds({ width, height, data }: RgbImage): number[][] {
  return Array.from({ length: height }, (_, y) => Array.from({ length: width }, (_, x) => data[(y * width + x) * 3]!));
}

describe("crop", () => {
  it("keeps the centre, and fills what is missing with black", () => {
    const row = picture([[1, 2, 3, 4]]);
    assert.deepEqual(reds(centreCrop(row, 2, 1)), [[2, 3]]);
    assert.deepEqual(reds(centreCrop(row, 1, 1)), [[2]]);
    assert.deepEqual(reds(centreCrop(row, 7, 1)), [[0, 0, 1, 2, 3, 4, 0]]);
    assert.deepEqual(reds(centreCrop(row, 3, 4)), [
      [0, 0, 0],
      [0, 0, 0],
      [1, 2, 3],
      [0, 0, 0],
    ]);
    assert.strictEqual(centreCrop(row, 4, 1), row);
  });

  it("lays a picture on a square of a colour", () => {
    assert.deepEqual(reds(padToSquare(picture([[1, 2, 3, 4]]), [9, 8, 7])), [
      [9, 9, 9, 9],
      [1, 2, 3, 4],
      [9, 9, 9, 9],
      [9, 9, 9, 9],
    ]);
    const tall = padToSquare(picture([[1], [2], [3]]), [9, 8, 7]);
    assert.deepEqual(reds(tall), [
      [9, 1, 9],
      [9, 2, 9],
      [9, 3, 9],
    ]);
    assert.deepEqual([...tall.data.subarray(0, 6)], [9, 8, 7, 1, 101, 201]);
    const square = picture([[5]]);
    assert.strictEqual(padToSquare(square, [9, 8, 7]), square);
  });
});
