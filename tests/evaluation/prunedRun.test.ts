import * as tf from "@tensorflow/tfjs";
import { assert } from "chai";
import {
  type EncodedSampleLike,
  evaluateCounts,
  firstStage,
  keptPlaces,
  measureDivergence,
  type PreparedSample,
  type PreparedSamples,
  prepareSamples,
  rowsOf,
  runLayer,
  survival,
} from "../../src/evaluation/index.js";
import { layoutFrom } from "../../src/models/index.js";
import { SELECTORS, type Selector } from "../../src/selectors/index.js";
import { Random, useBackend } from "../../src/tensor/index.js";
import { type GoldenModel, loadGolden } from "../models/goldenModels.js";
import { denseRun } from "./denseRun.js";

const NAMES = Object.keys(SELECTORS);

/** What a run with tokens removed gives, sample by sample. */
interface Run {
  /** [B][L] places. */
  readonly kept: number[][][];
  /** [B]: logits behind the prompt's last token and behind the answer's. */
  readonly logits: Float32Array[];
}

function runCounts(prepared: PreparedSamples, samples: readonly PreparedSample[], counts: readonly number[][]): Run {
  const { model } = prepared;
  const kept = samples.map(({ visual }) => [[...visual]]);
  let stage = firstStage(samples);
  for (let i = 1; i < model.shape.layers; i++) {
    const before = tf.memory().numTensors;
    const next = runLayer(
      prepared,
      stage,
      counts.map((row) => row[i]),
    );
    assert.equal(tf.memory().numTensors, before + 1, "a layer keeps only its hidden states");
    assert.isNull(next.cache);
    stage.hidden.dispose();
    stage = next.stage;
    stage.survivors.forEach((places, b) => {
      kept[b].push([...places]);
    });
    // Nothing but survivors and text is computed.
    const longest = Math.max(...samples.map(({ text }, b) => text.length + stage.survivors[b].length));
    assert.deepEqual(stage.hidden.shape, [samples.length * longest, model.shape.hidden]);
  }
  const logits = samples.map((sample, b) =>
    tf.tidy(() => {
      const own = layoutFrom(samples.map((other) => (other === sample ? sample.answerPlaces : new Int32Array(0))));
      const rows = rowsOf(stage.layout, own).subarray(b * own.length, b * own.length + sample.answerPlaces.length);
      return model.logits(tf.gather(stage.hidden, tf.tensor1d(Int32Array.from(rows), "int32"))).dataSync<"float32">();
    }),
  );
  stage.hidden.dispose();
  return { kept, logits };
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  assert.equal(a.length, b.length);
  let difference = 0;
  for (let i = 0; i < a.length; i++) {
    const delta = Math.abs(a[i] - b[i]);
    if (!(delta <= difference)) difference = delta;
  }
  return difference;
}

/** Counts of a schedule by name, for one sample. */
const SCHEDULES: Record<string, (visual: number, layers: number, random: Random) => number[]> = {
  nothing: (visual, layers) => [visual, ...new Array<number>(layers - 1).fill(0)],
  everything: (visual, layers) => new Array<number>(layers).fill(visual),
  half: (visual, layers) => [visual, ...new Array<number>(layers - 1).fill(Math.floor(visual / 2))],
  falling(visual, layers, random) {
    const counts = [visual];
    while (counts.length < layers) counts.push(random.integer(0, counts[counts.length - 1]));
    return counts;
  },
  fallingOnceMore(visual, layers, random) {
    return SCHEDULES["falling"](visual, layers, random);
  },
};

