/** Whole pruned prompt passes, to hold the tables' prediction against. */
import * as tf from "@tensorflow/tfjs";
import { costModel, type DecoderShape, type LatencyCalibration, latencyBeside, totalCost } from "../cost/index.js";
import { runLayer } from "../evaluation/index.js";
import type { VisionLanguageModel } from "../models/index.js";
import { countsFromShares } from "../schedules/index.js";
import type { Selector } from "../selectors/index.js";
import type { Pacer, Random } from "../tensor/index.js";
import { nextToken } from "./besideWorks.js";
import type { WorkSet } from "./decoderWorks.js";
import { beforeRows, type MeasuredPrompt, normal, rankedSample } from "./prompt.js";
import type { EndToEndTiming, Timing } from "./types.js";

/** Schedules that differ in how much they prune, and in how often counts fall. Shares of layer i ≥ 1 of L. */
const SCHEDULES: readonly (readonly [name: string, share: (i: number, layers: number) => number])[] = [
  ["nothing pruned", () => 1],
  ["half from the middle", (i, layers) => (i < layers / 2 ? 1 : 0.5)],
  ["half from layer 1", () => 0.5],
  ["falling at every layer", (i, layers) => 1 - i / layers],
  ["four stages", (i, layers) => 0.5 ** Math.floor((4 * i) / layers)],
  ["none after layer 0", () => 0],
];

/** A run to be measured. */
export interface PlannedRun {
  readonly key: string;
  readonly schedule: string;
  readonly prompt: MeasuredPrompt;
  /** [L] */
  readonly counts: readonly number[];
}

/** Every schedule on every prompt. */
export function plannedRuns({ layers }: DecoderShape, prompts: readonly MeasuredPrompt[]): PlannedRun[] {
  return prompts.flatMap((prompt) =>
    SCHEDULES.map(([schedule, share]) => ({
      key: `end to end ${prompt.sample.promptLength} ${schedule}`,
      schedule,
      prompt,
      counts: countsFromShares(
        Array.from({ length: layers }, (_, i) => (i === 0 ? 1 : share(i, layers))),
        prompt.visual,
      ),
    })),
  );
}

/** The runs as works: from ids and visual features to the next token, keys and values kept, tokens physically removed. */
export function endToEndWorks(
  model: VisionLanguageModel,
  selector: Selector,
  runs: readonly PlannedRun[],
  random: Random,
  pacer: Pacer,
): WorkSet {
  const features = new Map<number, tf.Tensor2D>();
  for (const { prompt } of runs) {
    if (features.has(prompt.visual)) continue;
    features.set(prompt.visual, normal([prompt.visual, model.shape.hidden], random) as tf.Tensor2D);
  }
  const works = runs.map(({ key, prompt, counts }) => {
    const before = beforeRows(prompt, random);
    const run = async () => {
      let hidden = model.embed(prompt.ids, features.get(prompt.visual)!);
      const caches: tf.Tensor[] = [];
      try {
        let rest = { ...before, samples: [rankedSample(prompt.sample, selector, hidden)] };
        for (let i = 0; i < counts.length; i++) {
          const { stage, cache } = runLayer({ model, selector }, { ...rest, hidden, layer: i }, [counts[i]], true);
          caches.push(cache!.keys, cache!.values);
          hidden.dispose();
          hidden = stage.hidden;
          rest = { ...stage, samples: rest.samples };
          await pacer.pause();
        }
        const row = tf.slice(hidden, [rest.layout.length - 1, 0], [1, -1]);
        caches.push(row);
        nextToken(model, row);
      } finally {
        tf.dispose([hidden, ...caches]);
      }
    };
    return { key, run };
  });
  return { works, dispose: () => tf.dispose([...features.values()]) };
}

/** Milliseconds that the tables predict for a run, as this program executes it: scores are read behind every layer. */
export function predictedMilliseconds(
  shape: DecoderShape,
  latency: LatencyCalibration,
  { counts, prompt: { text } }: Pick<PlannedRun, "counts"> & { readonly prompt: Pick<MeasuredPrompt, "text"> },
): number {
  const layers = totalCost(costModel("latency", shape, { latency }), counts, text);
  return layers + latencyBeside(latency, counts, text, { scored: "everyLayer", predicted: false }).total;
}

/** How well a prediction meets what was measured. @param runs one at least. */
export function agreement(runs: readonly (Pick<Timing, "median"> & Pick<EndToEndTiming, "predicted">)[]): {
  ratio: { median: number; least: number; most: number };
  rSquared: number;
} {
  const ratios = runs.map(({ median, predicted }) => median / predicted).sort((a, b) => a - b);
  const middle = (ratios.length - 1) / 2;
  const mean = runs.reduce((sum, { median }) => sum + median, 0) / runs.length;
  const squares = (from: (run: (typeof runs)[number]) => number) =>
    runs.reduce((sum, run) => sum + (run.median - from(run)) ** 2, 0);
  const variance = squares(() => mean);
  const left = squares(({ predicted }) => predicted);
  return {
    ratio: {
      median: (ratios[Math.floor(middle)] + ratios[Math.ceil(middle)]) / 2,
      least: ratios[0],
      most: ratios[ratios.length - 1],
    },
    rSquared: variance > 0 ? 1 - left / variance : left === 0 ? 1 : 0,
  };
}
