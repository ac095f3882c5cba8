/**
 * The types of a study's results, as `results.ts` checks them; `RESULTS.md` explains every field.
 *
 * They are written out, not inferred from the schemas: a notebook's compiler looks at them with every cell, and inferring them
 * takes it longer than everything else of a short cell.
 */
import type {
  COST_UNITS,
  EXCHANGE_VERDICTS,
  MOVES,
  RESULT_BUDGET_UNITS,
  RESULTS_FORMAT,
  RESULTS_VERSION,
  VERDICTS,
} from "./resultWords.js";

export type CostUnit = (typeof COST_UNITS)[number];
export type ResultBudgetUnit = (typeof RESULT_BUDGET_UNITS)[number];
/** What a comparison says once its p-value is adjusted. */
export type Verdict = (typeof VERDICTS)[number];
export type MoveName = (typeof MOVES)[number];

/** Cost in every unit. */
export interface ResultCost {
  paperMacs: number;
  exactMacs: number;
  exactFlops: number;
  kvBytes: number;
  normalised: number;
  share: number;
  textOnly: number;
  ms?: number | undefined;
}

/** A mean with the interval around it. */
export interface Interval {
  mean: number;
  low: number;
  high: number;
}

/** Results over benchmarks, each as it is published, in percent. */
export interface ResultBenchmarks {
  mean: number;
  scores: {
    name: string;
    benchmark: string | null;
    samples: number;
    score: number;
    parts: Record<string, number>;
  }[];
}

/** One configuration on one sample. */
export interface ResultRow {
  series: string;
  configuration: string;
  budget: number | null;
  unit: ResultBudgetUnit;
  sample: string;
  visualTokens: number;
  textTokens?: number | undefined;
  counts: number[];
  cost: ResultCost;
  divergence: number;
  accuracy: number | null;
  /** The same sample's outcome for the projected schedule before single tokens were added (METHOD §6). */
  beforeTopUp?:
    | {
        counts: number[];
        cost?: ResultCost | undefined;
        divergence?: number | undefined;
        accuracy?: number | null | undefined;
      }
    | undefined;
}

/** One configuration over all its samples. */
export interface ResultMean {
  series: string;
  configuration: string;
  budget: number | null;
  unit: ResultBudgetUnit;
  samples: number;
  visualTokens: number;
  meanCounts: number[];
  cost: ResultCost;
  divergence: Interval;
  accuracy: Interval | null;
  benchmarks?: ResultBenchmarks | undefined;
  beforeTopUp?:
    | {
        cost?: ResultCost | undefined;
        divergence?: Interval | undefined;
        accuracy?: Interval | null | undefined;
      }
    | undefined;
}

/** A mean that no other configuration of the search dominates. */
export interface FrontierPoint {
  series: string;
  configuration: string;
  budget: number | null;
  cost: ResultCost;
  divergence: Interval;
  accuracy: Interval | null;
}

/** The reference grid and what evaluating it took (METHOD §9, §10). */
export interface GridSummary {
  points: number;
  singleStep?: number | undefined;
  randomMonotone?: number | undefined;
  seed?: number | undefined;
  distinctPrefixes: number;
  layerForwards: number;
  unsharedLayerForwards: number;
}

/** One paired comparison; `difference` is a's mean minus b's, with its interval. */
export interface Comparison {
  a: string;
  b: string;
  metric: "divergence" | "accuracy";
  budget: number | null;
  unit: ResultBudgetUnit;
  difference: number;
  low: number;
  high: number;
  pValue: number;
  pHolm: number;
  samples: number;
  matched?: boolean | undefined;
  costResidual?: number | undefined;
  /** The cost that was matched, where it is not the study's own. */
  match?: string | undefined;
  /** Mean difference over the differences' standard deviation, with Hedges' correction; null where there is no spread. */
  effectSize?: number | null | undefined;
  /** Samples with which a difference of that size is seen with power .8 after Bonferroni's correction; null where there is none. */
  samplesNeeded?: number | null | undefined;
  verdict: Verdict;
}

