import * as tf from "@tensorflow/tfjs";
import { expect } from "chai";
import type { Gemma3Config, LlavaConfig, Qwen25VlConfig } from "../../../src/checkpoint/index.js";
import type { GridThw } from "../../../src/models/index.js";
import { visionMacs } from "../../../src/study/visionMacs/index.js";
import { GOLDEN_CASES, type GoldenCase, loadGolden } from "../../models/goldenModels.js";

const CASES: readonly GoldenCase[] = Object.values(GOLDEN_CASES).flat();
/** All kernels that multiply matrices in a tower without convolutions. */
const PRODUCTS = ["BatchMatMul", "_FusedMatMul"];

/** Multiply-accumulates of the matrix products that really run. */
async function macsOf(run: () => tf.Tensor): Promise<number> {
  const { kernels } = await tf.profile(() => run());
  expect(kernels.filter(({ name }) => /conv/i.test(name))).to.deep.equal([]);
  return kernels
    .filter(({ name }) => PRODUCTS.includes(name))
    .reduce((sum, { inputShapes: [left], outputShapes: [product] }) => {
      // Every number on the left meets every column on the right once.
      return sum + left!.reduce((a, b) => a * b, 1) * product!.at(-1)!;
    }, 0);
}

describe("study/visionMacs", () => {
  const decoder = { hiddenSize: 10 };
  const tower = { hiddenSize: 4, intermediateSize: 6, depth: 3, heads: 2, imageSize: 6, patchSize: 2 };

  it("counts LLaVA's class token, the blocks that run, and the projector over every patch", () => {
    const config = {
      architecture: "llava",
      decoder,
      vision: { ...tower, featureLayer: 2 },
    } as unknown as LlavaConfig;
    const grid: GridThw = [1, 3, 3];
    const rows = 9 + 1;
    const block = 4 * rows * 4 * 4 + 2 * rows * rows * 4 + 2 * rows * 4 * 6;
    const one = { tower: 9 * 12 * 4 + 2 * block, merger: 9 * 4 * 10 + 9 * 10 * 10 };
    expect(visionMacs(config, [grid])).to.deep.equal(one);
    expect(visionMacs(config, [grid, grid])).to.deep.equal({ tower: 2 * one.tower, merger: 2 * one.merger });
    expect(visionMacs(config, [])).to.deep.equal({ tower: 0, merger: 0 });
  });

  it("counts all blocks of Gemma 3, and the projection over the means of squares", () => {
    const vision = { ...tower, imageSize: 8 };
    const config = { architecture: "gemma3", decoder, vision, tokensPerImage: 4 } as unknown as Gemma3Config;
    const block = 4 * 16 * 4 * 4 + 2 * 16 * 16 * 4 + 2 * 16 * 4 * 6;
    const grid: GridThw = [1, 4, 4];
    expect(visionMacs(config, [grid])).to.deep.equal({ tower: 16 * 12 * 4 + 3 * block, merger: 4 * 4 * 10 });
  });

  it("counts Qwen2.5-VL's windows, cut at the picture's edge, its blocks of full attention, and its merger", () => {
    const vision = {
      ...tower,
      depth: 2,
      temporalPatchSize: 2,
      inChannels: 3,
      spatialMergeSize: 2,
      windowSize: 8,
      fullAttentionBlocks: [1],
      outHiddenSize: 10,
    };
    const config = { architecture: "qwen2_5_vl", decoder, vision } as unknown as Qwen25VlConfig;
    // Windows of 2 × 2 merged squares on 3 × 2 of them: one of 16 patches, one of 8.
    const shared = 4 * 24 * 4 * 4 + 3 * 24 * 4 * 6;
    const attention = 2 * (16 * 16 + 8 * 8) * 4 + 2 * 24 * 24 * 4;
    expect(visionMacs(config, [[1, 6, 4]])).to.deep.equal({
      tower: 24 * 24 * 4 + 2 * shared + attention,
      merger: 6 * 16 * 16 + 6 * 16 * 10,
    });
  });

  for (const name of CASES) {
    it(`is what the products of the golden checkpoint "${name}" add up to`, async () => {
      const { model, config, prompts } = await loadGolden(name);
      try {
        for (const { pixelValues, gridThw } of prompts) {
          if (gridThw.length === 0) continue;
          const patches = gridThw.reduce((sum, [t, h, w]) => sum + t * h * w, 0);
          const pixels = tf.tensor2d(pixelValues, [patches, pixelValues.length / patches]);
          const counted = await macsOf(() => tf.tidy(() => model.encodePictures(pixels, gridThw)));
          const { tower: ofTower, merger } = visionMacs(config, gridThw);
          expect(ofTower + merger).to.equal(counted);
        }
      } finally {
        model.dispose();
      }
    });
  }
});
