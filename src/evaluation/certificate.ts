/**
 * The certificate of a schedule: what one token more or less at each layer would change, per unit of cost (METHOD §9).
 *
 * At an optimum the prices are equal at all layers: otherwise a token could move from where it is worth little to where it is
 * worth much, at the same cost. So unequal bars show where a schedule is wrong.
 */
import { type CostModel, costRange, type TokenCounts, totalCost } from "../cost/index.js";
import { EspalierError } from "../errors.js";
import { gatherRows } from "../models/index.js";
import { Pacer } from "../tensor/index.js";
import { measureDivergence } from "./divergence.js";
import { runToEnd } from "./evaluateCounts.js";
import type { PreparedSamples } from "./preparedSample.js";
import { firstStage, runLayer, type Stage } from "./prunedRun.js";

/** One layer's marginals; each is per sample, in the samples' order. */
export interface MarginalChange {
  /** From 1 up. */
  readonly layer: number;
  /** Tokens added to (+) or taken from (−) the layer. */
  readonly tokens: number;
  /** Samples in which the change is legal: counts stay non-increasing, between 0 and V. Others are left out of the means. */
  readonly samples: number;
  /** Indices of these samples, ascending, [samples]. */
  readonly legal: readonly number[];
  /** Change of the divergence of each legal sample, nats. */
  readonly divergence: Float64Array;
  /** Change of the normalised cost of each legal sample. */
  readonly cost: Float64Array;
  /**
   * What a unit of normalised cost buys here, nats: minus mean change of divergence over mean change of cost, so that it has
   * one sign for more and for less, positive where tokens help; null where no sample is legal.
   */
  readonly price: number | null;
}

/** What a change of each layer's count does to the divergence of a schedule (METHOD §9). */
export interface Certificate {
  /** Divergence of each sample at the schedule itself, nats. */
  readonly divergence: Float64Array;
  /** For every layer from 1 on, one token more, then one token less. */
  readonly changes: readonly MarginalChange[];
  /** Spent on measuring (METHOD §8). */
  readonly layerForwards: number;
}

/** How a certificate is measured. */
export interface CertificateOptions {
  /** Size of a change; default 1, larger where a single token's effect drowns in which token it happens to be. */
  readonly tokens?: number;
  /** Samples run together, those of similar counts; default 32. */
  readonly batch?: number;
  readonly pacer?: Pacer;
  /** Called with the share of the work done, 0 … 1. */
  readonly onProgress?: (share: number) => void;
}

/** The counts with `tokens` more at `layer`, or null where that is no schedule. */
export function changedCounts(counts: ArrayLike<number>, layer: number, tokens: number): number[] | null {
  const row = Array.from(counts);
  row[layer] += tokens;
  const next = layer + 1 < row.length ? row[layer + 1] : 0;
  return row[layer] <= row[layer - 1] && row[layer] >= next ? row : null;
}

/** What a change of one sample's counts costs, normalised. */
export function costOfChange(
  cost: CostModel,
  before: ArrayLike<number>,
  after: ArrayLike<number>,
  tokens: TokenCounts,
): number {
  const { full, floor } = costRange(cost, tokens);
  return (totalCost(cost, after, tokens.text) - totalCost(cost, before, tokens.text)) / (full - floor || 1);
}

/** @throws EspalierError where `tokens` is no whole number from 1 up. */
export function demandStep(tokens: number): void {
  if (Number.isSafeInteger(tokens) && tokens >= 1) return;
  throw new EspalierError(`A certificate changes counts by ${tokens} tokens; give a whole number from 1 up.`);
}

/** Some members of a batch, as a stage of their own. The caller disposes its `hidden`; `stage` stays as it is. */
function stageOf(stage: Stage, members: readonly number[]): Stage {
  const { length, index } = stage.layout;
  const slots = Int32Array.from(members.flatMap((b) => Array.from({ length }, (_, i) => b * length + i)));
  const pick = <T>(items: readonly T[]) => members.map((b) => items[b]);
  return {
    layer: stage.layer,
    samples: pick(stage.samples),
    hidden: gatherRows(stage.hidden, slots),
    layout: { batch: members.length, length, index: slots.map((slot) => index[slot]) },
    survivors: pick(stage.survivors),
    scores: pick(stage.scores),
  };
}

/** A change, while it is being measured. */
interface OpenChange {
  readonly layer: number;
  readonly tokens: number;
  /** The changed counts of each sample, or null where that is no schedule, [S]. */
  readonly rows: readonly (number[] | null)[];
  /** [S], read where `rows` is not null. */
  readonly divergence: Float64Array;
}

