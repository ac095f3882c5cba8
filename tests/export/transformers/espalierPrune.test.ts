/** The exported Python file against this project's own pruned runs, on the tiny checkpoints of every architecture. */
import { fileURLToPath } from "node:url";
import * as tf from "@tensorflow/tfjs";
import { expect } from "chai";
import {
  type EncodedPromptLike,
  firstStage,
  generate,
  prepareSamples,
  runLayer,
} from "../../../src/evaluation/index.js";
import type { VisionLanguageModel } from "../../../src/models/index.js";
import { countsForSample, parseScheduleFile, type ScheduleFile } from "../../../src/schedules/index.js";
import { selector as selectorNamed } from "../../../src/selectors/index.js";
import { useBackend } from "../../../src/tensor/index.js";
import { GOLDEN_CASES, type GoldenCase, type GoldenModel, goldenModel, loadGolden } from "../../models/goldenModels.js";
import { askPython, findPython } from "./python.js";

const ROOT = fileURLToPath(new URL("../../../../", import.meta.url));
const COMPARE = `${ROOT}tests/export/transformers/compare.py`;
const PRUNE = `${ROOT}src/export/transformers/espalier_prune.py`;
const CASES = Object.values(GOLDEN_CASES).flat() as GoldenCase[];
const NEW_TOKENS = 6;
/**
 * How each checkpoint is run. In float64 the other side does not round (its eager attention would), and logits differ by this
 * project's rounding alone; in float32 both round, and these weights, drawn wide, carry that to twice as much.
 */
const WAYS = [
  { dtype: "float64", attention: "sdpa", tolerance: 1e-4 },
  { dtype: "float32", attention: "eager", tolerance: 2e-4 },
];
/** Below this a difference of two scores is rounding (METHOD §4). */
const MARGIN = 1e-6;

interface Answer {
  readonly kept: number[][];
  readonly cached: number[];
  readonly logits: number[][];
  /** What was fed to get the second logits and those after. */
  readonly fed: number[];
  readonly tokens: number[];
}

/** Shares of a model with so many layers, by what they do. */
function schedules(layers: number): Record<string, number[]> {
  const of = (share: (i: number) => number) => Array.from({ length: layers }, (_, i) => (i === 0 ? 1 : share(i)));
  return {
    "nothing removed": of(() => 1),
    "half behind the first layer": of(() => 0.5),
    "fewer at every layer": of((i) => 1 - i / layers),
    "nothing left behind the first layer": of(() => 0),
    "nothing left at the last layer": of((i) => (i === layers - 1 ? 0 : 0.7)),
    "one half of a token more or less": of((i) => [0.28125, 0.15625, 0.1][i - 1] ?? 0.1),
  };
}

/**
 * This project's run of a prompt: what every layer keeps, by how much, its answer, and the logits of the token behind the prompt and
 * of each behind `fed`.
 */
async function ownRun(
  model: VisionLanguageModel,
  prompt: EncodedPromptLike<Float32Array>,
  file: ScheduleFile,
  id: string,
  fed: readonly number[],
) {
  const visual = prompt.inputIds.filter((token) => model.visualTokenIds.includes(token)).length;
  const counts = countsForSample(file, id, visual);
  const selector = selectorNamed("fastv");
  const [answer] = await generate(model, selector, [prompt], [counts], { maxNewTokens: NEW_TOKENS });
  // Decoding step by step is what a run over prompt and answer computes at the answer's rows; an answer has one token at least.
  const inputIds = Int32Array.from([...prompt.inputIds, ...fed, fed[0]]);
  const promptLength = prompt.inputIds.length;
  const prepared = await prepareSamples(model, selector, [{ ...prompt, inputIds, promptLength, task: "golden" }]);
  let stage = firstStage(prepared.samples);
  const kept = [[...stage.survivors[0]]];
  let margin = Infinity;
  for (let i = 1; i < counts.length; i++) {
    const falling = [...stage.scores[0]].sort((a, b) => b - a);
    // Equal scores are decided by order, which is no matter of rounding.
    const gap = counts[i] < falling.length && counts[i] > 0 ? falling[counts[i] - 1] - falling[counts[i]] : Infinity;
    if (gap !== 0) margin = Math.min(margin, gap);
    const next = runLayer({ model, selector }, stage, [counts[i]]).stage;
    stage.hidden.dispose();
    stage = next;
    kept.push([...stage.survivors[0]]);
  }
  const logits = tf.tidy(() => {
    const rows = stage.hidden.shape[0];
    // The answer's rows come last; the very last predicts nothing that is compared.
    return model.logits(tf.slice(stage.hidden, [rows - fed.length - 2, 0], [fed.length + 1, -1])).arraySync();
  });
  stage.hidden.dispose();
  prepared.dispose();
  return { kept, counts, margin, logits, tokens: [...answer], text: promptLength - visual };
}

