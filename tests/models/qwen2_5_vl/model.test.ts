import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import * as tf from "@tensorflow/tfjs";
import { assert } from "chai";
import { openWeights, type TensorToWrite, writeSafetensors } from "../../../src/checkpoint/index.js";
import { EspalierError } from "../../../src/errors.js";
import { compareWithReference, loadModel } from "../../../src/models/index.js";
import { useBackend } from "../../../src/tensor/index.js";
import { checkAgainstTransformers } from "../checkAgainstTransformers.js";
import { goldenModel } from "../goldenModels.js";

checkAgainstTransformers("qwen2_5_vl");

describe("embed", () => {
  it("puts visual features where image tokens stand, and takes an image token for a word where there are none", async () => {
    await useBackend();
    const { model } = await loadModel(goldenModel("grouped"));
    tf.tidy(() => {
      const ids = Int32Array.of(7, 3, 9, 3);
      const width = model.shape.hidden;
      const words = model.embed(ids, null).arraySync();
      const table = model.parameters.entries().get("model.embed_tokens.weight")!.arraySync() as number[][];
      assert.deepEqual(
        words,
        [...ids].map((id) => table[id]),
      );
      const visual = tf.tensor2d([new Array<number>(width).fill(5), new Array<number>(width).fill(6)]);
      const mixed = model.embed(ids, visual).arraySync();
      assert.deepEqual(mixed, [words[0], visual.arraySync()[0], words[2], visual.arraySync()[1]]);
      assert.throws(
        () => model.embed(Int32Array.of(7, 3), visual),
        /1 tokens for pictures and videos, but those give 2 visual tokens/,
      );
    });
    model.dispose();
  });
});

describe("loadModel", () => {
  let folder: string;
  before(async () => {
    await useBackend();
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "espalier-load-"));
  });
  after(() => fs.rmSync(folder, { recursive: true }));

  /** A copy of the case "grouped" with its tensors changed. */
  function checkpoint(change: (tensors: Map<string, TensorToWrite>, config: Record<string, unknown>) => void): string {
    const directory = fs.mkdtempSync(path.join(folder, "model-"));
    const weights = openWeights(goldenModel("grouped"));
    const tensors = new Map<string, TensorToWrite>();
    for (const name of weights.names) {
      const shape = weights.shape(name);
      tensors.set(name, { dtype: "F32", shape, data: weights.read(name, shape) });
    }
    weights.close();
    const config = JSON.parse(fs.readFileSync(goldenModel("grouped", "config.json"), "utf8")) as Record<
      string,
      unknown
    >;
    change(tensors, config);
    writeSafetensors(path.join(directory, "model.safetensors"), tensors);
    fs.writeFileSync(path.join(directory, "config.json"), JSON.stringify(config));
    return directory;
  }

  async function refusal(directory: string): Promise<string> {
    const before = tf.memory().numTensors;
    try {
      (await loadModel(directory)).model.dispose();
    } catch (error) {
      assert.instanceOf(error, EspalierError);
      assert.equal(tf.memory().numTensors, before, "tensors left behind an error");
      return (error as Error).message;
    }
    return "nothing was refused";
  }

  it("gives the same numbers from float32 as from bfloat16, and warns of tensors without a place", async () => {
    const directory = checkpoint((tensors) => {
      const one = { dtype: "F32", shape: [2], data: Float32Array.of(1, 2) } as const;
      tensors.set("model.layers.0.self_attn.rotary_emb.inv_freq", one);
      tensors.set("lm_head.weight", one);
      tensors.set("value_head.weight", one);
    });
    const warnings: string[] = [];
    const { model, unused } = await loadModel(directory, { warn: (sentence) => warnings.push(sentence) });
    // The tied head's copy and the rotary frequencies follow from the rest: no word about them.
    assert.deepEqual(unused, ["value_head.weight"]);
    assert.lengthOf(warnings, 1);
    assert.match(warnings[0], /1 tensors that qwen2_5_vl has no place for \(value_head\.weight\); they are ignored/);
    assert.isTrue(compareWithReference(model, goldenModel("grouped", "reference.safetensors")).passed);
    model.dispose();
  });

  it("says what is missing or does not fit", async () => {
    assert.match(await refusal(path.join(folder, "nowhere")), /nowhere/);
    assert.match(
      await refusal(checkpoint((_, config) => (config["model_type"] = "gpt2"))),
      /unknown architecture "gpt2"/,
    );
    assert.match(
      await refusal(checkpoint((tensors) => tensors.delete("model.layers.2.mlp.up_proj.weight"))),
      /no tensor "model\.layers\.2\.mlp\.up_proj\.weight"/,
    );
    assert.match(
      await refusal(
        checkpoint((tensors) =>
          tensors.set("model.norm.weight", { dtype: "F32", shape: [1], data: Float32Array.of(1) }),
        ),
      ),
      /"model\.norm\.weight" .* shape \[1\], config\.json implies \[32\]/,
    );
    assert.match(
      await refusal(checkpoint((_, config) => (config["tie_word_embeddings"] = false))),
      /no tensor "lm_head\.weight"/,
    );
  });
});