/**
 * Measures a batch: the schedule itself layer by layer, and from before each layer every change of it to the end.
 *
 * @param members the batch's samples, as indices into all of them.
 * @param base [S] takes the divergence of each at the schedule itself, nats.
 * @param ran told the layer-forwards as they are run.
 */
async function measureBatch(
  prepared: PreparedSamples,
  members: readonly number[],
  counts: readonly ArrayLike<number>[],
  open: readonly OpenChange[],
  base: Float64Array,
  ran: (layerForwards: number) => void,
  pacer: Pacer,
): Promise<void> {
  const { samples, model } = prepared;
  const { layers } = model.shape;
  let stage = firstStage(members.map((s) => samples[s]));
  try {
    for (let layer = 1; layer < layers; layer++) {
      for (const { rows, divergence } of open.filter((change) => change.layer === layer)) {
        const legal = [...members.keys()].filter((b) => rows[members[b]] !== null);
        if (legal.length === 0) continue;
        const moved = legal.map((b) => rows[members[b]]!);
        const found = await runToEnd(prepared, stageOf(stage, legal), moved, pacer);
        legal.forEach((b, i) => {
          divergence[members[b]] = found.divergence[i];
        });
        ran(legal.length * (layers - layer));
      }
      const own = members.map((s) => counts[s][layer]);
      const next = runLayer(prepared, stage, own).stage;
      stage.hidden.dispose();
      stage = next;
      ran(members.length);
      await pacer.pause();
    }
    const { divergence } = measureDivergence(model, stage.samples, stage.hidden, stage.layout);
    members.forEach((s, b) => {
      base[s] = divergence[b];
    });
  } finally {
    stage.hidden.dispose();
  }
}

/** A measured change, beside the schedule itself. */
function marginalChange(
  { layer, tokens, rows, divergence }: OpenChange,
  { samples }: PreparedSamples,
  counts: readonly ArrayLike<number>[],
  cost: CostModel,
  base: Float64Array,
): MarginalChange {
  const legal = [...rows.keys()].filter((s) => rows[s] !== null);
  const change = Float64Array.from(legal, (s) => divergence[s] - base[s]);
  const paid = Float64Array.from(legal, (s) => costOfChange(cost, counts[s], rows[s]!, samples[s].tokens));
  const sum = (values: Float64Array) => values.reduce((a, b) => a + b, 0);
  return {
    layer,
    tokens,
    samples: legal.length,
    legal,
    divergence: change,
    cost: paid,
    price: legal.length > 0 ? -sum(change) / sum(paid) : null,
  };
}

/**
 * Runs every legal change of `tokens` tokens, one layer at a time, tokens physically removed. The layers before a change are
 * those of the schedule itself and run once (METHOD §10), so a difference has no other rounding than the change's.
 *
 * @param counts [S][L] executed counts of each sample.
 * @throws EspalierError where `tokens` is no whole number from 1 up; Stopped.
 *
 * @example
 * const counts = prepared.samples.map(({ tokens }) => countsFromShares([1, 1, 0.5, 0.25], tokens.visual));
 * const { changes } = await certificate(prepared, counts, cost);
 * changes.map(({ layer, price }) => [layer, price]); // nats that a unit of normalised cost buys there
 */
export async function certificate(
  prepared: PreparedSamples,
  counts: readonly ArrayLike<number>[],
  cost: CostModel,
  options: CertificateOptions = {},
): Promise<Certificate> {
  const { tokens = 1, batch = 32, pacer = new Pacer(), onProgress } = options;
  demandStep(tokens);
  const { samples, model } = prepared;
  const { layers } = model.shape;
  const open: OpenChange[] = [];
  for (let layer = 1; layer < layers; layer++) {
    for (const step of [tokens, -tokens]) {
      const rows = counts.map((row) => changedCounts(row, layer, step));
      open.push({ layer, tokens: step, rows, divergence: new Float64Array(samples.length) });
    }
  }
  const divergence = new Float64Array(samples.length);
  const weight = counts.map((row) => Array.from(row).reduce((a, b) => a + b, 0));
  // Neighbours in cost are neighbours in length: little padding.
  const order = [...samples.keys()].sort((a, b) => weight[a] - weight[b] || a - b);
  const planned = open.reduce(
    (sum, { layer, rows }) => sum + rows.filter((row) => row !== null).length * (layers - layer),
    samples.length * (layers - 1),
  );
  let layerForwards = 0;
  const ran = (more: number) => {
    layerForwards += more;
    onProgress?.(layerForwards / planned);
  };
  for (let first = 0; first < order.length; first += batch) {
    await measureBatch(prepared, order.slice(first, first + batch), counts, open, divergence, ran, pacer);
  }
  const changes = open.map((change) => marginalChange(change, prepared, counts, cost, divergence));
  return { divergence, changes, layerForwards };
}
