/** What runs beside the layers as pieces of work to be timed: embedding, head, selector, predictor. */
import * as tf from "@tensorflow/tfjs";
import { costModel, costRange, fromNormalised } from "../cost/index.js";
import { keptPlaces, rowsOf } from "../evaluation/index.js";
import { gatherRows, layoutFrom, type VisionLanguageModel } from "../models/index.js";
import { kernelFunction } from "../schedules/index.js";
import { DEFAULT_BUDGETS, Predictor, project } from "../search/index.js";
import { attentionScores, keepBest, type Selector } from "../selectors/index.js";
import type { Random } from "../tensor/index.js";
import type { WorkSet } from "./decoderWorks.js";
import type { TimedWork } from "./measure.js";
import { finish, type MeasuredPrompt, normal, rankedSample, stageOf } from "./prompt.js";

export const HEAD_KEY = "head";
export const besideKey = (what: "embedding" | "scoring" | "removal" | "predictor", tokens: number) =>
  `${what} ${tokens}`;

/** Final norm and head for one row, and the choice of the next token. */
export function nextToken(model: VisionLanguageModel, row: tf.Tensor2D): void {
  tf.tidy(() => tf.argMax(model.logits(row), 1).dataSync());
}

/** Embedding of prompts with their visual features, and the head for one row. */
export function endWorks(model: VisionLanguageModel, prompts: readonly MeasuredPrompt[], random: Random): WorkSet {
  const row = normal([1, model.shape.hidden], random) as tf.Tensor2D;
  const held: tf.Tensor[] = [row];
  const works: TimedWork[] = prompts.map(({ ids, visual, sample }) => {
    const features = normal([visual, model.shape.hidden], random) as tf.Tensor2D;
    held.push(features);
    return {
      key: besideKey("embedding", sample.promptLength),
      run() {
        const rows = model.embed(ids, features);
        finish(rows);
        rows.dispose();
      },
    };
  });
  works.push({ key: HEAD_KEY, run: () => nextToken(model, row) });
  return { works, dispose: () => tf.dispose(held) };
}

/** What a selector does behind a layer: reading its scores, and removing half of the survivors. */
export function selectorWorks(
  model: VisionLanguageModel,
  selector: Selector,
  prompts: readonly MeasuredPrompt[],
  random: Random,
): WorkSet {
  const held: tf.Tensor[] = [];
  const works = prompts.flatMap((prompt): TimedWork[] => {
    const { sample } = prompt;
    const stage = stageOf(model, prompt, random);
    held.push(stage.hidden);
    const { layout, survivors, hidden, scores } = stage;
    const removal: TimedWork = {
      key: besideKey("removal", sample.promptLength),
      run() {
        const kept = keepBest(scores[0], Math.floor(prompt.visual / 2));
        const places = survivors[0].filter((_, j) => kept[j] === 1);
        const next = layoutFrom([keptPlaces(places, sample.text)]);
        const rows = gatherRows(hidden, rowsOf(layout, next));
        finish(rows);
        rows.dispose();
      },
    };
    if (selector.kind === "static") return [removal];
    const output = tf.tidy(() => {
      const rotary = model.rotary([sample.positions], layout);
      const mask = model.mask(0, [sample.positions], layout, layout);
      const { queries, keys } = model.layer(0, { hidden, batch: 1, rotary, mask });
      return { queries, keys };
    });
    held.push(output.queries, output.keys);
    const ranked = rankedSample(sample, selector, hidden);
    const scoring: TimedWork = {
      key: besideKey("scoring", sample.promptLength),
      run() {
        const layer = { layer: 0, output, queries: layout, keys: layout, survivors };
        tf.tidy(() => attentionScores(model, selector, [ranked], layer).dataSync());
      },
    };
    return [removal, scoring];
  });
  return { works, dispose: () => tf.dispose(held) };
}

/** From a prompt's rows to a schedule on its budget, with the default kernel function. */
export function predictorWorks(
  { shape }: VisionLanguageModel,
  prompts: readonly MeasuredPrompt[],
  random: Random,
): WorkSet {
  const kernel = kernelFunction("multiStep");
  const { hidden, layers } = shape;
  const predictor = new Predictor({
    ...{ conditioning: "input", hidden, layers, kernel, budgets: DEFAULT_BUDGETS, seed: 0 },
  });
  const cost = costModel("exact", shape);
  const held: tf.Tensor[] = [];
  const works = prompts.map(({ sample, text, visual }): TimedWork => {
    const tokens = sample.promptLength;
    const rows = normal([tokens, hidden], random) as tf.Tensor2D;
    const weights = tf.fill([1, tokens], 1 / tokens) as tf.Tensor2D;
    held.push(rows, weights);
    const budget = fromNormalised(0.5, costRange(cost, { text, visual }));
    return {
      key: besideKey("predictor", tokens),
      run() {
        const shares = tf.tidy(() => {
          const parameters = predictor.parameters({ rows, weights }, [0.5]);
          return kernel.shares(parameters, layers, "execution").dataSync<"float32">();
        });
        project(shares, budget, cost, { text, visual });
      },
    };
  });
  const dispose = () => {
    tf.dispose(held);
    predictor.dispose();
  };
  return { works, dispose };
}
