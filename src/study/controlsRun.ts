/**
 * Controls at the search's own cost (METHOD §8): the same counts with other tokens (random, uniform stride), and the whole
 * model on smaller pictures.
 */
import * as tf from "@tensorflow/tfjs";
import { costRange, toNormalised, totalCost } from "../cost/index.js";
import { EspalierError } from "../errors.js";
import { type EncodedSampleLike, type PreparedSample, prepareSamples } from "../evaluation/index.js";
import type { Pacer } from "../tensor/index.js";
import { sampleBudgets } from "./budgets.js";
import { meanOf, type StudyContext } from "./context.js";
import { affordableTokens, downsample } from "./downsample.js";
import { type EvaluationEntry, SERIES } from "./entries.js";
import { evaluations } from "./reading.js";
import { configurationAt } from "./searchRun.js";
import { visionMacs } from "./visionMacs/index.js";

export interface StudyControlsOptions {
  /** Budgets that the search has been evaluated at, in the study's unit; default all of them. */
  readonly budgets?: readonly number[];
}

const SELECTOR_CONTROLS = [
  { series: SERIES.random, name: "random" },
  { series: SERIES.uniformStride, name: "uniformStride" },
] as const;

/** Evaluates every control at every budget that is not in the journal yet. */
export async function runControls(context: StudyContext, options: StudyControlsOptions, pacer: Pacer): Promise<void> {
  const searched = evaluations(context.entries, "test", SERIES.search);
  const wanted = options.budgets ?? searched.flatMap(({ budget }) => (budget === null ? [] : [budget]));
  const rows = wanted.map((budget) => {
    const found = searched.find((entry) => entry.budget === budget);
    if (found) return { budget, entry: found };
    throw new EspalierError(
      `Controls run at the counts of the search, which has not been evaluated at the budget ${budget}; search at it first.`,
    );
  });
  const withPictures = context.data.test.every(({ pictures }) => pictures !== undefined);
  const total = rows.length * (SELECTOR_CONTROLS.length + (withPictures ? 1 : 0));
  let done = 0;
  for (const { series, name } of SELECTOR_CONTROLS) {
    if (context.selector.name === name) continue;
    for (const { budget, entry } of rows) {
      context.progress("controls", `control ${name}`, done++, total);
      const key = { split: "test", series, configuration: configurationAt(series, budget) } as const;
      if (context.finished(key)) continue;
      const prepared = context.withSelector(await context.prepared("test", pacer), context.staticSelector(name));
      await context.evaluate({ ...key, budget, counts: entry.counts }, pacer, prepared);
    }
  }
  if (!withPictures || context.data.processor === undefined) return;
  for (const { budget } of rows) {
    context.progress("controls", "control downsampled pictures", done++, total);
    const configuration = configurationAt(SERIES.downsampled, budget);
    if (context.finished({ split: "test", series: SERIES.downsampled, configuration })) continue;
    const entry = await downsampled(context, budget, configuration, pacer);
    if (entry !== null) context.remember(entry);
  }
  context.progress("controls", "controls", total, total);
}

/** Seconds that the vision tower takes on the pictures of samples. */
async function visionSeconds(context: StudyContext, samples: readonly EncodedSampleLike[], pacer: Pacer) {
  const { model } = context.studyModel;
  let seconds = 0;
  for (const { pixelValues, gridThw } of samples) {
    const patches = gridThw.reduce((sum, [t, h, w]) => sum + t * h * w, 0);
    const started = performance.now();
    tf.tidy(() => {
      const pixels = tf.tensor2d(pixelValues, [patches, pixelValues.length / patches]);
      model.encodePictures(pixels, gridThw).dataSync();
    });
    seconds += (performance.now() - started) / 1000;
    await pacer.pause();
  }
  return seconds;
}

/** KL(full picture ‖ smaller picture) in nats of one sample: both have predicted the same answer. */
function divergenceFrom(full: PreparedSample, small: PreparedSample): number {
  return tf.tidy(() => {
    const terms = tf.mul(tf.exp(full.teacher), tf.sub(full.teacher, small.teacher));
    return Math.max(0, tf.sum(terms).dataSync()[0]) / full.targets.length;
  });
}

/** How many samples are timed on the vision tower. */
const TIMED = 8;

async function downsampled(
  context: StudyContext,
  budget: number,
  configuration: string,
  pacer: Pacer,
): Promise<EvaluationEntry | null> {
  const started = performance.now();
  const { cost, data, studyModel, layers } = context;
  const { test } = context.header.data;
  const targets = sampleBudgets(budget, context.settings.budgetUnit, cost, test);
  const small: EncodedSampleLike[] = [];
  for (const [s, sample] of data.test.entries()) {
    const most = affordableTokens(cost, targets[s].cost, context.tokens("test", s));
    if (most === null) return null;
    const images = await sample.pictures!();
    const made = downsample(sample, images, data.processor!.imageConfig, studyModel.config.tokens.image, most);
    if (made === null) return null;
    small.push(made);
    await pacer.pause();
  }
  const full = await context.prepared("test", pacer);
  const prepared = await prepareSamples(studyModel.model, context.selector, small, { pacer });
  try {
    const counts = prepared.samples.map(({ tokens }) => new Array<number>(layers).fill(tokens.visual));
    const divergence: number[] = [];
    for (const [s, sample] of prepared.samples.entries()) {
      divergence.push(divergenceFrom(full.samples[s], sample));
      await pacer.pause();
    }
    const exact = prepared.samples.map(({ teacherExact }) => teacherExact);
    const like = data.test.map((sample, s) => ({ ...sample, ...small[s] }));
    const accuracy = await context.scorer.score(prepared, like, counts, exact, pacer);
    const unspent = counts.map((row, s) => {
      const range = costRange(cost, context.tokens("test", s));
      return toNormalised(targets[s].cost, range) - toNormalised(totalCost(cost, row, test.text[s]), range);
    });
    const macs = (samples: readonly EncodedSampleLike[]) =>
      meanOf(samples.map(({ gridThw }) => visionMacs(studyModel.config, gridThw).tower));
    const timed = await visionSeconds(context, small.slice(0, TIMED), pacer);
    const whole = await visionSeconds(context, data.test.slice(0, TIMED), pacer);
    const seconds = (total: number) => total / Math.min(TIMED, small.length);
    return {
      kind: "evaluation",
      split: "test",
      series: SERIES.downsampled,
      configuration,
      budget,
      counts,
      divergence,
      accuracy,
      smaller: {
        unspent: meanOf(unspent),
        visionMacs: macs(small) / macs(data.test),
        visionSeconds: [seconds(timed), seconds(whole)],
      },
      layerForwards: prepared.layerForwards,
      seconds: (performance.now() - started) / 1000,
    };
  } finally {
    prepared.dispose();
  }
}
