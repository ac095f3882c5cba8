/** Evaluates one configuration with counts of its own for each sample. */
import { Pacer } from "../tensor/index.js";
import { type Divergence, measureDivergence } from "./divergence.js";
import type { PreparedSamples } from "./preparedSample.js";
import { firstStage, runLayer, type Stage } from "./prunedRun.js";
import type { Evaluation } from "./sharedPrefix.js";

/**
 * Runs the layers that a stage still has before it, tokens physically removed, and measures the answers.
 *
 * @param stage is used up: its `hidden` is disposed.
 * @param counts [B][L]: for each sample of the stage, the visual tokens of each layer; only those from `stage.layer` on count.
 * @throws Stopped.
 */
export async function runToEnd(
  prepared: PreparedSamples,
  stage: Stage,
  counts: readonly ArrayLike<number>[],
  pacer: Pacer,
): Promise<Divergence> {
  const { model } = prepared;
  let current = stage;
  try {
    for (let i = stage.layer; i < model.shape.layers; i++) {
      const next = runLayer(
        prepared,
        current,
        counts.map((row) => row[i]),
      ).stage;
      current.hidden.dispose();
      current = next;
      await pacer.pause();
    }
    return measureDivergence(model, current.samples, current.hidden, current.layout);
  } finally {
    current.hidden.dispose();
  }
}

/**
 * Divergence of every sample at its own counts, tokens physically removed.
 *
 * @param counts [S][L]: for each sample of `prepared`, the visual tokens of each layer.
 * @param options.batch samples run together, those of similar counts; default 32.
 * @returns in the samples' order; layer-forwards are S·L.
 * @throws Stopped.
 *
 * @example
 * const counts = prepared.samples.map(({ tokens }) => countsFromShares([1, 1, 0.5, 0.25], tokens.visual));
 * const { divergence } = await evaluateCounts(prepared, counts); // nats, one number a sample
 */
export async function evaluateCounts(
  prepared: PreparedSamples,
  counts: readonly ArrayLike<number>[],
  options: { batch?: number; pacer?: Pacer } = {},
): Promise<Evaluation> {
  const { samples } = prepared;
  const pacer = options.pacer ?? new Pacer();
  const size = options.batch ?? 32;
  const weight = counts.map((row) => Array.from(row).reduce((a, b) => a + b, 0));
  // Neighbours in cost are neighbours in length: little padding.
  const order = [...samples.keys()].sort((a, b) => weight[a] - weight[b] || a - b);
  const divergence = new Float64Array(samples.length);
  const exact = new Array<boolean>(samples.length).fill(false);
  for (let first = 0; first < order.length; first += size) {
    const members = order.slice(first, first + size);
    const rows = members.map((s) => counts[s]);
    const stage = firstStage(members.map((s) => samples[s]));
    const measured = await runToEnd(prepared, stage, rows, pacer);
    members.forEach((s, b) => {
      divergence[s] = measured.divergence[b];
      exact[s] = measured.exact[b];
    });
  }
  return { divergence, exact };
}
