/**
 * The schema of a study's results: what `--json FILE` holds, version 1. `RESULTS.md` beside this file explains every field.
 *
 * Fields that a version-1 reader does not know are ignored, so later programs may add some; a field that changes its
 * meaning or goes away raises `version`.
 */
import { z } from "zod";
import {
  EXCHANGE_VERDICTS,
  MOVES,
  RESULT_BUDGET_UNITS,
  RESULTS_FORMAT,
  RESULTS_VERSION,
  VERDICTS,
} from "./resultWords.js";

export * from "./resultTypes.js";
export * from "./resultWords.js";

const text = z.string().max(10_000);
const name = z.string().min(1).max(1_000);
const number = z.number();
const amount = z.number().min(0);
const count = z.int().min(0);
const fraction = z.number().min(0).max(1);
const amounts = z.record(name, amount);

/** Cost of executed integer counts, in every unit; of a mean, the mean over its samples. */
export const costSchema = z.object({
  paperMacs: amount,
  exactMacs: amount,
  exactFlops: amount,
  kvBytes: amount,
  normalised: number,
  share: amount,
  textOnly: number,
  ms: amount.optional(),
});

/** A mean with the interval around it. */
export const intervalSchema = z.object({ mean: number, low: number, high: number });

/** Results over benchmarks, each as it is published, in percent. */
export const benchmarksSchema = z.object({
  mean: number,
  scores: z
    .array(
      z.object({
        name,
        benchmark: name.nullable(),
        samples: z.int().min(1),
        score: number,
        parts: z.record(name, number),
      }),
    )
    .min(1)
    .max(1_000),
});

/** The same sample's outcome for the projected schedule before single tokens were added (METHOD §6). */
export const beforeTopUpSchema = z.object({
  counts: z.array(count).min(1).max(10_000),
  cost: costSchema.optional(),
  divergence: number.optional(),
  accuracy: fraction.nullable().optional(),
});

/**
 * The series that holds the whole reference grid, scored on the samples that it chooses on. Its means stand beside those of
 * the test samples, so tables and figures show it only when asked.
 */
export const GRID_ON_VALIDATION = "grid on validation";

/** One configuration on one sample. */
export const rowSchema = z.object({
  series: name,
  configuration: name,
  budget: number.nullable(),
  unit: z.enum(RESULT_BUDGET_UNITS),
  sample: name,
  visualTokens: count,
  textTokens: count.optional(),
  counts: z.array(count).min(1).max(10_000),
  cost: costSchema,
  divergence: number,
  accuracy: fraction.nullable(),
  beforeTopUp: beforeTopUpSchema.optional(),
});

/** One configuration over all its samples. */
export const meanSchema = z.object({
  series: name,
  configuration: name,
  budget: number.nullable(),
  unit: z.enum(RESULT_BUDGET_UNITS),
  samples: z.int().min(1),
  visualTokens: amount,
  meanCounts: z.array(amount).min(1).max(10_000),
  cost: costSchema,
  divergence: intervalSchema,
  accuracy: intervalSchema.nullable(),
  benchmarks: benchmarksSchema.optional(),
  beforeTopUp: z
    .object({ cost: costSchema, divergence: intervalSchema, accuracy: intervalSchema.nullable() })
    .partial()
    .optional(),
});

/** A mean that no other configuration of the search dominates. */
export const frontierPointSchema = z.object({
  series: name,
  configuration: name,
  budget: number.nullable(),
  cost: costSchema,
  divergence: intervalSchema,
  accuracy: intervalSchema.nullable(),
});

/** The reference grid and what evaluating it took (METHOD §9, §10). */
export const gridSchema = z.object({
  points: count,
  singleStep: count.optional(),
  randomMonotone: count.optional(),
  seed: z.int().optional(),
  distinctPrefixes: count,
  layerForwards: amount,
  unsharedLayerForwards: amount,
});

/** One paired comparison; `difference` is a's mean minus b's, with its interval. */
export const comparisonSchema = z.object({
  a: name,
  b: name,
  metric: z.enum(["divergence", "accuracy"]),
  budget: number.nullable(),
  unit: z.enum(RESULT_BUDGET_UNITS),
  difference: number,
  low: number,
  high: number,
  pValue: fraction,
  pHolm: fraction,
  samples: z.int().min(1),
  matched: z.boolean().optional(),
  costResidual: number.optional(),
  match: name.optional(),
  effectSize: number.nullable().optional(),
  samplesNeeded: z.int().min(1).nullable().optional(),
  verdict: z.enum(VERDICTS),
});

