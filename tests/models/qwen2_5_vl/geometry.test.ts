import fs from "node:fs";
import { assert } from "chai";
import { parseConfig, type Qwen25VlConfig } from "../../../src/checkpoint/index.js";
import type { GridThw } from "../../../src/models/index.js";
import { multimodalPositions } from "../../../src/models/qwen2_5_vl/positions.js";
import { patchPositions, windowOrder } from "../../../src/models/qwen2_5_vl/windows.js";
import { goldenModel } from "../goldenModels.js";

const json = (name: string): unknown => JSON.parse(fs.readFileSync(goldenModel(name), "utf8"));
const base = parseConfig(json("grouped/config.json") as Record<string, unknown>, {}, "config.json") as Qwen25VlConfig;
const withVision = (vision: Partial<Qwen25VlConfig["vision"]>): Qwen25VlConfig => ({
  ...base,
  vision: { ...base.vision, ...vision },
});

interface WindowCase {
  windowSize: number;
  patchSize: number;
  mergeSize: number;
  grids: GridThw[];
  order: number[];
  lengths: number[];
  rows: number[];
  columns: number[];
}

describe("windowOrder", () => {
  it("is transformers' get_window_index", () => {
    for (const { windowSize, patchSize, mergeSize, grids, order, lengths } of json("windows.json") as WindowCase[]) {
      const { vision } = withVision({ windowSize, patchSize, spatialMergeSize: mergeSize });
      const ours = windowOrder(grids, vision);
      assert.deepEqual([...ours.units], order);
      assert.deepEqual(ours.windowLengths, lengths);
      // Frames: transformers repeats h·w once a frame.
      assert.deepEqual(
        ours.frameLengths,
        grids.flatMap(([t, h, w]) => new Array<number>(t).fill(h * w)),
      );
    }
  });
});

describe("patchPositions", () => {
  it("are those of transformers' rot_pos_emb", () => {
    for (const { mergeSize, grids, rows, columns } of json("windows.json") as WindowCase[]) {
      const ours = patchPositions(grids, mergeSize);
      assert.deepEqual([...ours.row], rows);
      assert.deepEqual([...ours.column], columns);
    }
  });
});

describe("multimodalPositions", () => {
  interface PositionCase {
    mergeSize: number;
    ids: number[];
    grids: GridThw[];
    positions: number[][];
    next: number;
  }

  it("are transformers' get_rope_index", () => {
    for (const { mergeSize, ids, grids, positions, next } of json("positions.json") as PositionCase[]) {
      const ours = multimodalPositions(Int32Array.from(ids), grids, withVision({ spatialMergeSize: mergeSize }));
      assert.equal(ours.axes, 3);
      assert.deepEqual([...ours.values], positions.flat());
      assert.equal(ours.next, next);
    }
  });

  it("says when pictures and image tokens do not agree", () => {
    const config = withVision({ spatialMergeSize: 2 });
    const run = (ids: number[], grids: GridThw[]) => () => multimodalPositions(Int32Array.from(ids), grids, config);
    assert.throws(run([9, 3, 3, 9], []), /image tokens at place 1, but only 0 pictures were given/);
    assert.throws(
      run([9, 3, 3, 9], [[1, 2, 6]]),
      /Picture 1 has 3 visual tokens, but its run of image tokens ends at place 3/,
    );
    assert.throws(
      run(
        [9, 3, 9],
        [
          [1, 2, 2],
          [1, 2, 2],
        ],
      ),
      /2 pictures were given, but the prompt has image tokens for 1/,
    );
  });
});
