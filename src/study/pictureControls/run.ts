/** Runs a control of pictures at one budget: the whole model, on samples with as many visual tokens as the budget affords. */
import * as tf from "@tensorflow/tfjs";
import { costRange, toNormalised, totalCost } from "../../cost/index.js";
import { type PreparedSample, prepareSamples, readPixels } from "../../evaluation/index.js";
import type { Pacer } from "../../tensor/index.js";
import { sampleBudgets } from "../budgets.js";
import { meanOf, type StudyContext } from "../context.js";
import type { EvaluationEntry } from "../entries.js";
import { visionMacs } from "../visionMacs/index.js";
import { affordableTokens } from "./affordableTokens.js";
import type { PictureControl, SmallerSample } from "./pictureControl.js";

/** How many samples are timed on the vision tower. */
const TIMED = 8;

/** Seconds a sample until its visual tokens are there. */
async function visionSeconds(samples: readonly SmallerSample[], pacer: Pacer): Promise<number> {
  let seconds = 0;
  for (const { model, sample } of samples) {
    const { gridThw } = sample;
    const pixelValues = await readPixels(sample.pixelValues);
    const patches = gridThw.reduce((sum, [t, h, w]) => sum + t * h * w, 0);
    if (patches === 0) continue;
    const started = performance.now();
    tf.tidy(() => {
      const pixels = tf.tensor2d(pixelValues, [patches, pixelValues.length / patches]);
      model.encodePictures(pixels, gridThw).dataSync();
    });
    seconds += (performance.now() - started) / 1000;
    await pacer.pause();
  }
  return seconds / samples.length;
}

/** KL(whole ‖ smaller) in nats of one sample: both have predicted the same answer. */
function divergenceFrom(whole: PreparedSample, smaller: PreparedSample): number {
  return tf.tidy(() => {
    const terms = tf.mul(tf.exp(whole.teacher), tf.sub(whole.teacher, smaller.teacher));
    return Math.max(0, tf.sum(terms).dataSync()[0]) / whole.targets.length;
  });
}

/** Indices of samples by the model that sees them. */
function byModel(samples: readonly SmallerSample[]): number[][] {
  const groups = new Map<unknown, number[]>();
  samples.forEach(({ model }, s) => {
    groups.set(model, [...(groups.get(model) ?? []), s]);
  });
  return [...groups.values()];
}

/**
 * Evaluates a control on the test samples.
 *
 * @returns null where a sample cannot be made as small as the budget wants; not written into the journal yet.
 * @throws Stopped.
 */
export async function runPictureControl(
  context: StudyContext,
  control: PictureControl,
  budget: number,
  configuration: string,
  pacer: Pacer,
): Promise<EvaluationEntry | null> {
  const started = performance.now();
  const { cost, data, studyModel, layers } = context;
  const { test } = context.header.data;
  const targets = sampleBudgets(budget, context.settings.budgetUnit, cost, test);
  const make = control.begin(context);
  const smaller: SmallerSample[] = [];
  for (const s of data.test.keys()) {
    const most = affordableTokens(cost, targets[s].cost, context.tokens("test", s));
    const made = most === null ? null : await make(s, most);
    if (made === null) return null;
    smaller.push(made);
    await pacer.pause();
  }
  const whole = await context.prepared("test", pacer);
  const divergence = new Array<number>(smaller.length);
  const accuracy = new Array<number>(smaller.length);
  const counts = new Array<number[]>(smaller.length);
  let layerForwards = 0;
  for (const members of byModel(smaller)) {
    const encoded = members.map((s) => smaller[s].sample);
    const prepared = await prepareSamples(smaller[members[0]].model, context.selector, encoded, { pacer });
    try {
      const own = prepared.samples.map(({ tokens }) => new Array<number>(layers).fill(tokens.visual));
      const exact = prepared.samples.map(({ teacherExact }) => teacherExact);
      const like = members.map((s) => ({ ...data.test[s], ...smaller[s].sample }));
      const scores = await context.scorer.score(prepared, like, own, exact, pacer);
      for (const [i, s] of members.entries()) {
        counts[s] = own[i];
        accuracy[s] = scores[i];
        divergence[s] = divergenceFrom(whole.samples[s], prepared.samples[i]);
        await pacer.pause();
      }
      layerForwards += prepared.layerForwards;
    } finally {
      prepared.dispose();
    }
  }
  const unspent = counts.map((row, s) => {
    const range = costRange(cost, context.tokens("test", s));
    return toNormalised(targets[s].cost, range) - toNormalised(totalCost(cost, row, test.text[s]), range);
  });
  const wholeSamples = data.test.map((sample): SmallerSample => ({ model: studyModel.model, sample }));
  const macs = (samples: readonly SmallerSample[]) =>
    meanOf(samples.map(({ sample }) => visionMacs(studyModel.config, sample.gridThw).tower));
  return {
    kind: "evaluation",
    split: "test",
    series: control.series,
    configuration,
    budget,
    counts,
    divergence,
    accuracy,
    smaller: {
      unspent: meanOf(unspent),
      visionMacs: macs(smaller) / macs(wholeSamples),
      visionSeconds: [
        await visionSeconds(smaller.slice(0, TIMED), pacer),
        await visionSeconds(wholeSamples.slice(0, TIMED), pacer),
      ],
    },
    layerForwards,
    seconds: (performance.now() - started) / 1000,
  };
}