for (const name of ["grouped", "multiQuery", "sliding"] as const) {
  describe(`runs with tokens removed (${name})`, () => {
    let golden: GoldenModel;
    let encoded: EncodedSampleLike[];
    before(async () => {
      await useBackend();
      golden = await loadGolden(name);
      encoded = golden.prompts.map((prompt, s) => ({
        ...prompt,
        task: "test",
        promptLength: prompt.inputIds.length,
        inputIds: Int32Array.from([...prompt.inputIds, ...[9, 17, 30, 21].slice(0, 2 + s)]),
      }));
    });
    after(() => golden.model.dispose());

    const eachSchedule = async (
      check: (prepared: PreparedSamples, selector: Selector, counts: number[][], label: string) => void | Promise<void>,
    ) => {
      const random = new Random(8);
      for (const selectorName of NAMES) {
        const selector = SELECTORS[selectorName](5);
        const prepared = await prepareSamples(golden.model, selector, encoded);
        for (const [schedule, make] of Object.entries(SCHEDULES)) {
          const counts = prepared.samples.map(({ tokens }) => make(tokens.visual, golden.model.shape.layers, random));
          await check(prepared, selector, counts, `${selectorName}, ${schedule}`);
        }
        prepared.dispose();
      }
    };

    it("tell when each token goes", async () => {
      await eachSchedule(async (prepared, _selector, counts, label) => {
        const { kept } = runCounts(prepared, prepared.samples, counts);
        const before = tf.memory().numTensors;
        const lost = await survival(prepared, counts);
        assert.equal(tf.memory().numTensors, before, label);
        prepared.samples.forEach(({ visual }, b) => {
          for (let layer = 0; layer < kept[b].length; layer++) {
            const alive = [...visual].filter((_, i) => lost[b][i] > layer);
            assert.deepEqual(alive, kept[b][layer], `${label}, layer ${layer}`);
          }
        });
      });
    });

    it("equal a masked run of all tokens", async () => {
      let compared = 0;
      await eachSchedule((prepared, selector, counts, label) => {
        const { kept, logits } = runCounts(prepared, prepared.samples, counts);
        prepared.samples.forEach((sample, b) => {
          const own = denseRun(golden.model, golden.config, selector, sample, counts[b]);
          let clear = true;
          kept[b].forEach((places, i) => {
            assert.lengthOf(places, counts[b][i], `${label}: count of layer ${i}`);
            clear &&= own.margins[i] > 1e-6;
            // Behind a close cut, the two runs may go their own ways.
            if (!clear) return;
            compared++;
            assert.deepEqual(places, own.kept[i], `${label}: survivors of layer ${i}, sample ${b}`);
          });
          const replayed = denseRun(golden.model, golden.config, selector, sample, counts[b], kept[b]);
          const wanted = [...sample.answerPlaces].flatMap((place) => replayed.logits[place]);
          assert.isBelow(largestDifference(logits[b], wanted), 1e-4, `${label}: logits of sample ${b}`);
        });
      });
      // Close cuts are rare; a comparison that skips most of them would say nothing.
      const all = NAMES.length * Object.keys(SCHEDULES).length * encoded.length * golden.model.shape.layers;
      assert.isAbove(compared / all, 0.9);
    });

    it("equal themselves one sample at a time", async () => {
      await eachSchedule((prepared, _, counts, label) => {
        const together = runCounts(prepared, prepared.samples, counts);
        prepared.samples.forEach((sample, b) => {
          const alone = runCounts(prepared, [sample], [counts[b]]);
          assert.deepEqual(alone.kept[0], together.kept[b], label);
          assert.isBelow(largestDifference(alone.logits[0], together.logits[b]), 1e-4, label);
        });
      });
    });

    it("diverge by nothing at full counts, and by what the logits say otherwise", async () => {
      await eachSchedule(async (prepared, _, counts, label) => {
        const before = tf.memory().numTensors;
        const { divergence, exact } = await evaluateCounts(prepared, counts, { batch: 2 });
        assert.equal(tf.memory().numTensors, before);
        const { logits } = runCounts(prepared, prepared.samples, counts);
        prepared.samples.forEach((sample, b) => {
          if (label.includes("everything")) assert.isBelow(divergence[b], 1e-6);
          const { kl, hits } = divergenceOf(sample, logits[b], golden.model.vocabulary);
          assert.approximately(divergence[b], kl, 1e-4 * Math.max(1, kl), label);
          assert.equal(exact[b], hits);
        });
      });
    });

    it("keep the teacher's answers: what the model gives unpruned", async () => {
      const prepared = await prepareSamples(golden.model, SELECTORS["fastv"](), encoded);
      const { visual, id } = prepared.samples[0];
      assert.equal(id, `${name}0`);
      const stage = firstStage(prepared.samples);
      assert.deepEqual([...stage.survivors[0]], [...visual]);
      const own = prepared.samples.map((sample) =>
        denseRun(
          golden.model,
          golden.config,
          prepared.selector,
          sample,
          new Array<number>(golden.model.shape.layers).fill(sample.tokens.visual),
        ),
      );
      prepared.samples.forEach((sample, b) => {
        const teacher = sample.teacher.arraySync();
        sample.answerPlaces.forEach((place, a) => {
          assert.isBelow(largestDifference(teacher[a], logSoftmax(own[b].logits[place])), 1e-4);
          assert.equal(sample.targets[a], encoded[b].inputIds[place + 1]);
        });
      });
      stage.hidden.dispose();
      prepared.dispose();
    });
  });
}

function logSoftmax(row: readonly number[]): number[] {
  const top = Math.max(...row);
  const log = top + Math.log(row.reduce((sum, x) => sum + Math.exp(x - top), 0));
  return row.map((x) => x - log);
}

/** Mean KL(teacher ‖ student) in float64, and whether the student's first choices are the answer. */
function divergenceOf(sample: PreparedSample, logits: Float32Array, vocabulary: number): { kl: number; hits: boolean } {
  const teacher = sample.teacher.arraySync();
  let kl = 0;
  let hits = true;
  teacher.forEach((full, a) => {
    const student = logSoftmax([...logits.subarray(a * vocabulary, (a + 1) * vocabulary)]);
    kl += full.reduce((sum, log, c) => sum + Math.exp(log) * (log - student[c]), 0) / teacher.length;
    hits &&= student.indexOf(Math.max(...student)) === sample.targets[a];
  });
  return { kl, hits };
}

describe("keptPlaces", () => {
  it("is survivors and text in prompt order", () => {
    assert.deepEqual([...keptPlaces(Int32Array.of(3, 11), Int32Array.of(0, 2, 20, 100))], [0, 2, 3, 11, 20, 100]);
  });
});

describe("measureDivergence", () => {
  it("is zero for the teacher's own rows", async () => {
    await useBackend();
    const { model, prompts } = await loadGolden("fullHeads");
    const [prompt] = prompts;
    const inputIds = Int32Array.from([...prompt.inputIds, 7, 8]);
    const prepared = await prepareSamples(model, SELECTORS["random"](), [
      { ...prompt, task: "", inputIds, promptLength: prompt.inputIds.length },
    ]);
    let stage = firstStage(prepared.samples);
    for (let i = 1; i < model.shape.layers; i++) {
      const next = runLayer(prepared, stage, [1e9]).stage;
      stage.hidden.dispose();
      stage = next;
    }
    const { divergence, exact } = measureDivergence(model, prepared.samples, stage.hidden, stage.layout);
    assert.isBelow(divergence[0], 1e-6);
    assert.deepEqual(exact, [prepared.samples[0].teacherExact]);
    stage.hidden.dispose();
    prepared.dispose();
    model.dispose();
  });
});
