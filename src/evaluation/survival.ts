/** At which layer each visual token is no longer there: what a picture of a schedule at work is made of. */
import { Pacer } from "../tensor/index.js";
import type { PreparedSamples } from "./preparedSample.js";
import { firstStage, runLayer, type Stage } from "./prunedRun.js";

/** Samples run together. */
const BATCH = 16;

/**
 * Runs samples at their own counts, tokens physically removed, and notes when each token goes.
 *
 * @param counts [S][L]: for each sample of `prepared`, the visual tokens of each layer.
 * @returns for each sample [V], in reading order: the first layer, from 1, that does not see the token; L where all do.
 * @throws Stopped.
 */
export async function survival(
  prepared: PreparedSamples,
  counts: readonly ArrayLike<number>[],
  pacer: Pacer = new Pacer(),
): Promise<Uint16Array[]> {
  const { layers } = prepared.model.shape;
  const lost = prepared.samples.map(({ visual }) => new Uint16Array(visual.length).fill(layers));
  for (let first = 0; first < prepared.samples.length; first += BATCH) {
    const members = prepared.samples.slice(first, first + BATCH);
    let stage: Stage = firstStage(members);
    try {
      for (let layer = 1; layer < layers; layer++) {
        const next = runLayer(
          prepared,
          stage,
          members.map((_, b) => counts[first + b]![layer]!),
        ).stage;
        stage.hidden.dispose();
        stage = next;
        for (const [b, { visual }] of members.entries()) markLost(lost[first + b]!, visual, stage.survivors[b]!, layer);
        await pacer.pause();
      }
    } finally {
      stage.hidden.dispose();
    }
  }
  return lost;
}

/** Tokens that are not among the survivors of a layer, and were among those of the layer before. */
function markLost(lost: Uint16Array, visual: Int32Array, survivors: Int32Array, layer: number): void {
  const alive = new Set(survivors);
  visual.forEach((place, i) => {
    if (!alive.has(place)) lost[i] = Math.min(lost[i]!, layer);
  });
}
