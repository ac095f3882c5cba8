/** Weights that stay in 16 bits give the numbers of float32 weights, bit for bit. */
import fs from "node:fs";
import path from "node:path";
import * as tf from "@tensorflow/tfjs";
import { assert } from "chai";
import { openWeights, type TensorToWrite, writeSafetensors } from "../../src/checkpoint/index.js";
import { EspalierError } from "../../src/errors.js";
import { loadModel, Parameters } from "../../src/models/index.js";
import { useBackend } from "../../src/tensor/index.js";
import { expectSentence, scratchFolder } from "../checkpoint/support.js";
import { GOLDEN_CASES, goldenModel, loadGolden } from "./goldenModels.js";
import { wholeRun } from "./wholeRun.js";

const bits = (values: Float32Array) => new Uint32Array(values.buffer, values.byteOffset, values.length);

describe("models/storedWeights", () => {
  before(() => useBackend());
  const scratch = scratchFolder();

  /** The directory of a case, its float32 tensors rounded to bfloat16; the case itself where it has none. */
  function inHalf(name: string): string {
    const weights = openWeights(goldenModel(name));
    const tensors = new Map<string, TensorToWrite>();
    for (const tensor of weights.names) {
      const shape = weights.shape(tensor);
      if (weights.dtype(tensor, shape) === "F32") {
        tensors.set(tensor, { dtype: "BF16", shape, data: weights.read(tensor, shape) });
      }
    }
    const all = weights.names.length;
    weights.close();
    if (tensors.size < all) return goldenModel(name);
    const directory = path.join(scratch, name);
    fs.mkdirSync(directory);
    writeSafetensors(path.join(directory, "model.safetensors"), tensors);
    fs.copyFileSync(goldenModel(name, "config.json"), path.join(directory, "config.json"));
    return directory;
  }

  for (const name of Object.values(GOLDEN_CASES).flat()) {
    it(`${name}: every layer, the logits and the gradient are the same, in about half of the memory`, async () => {
      const before = tf.memory().numTensors;
      const { prompts, model: reader } = await loadGolden(name);
      reader.dispose();
      const directory = inHalf(name);
      const { model: wide, residency } = await loadModel(directory, { weights: "float32" });
      assert.equal(residency, "float32");
      const wanted = wholeRun(wide, prompts[0]);
      const wideBytes = wide.parameters.bytes;
      wide.dispose();
      const { model: stored } = await loadModel(directory, { weights: "stored" });
      // Norms and biases, and matrices of odd width, are held in float32: these models are tiny.
      assert.isBelow(stored.parameters.bytes, 0.62 * wideBytes);
      const planned = stored.parameters.plan.reduce((sum, { storedBytes }) => sum + storedBytes, 0);
      assert.equal(stored.parameters.bytes, planned);
      const tensors = tf.memory().numTensors;
      const found = wholeRun(stored, prompts[0]);
      assert.equal(tf.memory().numTensors, tensors, "tensors left");
      // Nothing that was widened waits for the way back.
      assert.equal(found.keptBytes, wanted.keptBytes);
      assert.deepEqual([...found.numbers.keys()], [...wanted.numbers.keys()]);
      for (const [what, values] of wanted.numbers) {
        assert.isTrue(
          values.some((value) => value !== 0),
          `${what} is all zeros`,
        );
        assert.deepEqual(bits(found.numbers.get(what)!), bits(values), what);
      }
      stored.dispose();
      assert.equal(tf.memory().numTensors, before);
    });
  }

  it("takes float32 for a model that is small for this machine", async () => {
    const { model, residency } = await loadModel(goldenModel("grouped"));
    model.dispose();
    assert.equal(residency, "float32");
  });

  it("refuses to train what is not in float32", () => {
    const source = { has: () => true, read: () => new Float32Array(0) };
    expectSentence(
      () => new Parameters(source, { trainable: true, residency: "stored" }),
      /trained in float32, not stored/,
    );
  });

  it("says of a stored tensor with another shape what it says of any", async () => {
    const directory = path.join(scratch, "disagrees");
    fs.mkdirSync(directory);
    fs.copyFileSync(goldenModel("multiQuery", "model.safetensors"), path.join(directory, "model.safetensors"));
    const config = JSON.parse(fs.readFileSync(goldenModel("multiQuery", "config.json"), "utf8"));
    for (const part of [config, config.text_config ?? {}]) if (part.vocab_size) part.vocab_size += 2;
    fs.writeFileSync(path.join(directory, "config.json"), JSON.stringify(config));
    const before = tf.memory().numTensors;
    try {
      await loadModel(directory, { weights: "stored" });
      assert.fail("nothing was refused");
    } catch (error) {
      assert.instanceOf(error, EspalierError);
      assert.match((error as Error).message, /has shape \[.*\], config\.json implies \[.*\]/);
    }
    assert.equal(tf.memory().numTensors, before);
  });
});
