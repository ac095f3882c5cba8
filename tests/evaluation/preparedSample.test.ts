import * as tf from "@tensorflow/tfjs";
import { assert } from "chai";
import { EspalierError } from "../../src/errors.js";
import { type EncodedSampleLike, prepareSamples } from "../../src/evaluation/index.js";
import type { Qwen25Vl } from "../../src/models/index.js";
import { SELECTORS } from "../../src/selectors/index.js";
import { useBackend } from "../../src/tensor/index.js";
import { mixedSamples, tinyModel } from "../relaxation/tinyModel.js";

describe("prepareSamples", () => {
  let model: Qwen25Vl;
  before(async () => {
    await useBackend();
    model = tinyModel({ layers: 2 });
  });
  after(() => model.dispose());

  /** The sentence about one sample that was changed among others that are sound, and that nothing stays allocated. */
  const refusal = async (change: (sample: EncodedSampleLike<Float32Array>) => EncodedSampleLike): Promise<string> => {
    const sound = mixedSamples();
    const pictured = sound.findIndex(({ gridThw }) => gridThw.length > 0);
    const samples = sound.map((sample, s) => (s === pictured ? change({ ...sample, id: "the one" }) : sample));
    const before = tf.memory().numTensors;
    let thrown: unknown;
    await prepareSamples(model, SELECTORS["fastv"](), samples).catch((error: unknown) => {
      thrown = error;
    });
    assert.instanceOf(thrown, EspalierError);
    assert.equal(tf.memory().numTensors, before);
    return (thrown as EspalierError).message;
  };

  it("names the sample whose image tokens and pictures disagree", async () => {
    const none = await refusal((sample) => ({ ...sample, gridThw: [], pixelValues: new Float32Array(0) }));
    assert.match(
      none,
      /Sample the one has [1-9]\d* tokens for pictures and videos, but its 0 grids give 0 visual tokens/,
    );
    const more = await refusal((sample) => ({ ...sample, gridThw: [...sample.gridThw, ...sample.gridThw] }));
    assert.match(more, /Sample the one has .* give [1-9]\d* visual tokens/);
  });

  it("names the sample whose pixels and grids disagree", async () => {
    const torn = await refusal((sample) => ({ ...sample, pixelValues: sample.pixelValues.subarray(1) }));
    assert.match(torn, /pictures of the one have \d+ numbers for \d+ patches/);
  });

  it("names the sample without an answer, and the one whose answer is a picture", async () => {
    const silent = await refusal((sample) => ({ ...sample, promptLength: sample.inputIds.length }));
    assert.match(silent, /Sample the one has no answer tokens/);
    const drawn = await refusal((sample) => ({ ...sample, promptLength: 1 }));
    assert.match(drawn, /Sample the one has visual tokens in its answer/);
  });
});
