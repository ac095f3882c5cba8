import * as tf from "@tensorflow/tfjs";
import { assert } from "chai";
import { type EncodedPromptLike, firstStage, generate, prepareSamples, runLayer } from "../../src/evaluation/index.js";
import { gatherRows } from "../../src/models/index.js";
import { SELECTORS } from "../../src/selectors/index.js";
import { Pacer, Random, Stopped, useBackend } from "../../src/tensor/index.js";
import { GOLDEN_CASES, type GoldenModel, loadGolden } from "../models/goldenModels.js";

const NEW_TOKENS = 10;

/** Random non-increasing counts for each prompt. */
function randomCounts({ model, prompts }: GoldenModel, random: Random): number[][] {
  return prompts.map(({ inputIds }) => {
    const counts = [inputIds.filter((id) => model.visualTokenIds.includes(id)).length];
    while (counts.length < model.shape.layers) counts.push(random.integer(0, counts[counts.length - 1]));
    return counts;
  });
}

for (const name of Object.values(GOLDEN_CASES).flat()) {
  describe(`generate (${name})`, () => {
    let golden: GoldenModel;
    before(async () => {
      await useBackend();
      golden = await loadGolden(name);
    });
    after(() => golden.model.dispose());

    it("gives transformers' tokens, one prompt at a time and batched", async () => {
      const { model, prompts, generated } = golden;
      for (const batch of [1, 2, 16]) {
        const before = tf.memory().numTensors;
        const answers = await generate(model, SELECTORS["fastv"](), prompts, null, { maxNewTokens: NEW_TOKENS, batch });
        assert.deepEqual(
          answers.map((answer) => [...answer]),
          generated,
          `batch ${batch}`,
        );
        assert.equal(tf.memory().numTensors, before);
      }
    });

    it("keeps everything at full counts, whatever selects", async () => {
      const { model, prompts, generated } = golden;
      const full = prompts.map(({ inputIds }) =>
        new Array(model.shape.layers).fill(inputIds.filter((id) => model.visualTokenIds.includes(id)).length),
      );
      for (const make of Object.values(SELECTORS)) {
        const answers = await generate(model, make(3), prompts, full, { maxNewTokens: NEW_TOKENS });
        assert.deepEqual(
          answers.map((answer) => [...answer]),
          generated,
        );
      }
    });

    it("with tokens removed, gives what the whole sequence gives without a cache", async () => {
      const { model, prompts } = golden;
      const random = new Random(4);
      for (const make of Object.values(SELECTORS)) {
        const selector = make(1);
        const counts = randomCounts(golden, random);
        const answers = await generate(model, selector, prompts, counts, { maxNewTokens: NEW_TOKENS });
        const alone = await generate(model, selector, prompts, counts, { maxNewTokens: NEW_TOKENS, batch: 1 });
        assert.deepEqual(alone, answers);
        for (const [s, prompt] of prompts.entries()) {
          // One more token than was generated, so that the row that predicts the end is looked at as well.
          const whole = [...answers[s], 0];
          const choices = await teacherForced(golden, selector, prompt, whole, counts[s]);
          assert.deepEqual(choices.slice(0, answers[s].length), [...answers[s]], `${selector.name}, prompt ${s}`);
          if (answers[s].length < NEW_TOKENS) assert.include(model.eosTokenIds, choices[answers[s].length]);
        }
      }
    });

    it("stops when asked to, with nothing left allocated", async () => {
      const { model, prompts } = golden;
      const before = tf.memory().numTensors;
      const stop = new AbortController();
      stop.abort();
      const stopped = await generate(model, SELECTORS["fastv"](), prompts, null, {
        pacer: new Pacer(stop.signal),
      }).then(
        () => null,
        (error: unknown) => error,
      );
      assert.instanceOf(stopped, Stopped);
      // Stopped in the middle of decoding: the third layer of the fifth token, say.
      let pauses = 0;
      const late = new Pacer();
      late.pause = async () => {
        if (++pauses > 4 * model.shape.layers + 2) throw new Stopped();
      };
      const later = await generate(model, SELECTORS["fastv"](), prompts, null, { pacer: late, maxNewTokens: 50 }).then(
        () => null,
        (error: unknown) => error,
      );
      assert.instanceOf(later, Stopped);
      assert.equal(tf.memory().numTensors, before);
    });
  });
}

/** The first choice behind the prompt and behind each of `answer`'s tokens, in one pruned run without a cache. */
async function teacherForced(
  { model }: GoldenModel,
  selector: ReturnType<(typeof SELECTORS)[string]>,
  prompt: EncodedPromptLike,
  answer: readonly number[],
  counts: readonly number[],
): Promise<number[]> {
  const inputIds = Int32Array.from([...prompt.inputIds, ...answer]);
  // An image token that was generated is a word; another word in its place would change what follows.
  if (answer.some((id) => model.visualTokenIds.includes(id))) return [...answer];
  const prepared = await prepareSamples(model, selector, [
    { ...prompt, inputIds, promptLength: prompt.inputIds.length, task: "" },
  ]);
  let stage = firstStage(prepared.samples);
  for (let i = 1; i < model.shape.layers; i++) {
    const next = runLayer(prepared, stage, [counts[i]]).stage;
    stage.hidden.dispose();
    stage = next;
  }
  const { length } = stage.layout;
  const rows = Int32Array.from({ length: answer.length }, (_, a) => length - answer.length - 1 + a);
  const choices = tf.tidy(() => tf.argMax(model.logits(gatherRows(stage.hidden, rows)), 1).dataSync());
  stage.hidden.dispose();
  prepared.dispose();
  return [...choices];
}

describe("generate", () => {
  it("says what is wrong with prompts and counts", async () => {
    await useBackend();
    const golden = await loadGolden("grouped");
    const { model, prompts } = golden;
    const refuse = async (bad: readonly EncodedPromptLike[], counts: number[][] | null, wanted: RegExp) => {
      const failed = await generate(model, SELECTORS["random"](), bad, counts).then(
        () => "nothing",
        (error: Error) => error.message,
      );
      assert.match(failed, wanted);
    };
    const [one] = prompts;
    await refuse([{ ...one, inputIds: new Int32Array(0) }], null, /grouped0 has no tokens/);
    await refuse([{ ...one, inputIds: one.inputIds.slice(0, 6) }], null, /ends with a visual token/);
    await refuse(prompts, [[1, 1, 1]], /3 prompts with 3 layers each are wanted/);
    await refuse([{ ...one, gridThw: [] }], null, /its 0 grids give 0 visual tokens/);
    await refuse([{ ...one, pixelValues: new Float32Array(7) }], null, /7 numbers for 60 patches/);
    assert.deepEqual(await generate(model, SELECTORS["random"](), [], null), []);
    model.dispose();
  });
});