describe("export/transformers: espalier_prune.py", function () {
  this.timeout(300_000);
  const goldens = new Map<GoldenCase, GoldenModel>();
  /** By checkpoint, way and run. */
  let answers: Answer[][][];

  before(async function () {
    const { python, reason } = await findPython();
    if (python === null) {
      console.log(`      skipped: ${reason}`);
      this.skip();
    }
    await useBackend();
    const requests: object[] = [];
    for (const name of CASES) {
      const golden = await loadGolden(name);
      goldens.set(name, golden);
      const runs = runsOf(golden).map(({ prompt, file, id }) => ({
        schedule: JSON.parse(file),
        sample: id,
        inputIds: [...prompt.inputIds],
        grids: prompt.gridThw,
        seconds: prompt.secondsPerGrid ?? [],
        pixels: [...prompt.pixelValues],
        newTokens: NEW_TOKENS,
      }));
      for (const { dtype, attention } of WAYS) requests.push({ model: goldenModel(name), dtype, attention, runs });
    }
    const all = (await askPython(python, [COMPARE, PRUNE], requests)) as Answer[][];
    answers = CASES.map((_, c) => WAYS.map((_, w) => all[c * WAYS.length + w]));
  });
  after(() => {
    for (const { model } of goldens.values()) model.dispose();
  });

  /** Every prompt under every schedule; one file lists a prompt by its id, in counts. */
  function runsOf({ model, prompts }: GoldenModel) {
    return prompts.flatMap((prompt, p) =>
      Object.entries(schedules(model.shape.layers)).map(([what, shares], s) => {
        const file = parseScheduleFile(JSON.stringify({ espalierSchedule: 1, shares }), what);
        const visual = prompt.inputIds.filter((token) => model.visualTokenIds.includes(token)).length;
        const listed = { id: prompt.id, counts: countsForSample(file, prompt.id, visual) };
        const common = { shares: shares.map(() => 1) };
        const content = { espalierSchedule: 1, ...(s % 2 === 0 ? { shares } : { ...common, samples: [listed] }) };
        return { what: `${what}, prompt ${p}`, prompt, id: prompt.id, file: JSON.stringify(content) };
      }),
    );
  }

  for (const [c, name] of CASES.entries()) {
    it(`keeps, computes and answers on ${name} as this project does`, async () => {
      const golden = goldens.get(name)!;
      let compared = 0;
      const runs = runsOf(golden);
      for (const [r, { what, prompt, file, id }] of runs.entries()) {
        const own = await ownRun(golden.model, prompt, parseScheduleFile(file, what), id, answers[c][0][r].fed);
        if (own.margin > MARGIN) compared++;
        for (const [w, { dtype, tolerance }] of WAYS.entries()) {
          const answer = answers[c][w][r];
          const label = `${what}, ${dtype}`;
          const numbers = answer.kept.map((places) => places.length);
          expect(numbers, label).to.deep.equal(own.counts);
          // Rows are gone from the caches too.
          expect(answer.cached, label).to.deep.equal(own.counts.map((count) => own.text + count));
          if (own.margin <= MARGIN) continue;
          expect(answer.kept, label).to.deep.equal(own.kept);
          expect(answer.tokens, label).to.deep.equal(own.tokens);
          expect(answer.fed, label).to.deep.equal(answers[c][0][r].fed);
          expect(answer.logits, label).to.have.length(own.logits.length);
          own.logits.forEach((row, t) => {
            const worst = Math.max(...row.map((value, word) => Math.abs(value - answer.logits[t][word])));
            expect(worst, `${label}, new token ${t}`).to.be.at.most(tolerance);
          });
        }
      }
      expect(compared).to.be.greaterThan(0.9 * runs.length);
    });
  }

  it("removes rows that change the answer's logits", () => {
    // Otherwise the comparison above could not fail.
    const [whole, half] = answers[0][0];
    expect(Math.max(...whole.logits[0].map((value, word) => Math.abs(value - half.logits[0][word])))).to.be.greaterThan(
      1e-2,
    );
  });
});
