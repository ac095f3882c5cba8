/** Estimates of memory against what runs of the tiny checkpoints have alive. */
import * as tf from "@tensorflow/tfjs";
import { assert } from "chai";
import {
  chooseResidency,
  estimateMemory,
  layoutFrom,
  loadModel,
  peakMemory,
  planModel,
  type VisionLanguageModel,
} from "../../src/models/index.js";
import { demandRoom } from "../../src/models/residency.js";
import { Tape, useBackend } from "../../src/tensor/index.js";
import { expectSentence } from "../checkpoint/support.js";
import { GOLDEN_CASES, goldenModel, loadGolden } from "./goldenModels.js";

/**
 * What a measured peak is of its estimate, at least and at most. TensorFlow.js counts a tensor that was reshaped a second time,
 * although both share their memory: five times the logits where three are.
 */
const BOUNDS = [0.6, 1.6] as const;

/** Most bytes that were alive while something ran, beyond those before. */
async function peakOf(run: () => tf.TensorContainer): Promise<number> {
  const before = tf.memory().numBytes;
  const { peakBytes, result } = await tf.profile(() => tf.tidy(run));
  tf.dispose(result as tf.Tensor[]);
  return peakBytes - before;
}

function within(measured: number, estimate: number, what: string): void {
  const share = measured / estimate;
  assert.isTrue(share >= BOUNDS[0] && share <= BOUNDS[1], `${what}: ${measured} of ${estimate}, ${share.toFixed(2)}`);
}

/** The decoder's layers on a prompt of words alone. */
function textRun(model: VisionLanguageModel, tokens: number, layers: number, tape?: Tape): tf.Tensor2D {
  const ids = Int32Array.from({ length: tokens }, (_, i) => 10 + (i % 7));
  const layout = layoutFrom([Int32Array.from(ids.keys())], tokens);
  const positions = [model.positions(ids, [])];
  const rotary = model.rotary(positions, layout);
  let hidden = model.embed(ids, null);
  tape?.watch(hidden);
  for (let i = 0; i < layers; i++) {
    const input = hidden;
    const mask = model.mask(i, positions, layout, layout);
    hidden = tf.tidy(() => model.layer(i, { hidden: input, batch: 1, rotary, mask }, tape).hidden);
    input.dispose();
  }
  return hidden;
}

describe("models/memory", () => {
  before(() => useBackend());

  for (const name of Object.values(GOLDEN_CASES).flat()) {
    it(`${name}: peaks of a layer, of the tower and of a tape are as estimated`, async () => {
      const planned = planModel(goldenModel(name));
      const { model, prompts } = await loadGolden(name);
      const { layers } = model.shape;
      for (const tokens of [40, 400]) {
        const { activations, attention } = estimateMemory(planned, tokens).layer;
        within(await peakOf(() => textRun(model, tokens, 1)), activations + attention, `a layer of ${tokens} tokens`);
      }
      for (const tokens of [40, 400]) {
        const tape = new Tape();
        const before = tf.memory().numBytes;
        const hidden = tf.tidy(() => textRun(model, tokens, layers, tape));
        within(tf.memory().numBytes - before, estimateMemory(planned, tokens).tape, `a tape of ${tokens} tokens`);
        tape.dispose();
        hidden.dispose();
      }
      const [{ gridThw, pixelValues }] = prompts;
      const visual = gridThw.reduce((sum, grid) => sum + model.visualTokens(grid), 0);
      const patches = gridThw.reduce((sum, [t, h, w]) => sum + t * h * w, 0);
      const pixels = tf.tensor2d(pixelValues, [patches, pixelValues.length / patches]);
      const { activations, attention } = estimateMemory(planned, visual).tower;
      within(await peakOf(() => model.encodePictures(pixels, gridThw)), activations + attention, "the tower");
      pixels.dispose();
      model.dispose();
    });
  }

  it("reads headers alone: names, shapes and bytes are those of the loaded model", async () => {
    const before = tf.memory().numTensors;
    const planned = planModel(goldenModel("grouped"));
    assert.equal(tf.memory().numTensors, before);
    for (const weights of ["float32", "stored"] as const) {
      const { model } = await loadModel(goldenModel("grouped"), { weights });
      assert.deepEqual(
        planned.parameters.plan.map(({ name }) => name),
        model.parameters.plan.map(({ name }) => name),
      );
      assert.equal(estimateMemory(planned, 100).weights[weights], model.parameters.bytes);
      model.dispose();
    }
  });

  it("chooses float32 where it leaves half of the memory free, and says what has no room at all", () => {
    const estimate = estimateMemory(planModel(goldenModel("grouped")), 1024);
    const peak = peakMemory(estimate, "float32", "prefill");
    assert.isBelow(peakMemory(estimate, "stored", "prefill"), peak + estimate.widened);
    assert.equal(chooseResidency(estimate, 2.01 * peak), "float32");
    assert.equal(chooseResidency(estimate, 1.99 * peak), "stored");
    demandRoom("DIR", estimate, estimate.weights.stored);
    expectSentence(
      () => demandRoom("DIR", estimate, estimate.weights.stored - 1),
      /^The weights of DIR take [\d.]+ GB at least, and [\d.]+ GB of memory are free; .* weights "stored"\.$/,
    );
  });

  it("keeps a checkpoint of 32 bits in float32, whose stored form is no smaller", () => {
    const estimate = estimateMemory(planModel(goldenModel("sliding")), 1024);
    assert.equal(estimate.weights.stored, estimate.weights.float32);
    assert.equal(chooseResidency(estimate, 1), "float32");
  });
});
