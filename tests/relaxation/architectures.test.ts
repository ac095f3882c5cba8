import { assert } from "chai";
import { evaluateCounts, type PreparedSamples, prepareSamples } from "../../src/evaluation/index.js";
import { relaxedRun } from "../../src/relaxation/index.js";
import { SELECTORS } from "../../src/selectors/index.js";
import { Random, useBackend } from "../../src/tensor/index.js";
import { type GoldenCase, type GoldenModel, loadGolden } from "../models/goldenModels.js";
import { fallingShares } from "./tinyModel.js";

/** Beside Qwen2.5-VL's still pictures, which `relaxedRun.test.ts` covers in depth. */
const CASES: readonly GoldenCase[] = ["video", "llava", "llavaGrouped", "gemma3", "gemma3Own"];

for (const name of CASES) {
  describe(`relaxed runs of ${name}`, () => {
    let golden: GoldenModel;
    const prepared = new Map<string, PreparedSamples>();

    before(async () => {
      await useBackend();
      golden = await loadGolden(name);
      const samples = golden.prompts.map((prompt) => ({
        ...prompt,
        task: "golden",
        promptLength: prompt.inputIds.length,
        inputIds: Int32Array.from([...prompt.inputIds, 9, 11]),
      }));
      for (const selector of Object.keys(SELECTORS)) {
        prepared.set(selector, await prepareSamples(golden.model, SELECTORS[selector](3), samples));
      }
    });
    after(() => {
      for (const samples of prepared.values()) samples.dispose();
      golden.model.dispose();
    });

    it("diverge as runs whose tokens are removed and have the dense graph's gradients, whatever selects", async () => {
      const { layers } = golden.model.shape;
      const random = new Random(5);
      for (const [selector, samples] of prepared) {
        const all = samples.samples;
        const schedules = [
          all.map(() => [1, ...new Array<number>(layers - 1).fill(0.5)]),
          all.map(() => fallingShares(layers, random)),
          all.map(() => [1, ...new Array<number>(layers - 1).fill(0)]),
        ];
        for (const [s, shares] of schedules.entries()) {
          const label = `${selector}, schedule ${s}`;
          const compact = await relaxedRun(samples, all, shares);
          const dense = await relaxedRun(samples, all, shares, { dense: true });
          assert.deepEqual(dense.counts, compact.counts, label);
          const removed = await evaluateCounts(samples, compact.counts);
          const scale = Math.max(1e-2, ...dense.gradient.flatMap((row) => Array.from(row, Math.abs)));
          all.forEach((_, b) => {
            const size = Math.max(1, removed.divergence[b]);
            assert.isBelow(
              Math.abs(compact.divergence[b] - removed.divergence[b]) / size,
              5e-6,
              `${label}, sample ${b}`,
            );
            assert.isBelow(Math.abs(dense.divergence[b] - removed.divergence[b]) / size, 5e-6, `${label}, sample ${b}`);
            dense.gradient[b].forEach((wanted, i) => {
              assert.isBelow(
                Math.abs(compact.gradient[b][i] - wanted) / scale,
                1e-4,
                `${label}, sample ${b}, layer ${i}`,
              );
            });
          });
        }
      }
    });

    it("prune something: at half of the tokens answers change", async () => {
      for (const [selector, samples] of prepared) {
        const { layers } = golden.model.shape;
        const counts = samples.samples.map(({ visual }) =>
          Array.from({ length: layers }, (_, i) => (i === 0 ? visual.length : Math.floor(visual.length / 2))),
        );
        const { divergence } = await evaluateCounts(samples, counts);
        assert.isAbove(Math.max(...divergence), 1e-6, selector);
      }
    });
  });
}
