/** A model's graph against the numbers that transformers computed from the same checkpoints. */
import * as tf from "@tensorflow/tfjs";
import { assert } from "chai";
import { compareWithReference, loadModel } from "../../src/models/index.js";
import { useBackend } from "../../src/tensor/index.js";
import { GOLDEN_CASES, goldenModel } from "./goldenModels.js";

/** Declares the tests of an architecture. */
export function checkAgainstTransformers(architecture: keyof typeof GOLDEN_CASES): void {
  describe(`${architecture} against transformers`, () => {
    before(() => useBackend());

    for (const name of GOLDEN_CASES[architecture]) {
      it(`gives the numbers of ${name}`, async () => {
        const before = tf.memory().numTensors;
        const { model, unused } = await loadModel(goldenModel(name));
        assert.deepEqual(unused, []);
        assert.equal(model.architecture, architecture);
        const weights = tf.memory().numTensors;
        const { rows, passed } = compareWithReference(model, goldenModel(name, "reference.safetensors"));
        assert.equal(tf.memory().numTensors, weights, "tensors left");
        assert.deepEqual(
          rows.filter((row) => !row.passed),
          [],
        );
        assert.isTrue(passed);
        assert.lengthOf(rows, model.shape.layers + 2);
        // The specification's bounds are 1e-4 and 1e-3; what is left at float32 is far below.
        for (const { name, error } of rows) assert.isBelow(error, name === "logits" ? 5e-4 : 4e-5, name);
        model.dispose();
        assert.equal(tf.memory().numTensors, before);
      });
    }
  });
}