/** Quality of the search's frontier against the reference grid's (METHOD §9). */
export interface FrontierQuality {
  hypervolume: number;
  referenceHypervolume: number;
  regret: number;
  regretLow?: number | undefined;
  regretHigh?: number | undefined;
  igdPlus?: number | undefined;
  additiveEpsilon?: number | undefined;
  budgets?: number[] | undefined;
}

/**
 * A searcher at what its search cost (METHOD §8): the teacher on the samples that it chose on, and all that it ran to choose.
 * Hypervolumes are normalised, 0 … 1 (METHOD §9), at the search's budgets.
 */
export interface ResultSearcher {
  series: string;
  title: string;
  seed: number;
  /** Schedules measured on every validation sample. */
  configurations: number;
  layerForwards: number;
  seconds: number;
  /** On test samples, of what the validation samples chose; null where a choice has not been scored. */
  hypervolume: number | null;
  /** Divergences on the test samples of what was chosen at each budget; null where nothing is cheap enough. */
  reading: { budgets: number[]; divergence: (number | null)[] } | null;
  /** How the hypervolume grew on the validation samples. */
  curve: { layerForwards: number[]; hypervolume: number[] };
}

/** A layer with some tokens more, or less, than a schedule gives it, over the samples that allow it (METHOD §9). */
export interface ResultMove {
  samples: number;
  divergence: Interval | null;
  cost: number | null;
  price: Interval | null;
}

interface PricedMove {
  layer: number;
  move: MoveName;
  price: number;
}

/** What a token is worth at each layer of one configuration (METHOD §9). */
export interface ResultCertificate {
  series: string;
  configuration: string;
  budget: number | null;
  unit: ResultBudgetUnit;
  tokens: number;
  samples: number;
  layers: { layer: number; more: ResultMove; less: ResultMove }[];
  commonPrice: Interval | null;
  spread: { dearest: PricedMove; cheapest: PricedMove; difference: number } | null;
  exchange: {
    from: number;
    to: number;
    samples: number;
    gain: Interval;
    compared: number;
    verdict: (typeof EXCHANGE_VERDICTS)[number];
  } | null;
}

/** Everything but the rows, which may be too many to hold at once. */
export interface ResultsHead {
  format: typeof RESULTS_FORMAT;
  version: typeof RESULTS_VERSION;
  created?: string | undefined;
  study?: string | undefined;
  model: {
    name: string;
    architecture: string;
    layers: number;
    hidden: number;
    mlpWidth?: number | undefined;
    heads?: number | undefined;
    keyValueHeads?: number | undefined;
    headSize?: number | undefined;
    embedded: boolean;
    fingerprint: string;
  };
  data: {
    name: string;
    split: string;
    samples: number;
    visualTokens: { low: number; high: number };
    textTokens?: { low: number; high: number } | undefined;
    fingerprint?: string | undefined;
  };
  selector: string;
  kernelFunction: string;
  cost: string;
  budgetUnit: ResultBudgetUnit;
  accuracyMetric: string | null;
  intervals: { level: number; method: string; resamples: number; seed?: number | undefined };
  seeds: Record<string, number>;
  seconds: Record<string, number>;
  layerForwards: Record<string, number>;
  overheadMacs: Record<string, number>;
  backend: { name: string; device?: string | undefined; threads?: number | undefined };
  versions: Record<string, string>;
  options?: Record<string, number | boolean | string | null> | undefined;
  notes?: string[] | undefined;
  unpruned: {
    cost: ResultCost;
    accuracy: Interval | null;
    benchmarks?: ResultBenchmarks | undefined;
  } | null;
  means: ResultMean[];
  frontier: FrontierPoint[];
  grid: GridSummary | null;
  comparisons: Comparison[];
  quality: FrontierQuality | null;
  searchers?: ResultSearcher[] | undefined;
  certificates?: ResultCertificate[] | undefined;
}

/** A study's results, all of them in memory. */
export interface Results extends ResultsHead {
  rows: ResultRow[];
}

/** A study's results whose rows may come one by one, from a journal for example. */
export type ResultsSource = ResultsHead & { readonly rows: Iterable<ResultRow> | AsyncIterable<ResultRow> };