/** Quality of the search's frontier against the reference grid's (METHOD §9). */
export const qualitySchema = z.object({
  hypervolume: amount,
  referenceHypervolume: amount,
  regret: number,
  regretLow: number.optional(),
  regretHigh: number.optional(),
  igdPlus: amount.optional(),
  additiveEpsilon: number.optional(),
  budgets: z.array(number).max(10_000).optional(),
});

/** A layer with some tokens more, or less, than a schedule gives it, over the samples that allow it (METHOD §9). */
export const moveSchema = z.object({
  samples: count,
  divergence: intervalSchema.nullable(),
  cost: number.nullable(),
  price: intervalSchema.nullable(),
});

const layer = z.int().min(1).max(10_000);
const pricedMove = z.object({ layer, move: z.enum(MOVES), price: number });

/** What a token is worth at each layer of one configuration (METHOD §9). */
export const certificateSchema = z.object({
  series: name,
  configuration: name,
  budget: number.nullable(),
  unit: z.enum(RESULT_BUDGET_UNITS),
  tokens: z.int().min(1),
  samples: z.int().min(1),
  layers: z.array(z.object({ layer, more: moveSchema, less: moveSchema })).max(10_000),
  commonPrice: intervalSchema.nullable(),
  spread: z.object({ dearest: pricedMove, cheapest: pricedMove, difference: amount }).nullable(),
  exchange: z
    .object({
      from: layer,
      to: layer,
      samples: z.int().min(1),
      gain: intervalSchema,
      compared: z.int().min(1),
      verdict: z.enum(EXCHANGE_VERDICTS),
    })
    .nullable(),
});

/** A searcher at what its search cost. */
export const searcherSchema = z.object({
  series: name,
  title: name,
  seed: z.int(),
  configurations: count,
  layerForwards: amount,
  seconds: amount,
  hypervolume: fraction.nullable(),
  curve: z
    .object({ layerForwards: z.array(amount).max(10_000), hypervolume: z.array(fraction).max(10_000) })
    .refine((curve) => curve.layerForwards.length === curve.hypervolume.length, "a curve's lists differ in length"),
});

/** Everything but the rows, which may be too many to hold at once. */
export const resultsHeadSchema = z.object({
  format: z.literal(RESULTS_FORMAT),
  version: z.literal(RESULTS_VERSION),
  created: z.iso.datetime({ offset: true }).optional(),
  study: name.optional(),
  model: z.object({
    name,
    architecture: name,
    layers: z.int().min(1).max(10_000),
    hidden: z.int().min(1),
    mlpWidth: z.int().min(1).optional(),
    heads: z.int().min(1).optional(),
    keyValueHeads: z.int().min(1).optional(),
    headSize: z.int().min(1).optional(),
    embedded: z.boolean(),
    fingerprint: name,
  }),
  data: z.object({
    name,
    split: name,
    samples: z.int().min(1),
    visualTokens: z.object({ low: count, high: count }),
    textTokens: z.object({ low: count, high: count }).optional(),
    fingerprint: name.optional(),
  }),
  selector: name,
  kernelFunction: name,
  cost: name,
  budgetUnit: z.enum(RESULT_BUDGET_UNITS),
  accuracyMetric: name.nullable(),
  intervals: z.object({ level: fraction, method: name, resamples: count, seed: z.int().optional() }),
  seeds: z.record(name, z.int()),
  seconds: amounts,
  layerForwards: amounts,
  overheadMacs: amounts,
  backend: z.object({ name, device: name.optional(), threads: count.optional() }),
  versions: z.record(name, text),
  options: z.record(name, z.union([number, z.boolean(), text, z.null()])).optional(),
  notes: z.array(text).max(1_000).optional(),
  unpruned: z
    .object({ cost: costSchema, accuracy: intervalSchema.nullable(), benchmarks: benchmarksSchema.optional() })
    .nullable(),
  means: z.array(meanSchema).max(1_000_000),
  frontier: z.array(frontierPointSchema).max(1_000_000),
  grid: gridSchema.nullable(),
  comparisons: z.array(comparisonSchema).max(1_000_000),
  quality: qualitySchema.nullable(),
  searchers: z.array(searcherSchema).max(10_000).optional(),
  certificates: z.array(certificateSchema).max(100_000).optional(),
});

/** The whole file. */
export const resultsSchema = resultsHeadSchema.extend({ rows: z.array(rowSchema).max(50_000_000) });
