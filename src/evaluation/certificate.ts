/**
 * The certificate of a schedule: what one token more or less at each layer would change, per unit of cost (METHOD §9).
 *
 * At an optimum the prices are equal at all layers: otherwise a token could move from where it is worth little to where it is
 * worth much, at the same cost. So unequal bars show where a schedule is wrong.
 */
import { type CostModel, costRange, totalCost } from "../cost/index.js";
import { EspalierError } from "../errors.js";
import type { Pacer } from "../tensor/index.js";
import { evaluateCounts } from "./evaluateCounts.js";
import type { PreparedSamples } from "./preparedSample.js";

/** One layer's marginals; each is per sample, in the samples' order. */
export interface MarginalChange {
  readonly layer: number;
  /** Tokens added to (+) or taken from (−) the layer. */
  readonly tokens: number;
  /** Samples in which the change is legal: counts stay non-increasing, between 0 and V. Others are left out of the means. */
  readonly samples: number;
  /** Change of the divergence of each legal sample, nats. */
  readonly divergence: Float64Array;
  /** Change of the normalised cost of each legal sample. */
  readonly cost: Float64Array;
  /** Mean change of divergence over mean change of cost: nats per unit of normalised cost; null where no sample is legal. */
  readonly price: number | null;
}

export interface Certificate {
  /** Divergence of each sample at the schedule itself, nats. */
  readonly divergence: Float64Array;
  /** For every layer from 1 on, one token more, then one token less. */
  readonly changes: readonly MarginalChange[];
  readonly layerForwards: number;
}

/** The counts with `tokens` more at `layer`, or null where that is no schedule. */
function changed(counts: ArrayLike<number>, layer: number, tokens: number): number[] | null {
  const row = Array.from(counts);
  row[layer] += tokens;
  const next = layer + 1 < row.length ? row[layer + 1] : 0;
  return row[layer] <= row[layer - 1] && row[layer] >= next ? row : null;
}

/**
 * Runs every legal change of `tokens` tokens, one layer at a time, tokens physically removed.
 *
 * @param counts [S][L] executed counts of each sample.
 * @param options.tokens size of a change; default 1, larger where a single token's effect drowns in rounding.
 * @param options.onProgress called with the share of changes done, 0 … 1.
 * @throws EspalierError where `tokens` is no whole number from 1 up; Stopped.
 */
export async function certificate(
  prepared: PreparedSamples,
  counts: readonly ArrayLike<number>[],
  cost: CostModel,
  options: { tokens?: number; pacer?: Pacer; onProgress?: (share: number) => void } = {},
): Promise<Certificate> {
  const { tokens = 1, pacer, onProgress } = options;
  if (!Number.isInteger(tokens) || tokens < 1) {
    throw new EspalierError(`A certificate changes counts by ${tokens} tokens; give a whole number from 1 up.`);
  }
  const { samples, model } = prepared;
  const { layers } = model.shape;
  const base = await evaluateCounts(prepared, counts, { pacer });
  let layerForwards = samples.length * (layers - 1);
  const changes: MarginalChange[] = [];
  for (let layer = 1; layer < layers; layer++) {
    for (const step of [tokens, -tokens]) {
      const rows = counts.map((row) => changed(row, layer, step));
      const legal = [...samples.keys()].filter((s) => rows[s] !== null);
      const few = { ...prepared, samples: legal.map((s) => samples[s]) };
      const moved = legal.map((s) => rows[s]!);
      const { divergence } = await evaluateCounts(few, moved, { pacer });
      layerForwards += legal.length * (layers - 1);
      const change = legal.map((s, l) => divergence[l] - base.divergence[s]);
      const price = legal.map((s, l) => {
        const { full, floor } = costRange(cost, samples[s].tokens);
        const { text } = samples[s].tokens;
        return (totalCost(cost, moved[l], text) - totalCost(cost, counts[s], text)) / (full - floor || 1);
      });
      const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
      changes.push({
        layer,
        tokens: step,
        samples: legal.length,
        divergence: Float64Array.from(change),
        cost: Float64Array.from(price),
        price: legal.length > 0 ? sum(change) / sum(price) : null,
      });
      onProgress?.(changes.length / (2 * (layers - 1)));
    }
  }
  return { divergence: base.divergence, changes, layerForwards };
}
