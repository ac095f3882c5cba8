import * as tf from "@tensorflow/tfjs";
import { assert } from "chai";
import { evaluateCounts, type PreparedSamples, prepareSamples } from "../../src/evaluation/index.js";
import type { Qwen25Vl } from "../../src/models/index.js";
import { type AttentionSelector, questionPlaces, SELECTORS } from "../../src/selectors/index.js";
import { Tape, useBackend } from "../../src/tensor/index.js";
import { mixedSamples, tinyModel, tinySample } from "../relaxation/tinyModel.js";

const visual = Int32Array.of(2, 3, 6, 7);
const sample = { id: "x", promptLength: 10, visual };
const sparsevlm = SELECTORS["sparsevlm"]() as AttentionSelector;
const fitprune = SELECTORS["fitprune"]() as AttentionSelector;
const lists = (groups: readonly Int32Array[]) => groups.map((group) => [...group]);

describe("selectors: who rates", () => {
  before(() => useBackend());

  it("questionPlaces is the prompt's text behind its first picture, between pictures too, and never the answer", () => {
    assert.deepEqual([...questionPlaces(sample)], [4, 5, 8, 9]);
    assert.lengthOf(questionPlaces({ promptLength: 10, visual: new Int32Array(0) }), 0);
    assert.lengthOf(questionPlaces({ promptLength: 8, visual: Int32Array.of(6, 7) }), 0);
  });

  it("sparsevlm takes the words of at least mean relevance", () => {
    const raters = (...relevance: number[]) =>
      lists(sparsevlm.raters({ ...sample, relevance: Float32Array.from(relevance) }, visual));
    assert.deepEqual(raters(0.5, 0.1, 0.3, 0.1), [[4, 8]]);
    assert.deepEqual(raters(0.25, 0.25, 0.25, 0.25), [[4, 5, 8, 9]]);
    // Equal numbers whose float32 mean is rounded.
    assert.deepEqual(raters(0.1, 0.1, 0.1, 0.1), [[4, 5, 8, 9]]);
    assert.throws(() => sparsevlm.raters(sample, visual), RangeError, /no relevances of 4 words/);
    const none = { id: "x", promptLength: 4, visual: Int32Array.of(2, 3), relevance: new Float32Array(0) };
    assert.deepEqual(lists(sparsevlm.raters(none, none.visual)), [[]]);
  });

  it("fitprune takes the survivors, never the dead, and the question", () => {
    assert.deepEqual(lists(fitprune.raters(sample, Int32Array.of(3, 7))), [
      [3, 7],
      [4, 5, 8, 9],
    ]);
    assert.deepEqual(lists(fitprune.raters(sample, new Int32Array(0))), [[], [4, 5, 8, 9]]);
  });

  it("fitprune multiplies its groups, and the gradient is the other group's", () => {
    const means = tf.tensor3d([
      [
        [1, 2, 0],
        [4, 5, 6],
      ],
    ]);
    const tape = new Tape();
    tape.watch(means);
    const scores = fitprune.scores(means, tape);
    assert.deepEqual(scores.arraySync(), [[4, 10, 0]]);
    tape.accumulate(scores, tf.tensor2d([[1, 10, 100]]));
    tape.backward();
    const gradient = tape.takeGradient(means)!;
    assert.deepEqual(gradient.arraySync(), [
      [
        [4, 50, 600],
        [1, 20, 0],
      ],
    ]);
    tf.dispose([gradient, scores, means]);
    tape.dispose();
  });

  it("mostRows bounds what is read", () => {
    for (const make of Object.values(SELECTORS)) {
      const selector = make();
      if (selector.kind === "static") continue;
      for (const survivors of [visual, visual.subarray(1, 3), new Int32Array(0)]) {
        const groups = selector.raters({ ...sample, relevance: Float32Array.of(1, 1, 1, 1) }, survivors);
        const rows = new Set(groups.flatMap((group) => [...group])).size;
        assert.isAtMost(rows, selector.mostRows(sample, survivors.length));
      }
    }
  });
});

describe("selectors where there is little to rate", () => {
  let model: Qwen25Vl;
  before(async () => {
    await useBackend();
    model = tinyModel({ layers: 4 });
  });
  after(() => model.dispose());

  const withPrepared = async (
    encoded: Parameters<typeof prepareSamples>[2],
    check: (prepared: PreparedSamples, label: string) => Promise<void>,
  ) => {
    for (const [name, make] of Object.entries(SELECTORS)) {
      const before = tf.memory().numTensors;
      const prepared = await prepareSamples(model, make(2), encoded);
      await check(prepared, name);
      prepared.dispose();
      assert.equal(tf.memory().numTensors, before, name);
    }
  };

  it("a prompt that ends with its picture: nobody asks, and the earlier stay", async () => {
    const whole = tinySample("open", [3, [8, 8]], 2);
    // Without the word that closes the picture.
    const end = whole.promptLength - 1;
    const inputIds = Int32Array.from([...whole.inputIds.slice(0, end), ...whole.inputIds.slice(end + 1)]);
    await withPrepared([{ ...whole, inputIds, promptLength: end }], async (prepared, label) => {
      const [{ firstScores, tokens }] = prepared.samples;
      if (label === "sparsevlm" || label === "fitprune") {
        assert.deepEqual([...firstScores], new Array<number>(tokens.visual).fill(0), label);
      }
      const { divergence } = await evaluateCounts(prepared, [[tokens.visual, 5, 2, 0]]);
      assert.isTrue(Number.isFinite(divergence[0]), label);
    });
  });

  it("a sample without a picture, alone and among others", async () => {
    const samples = mixedSamples();
    await withPrepared([samples[4]], async (prepared, label) => {
      assert.lengthOf(prepared.samples[0].firstScores, 0);
      const { divergence } = await evaluateCounts(prepared, [[0, 0, 0, 0]]);
      assert.isBelow(divergence[0], 1e-6, label);
    });
    await withPrepared(samples, async (prepared, label) => {
      const counts = prepared.samples.map(({ tokens }) => [1, 0.6, 0.3, 0.1].map((r) => Math.floor(r * tokens.visual)));
      const { divergence } = await evaluateCounts(prepared, counts);
      assert.isBelow(divergence[4], 1e-6, label);
      assert.isAbove(divergence[0], 1e-4, label);
    });
  });

  it("no visual token left: every selector gives the same", async () => {
    let first: number[] | null = null;
    await withPrepared(mixedSamples(), async (prepared, label) => {
      const counts = prepared.samples.map(({ tokens }) => [tokens.visual, 0, 0, 0]);
      const { divergence } = await evaluateCounts(prepared, counts);
      first ??= [...divergence];
      divergence.forEach((value, b) => {
        assert.closeTo(value, first![b], 1e-5, label);
      });
    });
  });
});
