/** Evaluates one configuration with counts of its own for each sample. */
import { Pacer } from "../tensor/index.js";
import { measureDivergence } from "./divergence.js";
import type { PreparedSamples } from "./preparedSample.js";
import { firstStage, runLayer, type Stage } from "./prunedRun.js";
import type { Evaluation } from "./sharedPrefix.js";

/**
 * Divergence of every sample at its own counts, tokens physically removed.
 *
 * @param counts [S][L]: for each sample of `prepared`, the visual tokens of each layer.
 * @param options.batch samples run together, those of similar counts; default 32.
 * @returns in the samples' order; layer-forwards are S·L.
 * @throws Stopped.
 */
export async function evaluateCounts(
  prepared: PreparedSamples,
  counts: readonly ArrayLike<number>[],
  options: { batch?: number; pacer?: Pacer } = {},
): Promise<Evaluation> {
  const { model, samples } = prepared;
  const pacer = options.pacer ?? new Pacer();
  const size = options.batch ?? 32;
  const weight = counts.map((row) => Array.from(row).reduce((a, b) => a + b, 0));
  // Neighbours in cost are neighbours in length: little padding.
  const order = [...samples.keys()].sort((a, b) => weight[a] - weight[b] || a - b);
  const divergence = new Float64Array(samples.length);
  const exact = new Array<boolean>(samples.length).fill(false);
  for (let first = 0; first < order.length; first += size) {
    const members = order.slice(first, first + size);
    const batch = members.map((s) => samples[s]);
    let stage: Stage = firstStage(batch);
    try {
      for (let i = 1; i < model.shape.layers; i++) {
        const next = runLayer(
          prepared,
          stage,
          members.map((s) => counts[s][i]),
        ).stage;
        stage.hidden.dispose();
        stage = next;
        await pacer.pause();
      }
      const measured = measureDivergence(model, batch, stage.hidden, stage.layout);
      members.forEach((s, b) => {
        divergence[s] = measured.divergence[b];
        exact[s] = measured.exact[b];
      });
    } finally {
      stage.hidden.dispose();
    }
  }
  return { divergence, exact };
}
