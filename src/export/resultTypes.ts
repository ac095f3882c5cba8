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
  /** The paper's multiply-accumulates of the decoder (METHOD §2). */
  paperMacs: number;
  /** Exact multiply-accumulates of the decoder. */
  exactMacs: number;
  /** Twice `exactMacs`. */
  exactFlops: number;
  /** Bytes of the keys and values after the prompt. */
  kvBytes: number;
  /** 0: no visual token after layer 0, 1: nothing pruned. */
  normalised: number;
  /** Of the unpruned model's cost. */
  share: number;
  /** 0: text alone, 1: nothing pruned. */
  textOnly: number;
  /** Calibrated milliseconds of the decoder's layers; left out without a calibration. */
  ms?: number | undefined;
}

/** A mean with the interval around it. */
export interface Interval {
  mean: number;
  /** Lower end; level and method are in the results' head. */
  low: number;
  /** Upper end. */
  high: number;
}

/** Results over benchmarks, each as it is published, in percent. */
export interface ResultBenchmarks {
  /** Over `scores`, each counting the same. */
  mean: number;
  /**
   * One a file: `name` is its title, `benchmark` null for a file of none, `score` the benchmark's own, 0 … 100, and
   * `parts` what else is published of it, in its own unit.
   */
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
  /** Who proposed it: `search`, `grid`, `control:random`, a rival's name … */
  series: string;
  /** Unique in its series and budget. */
  configuration: string;
  /** In `unit`; null where none was given. */
  budget: number | null;
  /** Of `budget`: the study's. */
  unit: ResultBudgetUnit;
  /** Id of the sample. */
  sample: string;
  /** V, before anything is pruned. */
  visualTokens: number;
  /** T. */
  textTokens?: number | undefined;
  /** [L] visual tokens at each layer; never rising, none above V. */
  counts: number[];
  /** Of these counts, as executed. */
  cost: ResultCost;
  /** Nats from the unpruned model on this sample (METHOD §1). */
  divergence: number;
  /** 0 … 1; null where there is none. */
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
  /** Who proposed it: `search`, `grid`, `control:random`, a rival's name … */
  series: string;
  /** Unique in its series and budget. */
  configuration: string;
  /** In `unit`; null where none was given. */
  budget: number | null;
  /** Of `budget`: the study's. */
  unit: ResultBudgetUnit;
  /** How many. */
  samples: number;
  /** Mean of V. */
  visualTokens: number;
  /** [L] means over the samples; over `visualTokens` they are the shares that are kept. */
  meanCounts: number[];
  /** Mean over the samples, unit by unit. */
  cost: ResultCost;
  /** Nats. */
  divergence: Interval;
  /** 0 … 1; null where there is none. */
  accuracy: Interval | null;
  /** Where the samples are of benchmarks. */
  benchmarks?: ResultBenchmarks | undefined;
  /** The projected schedules, before single tokens were added (METHOD §6). */
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
  /** Who proposed it: `search`, `grid`, `control:random`, a rival's name … */
  series: string;
  /** Unique in its series and budget. */
  configuration: string;
  /** In the study's unit; null where none was given. */
  budget: number | null;
  /** Mean over the test samples. */
  cost: ResultCost;
  /** Nats, over the test samples. */
  divergence: Interval;
  /** 0 … 1; null where there is none. */
  accuracy: Interval | null;
}

/** The reference grid and what evaluating it took (METHOD §9, §10). */
export interface GridSummary {
  /** Its schedules. */
  points: number;
  /** Of them with one cut. */
  singleStep?: number | undefined;
  /** Of them drawn at random. */
  randomMonotone?: number | undefined;
  /** Of the draws. */
  seed?: number | undefined;
  /** Prefixes of counts that were run. */
  distinctPrefixes: number;
  /** What that took. */
  layerForwards: number;
  /** What evaluating each schedule from layer 0 would take. */
  unsharedLayerForwards: number;
}

/** One paired comparison; `difference` is a's mean minus b's, with its interval. */
export interface Comparison {
  /** A series, or a configuration. */
  a: string;
  /** What it is compared with. */
  b: string;
  /** What is compared. */
  metric: "divergence" | "accuracy";
  /** Where, in `unit`; null for schedules that were brought along. */
  budget: number | null;
  /** Of `budget`: the study's. */
  unit: ResultBudgetUnit;
  /** a's mean minus b's, paired by sample. */
  difference: number;
  /** Lower end of the difference's interval. */
  low: number;
  /** Upper end. */
  high: number;
  /** Of no difference, two-sided. */
  pValue: number;
  /** After Holm's correction over all comparisons of the results. */
  pHolm: number;
  /** Pairs. */
  samples: number;
  /** Whether executed costs were matched, sample by sample (METHOD §8). */
  matched?: boolean | undefined;
  /** What is left between the costs. */
  costResidual?: number | undefined;
  /** The cost that was matched, where it is not the study's own. */
  match?: string | undefined;
  /** Mean difference over the differences' standard deviation, with Hedges' correction; null where there is no spread. */
  effectSize?: number | null | undefined;
  /** Samples with which a difference of that size is seen with power .8 after Bonferroni's correction; null where there is none. */
  samplesNeeded?: number | null | undefined;
  /** From `pHolm`. */
  verdict: Verdict;
}

/** Quality of the search's frontier against the reference grid's (METHOD §9). */
export interface FrontierQuality {
  /** Of the search's frontier, normalised, 0 … 1. */
  hypervolume: number;
  /** Of the grid's. */
  referenceHypervolume: number;
  /** 1 − `hypervolume` / `referenceHypervolume`: below 0 where the search is better. */
  regret: number;
  /** Lower end of the regret's interval. */
  regretLow?: number | undefined;
  /** Upper end. */
  regretHigh?: number | undefined;
  /** Mean distance by which the grid's points are missed. */
  igdPlus?: number | undefined;
  /** The least shift with which the search's frontier covers the grid's. */
  additiveEpsilon?: number | undefined;
  /** At which both are read. */
  budgets?: number[] | undefined;
}

/**
 * A searcher at what its search cost (METHOD §8): the teacher on the samples that it chose on, and all that it ran to choose.
 * Hypervolumes are normalised, 0 … 1 (METHOD §9), at the search's budgets.
 */
export interface ResultSearcher {
  series: string;
  /** As tables and figures write it. */
  title: string;
  seed: number;
  /** Schedules measured on every validation sample. */
  configurations: number;
  /** What its search took, the teacher on the validation samples included. */
  layerForwards: number;
  /** Likewise. */
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
  /** In which the change is legal; the others are left out of the means. */
  samples: number;
  /** Mean change in nats: below 0 where the change helps. Null where no sample allows it. */
  divergence: Interval | null;
  /** Mean change of the normalised cost. */
  cost: number | null;
  /** Nats that a unit of normalised cost buys here, above 0 where tokens help. */
  price: Interval | null;
}

interface PricedMove {
  layer: number;
  move: MoveName;
  price: number;
}

/** What a token is worth at each layer of one configuration (METHOD §9). */
export interface ResultCertificate {
  /** Who proposed it: `search`, `grid`, `control:random`, a rival's name … */
  series: string;
  /** Unique in its series and budget. */
  configuration: string;
  /** In `unit`; null where none was given. */
  budget: number | null;
  /** Of `budget`: the study's. */
  unit: ResultBudgetUnit;
  /** Size of every change, in tokens of one layer. */
  tokens: number;
  /** How many were measured. */
  samples: number;
  /** From layer 1 on, in order. */
  layers: { layer: number; more: ResultMove; less: ResultMove }[];
  /** Of all changes together. */
  commonPrice: Interval | null;
  /** The dearest and the cheapest change; null where none is legal. */
  spread: { dearest: PricedMove; cheapest: PricedMove; difference: number } | null;
  /**
   * The best exchange between two layers: `from` loses tokens, `to` gains them, `gain` in nats per unit of cost that
   * is moved. Null where none is possible in half of the samples.
   */
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
  /** ISO 8601; left out unless asked for, so that a repeated run gives the same bytes. */
  created?: string | undefined;
  /** Its name. */
  study?: string | undefined;
  /** `embedded`: the tiny model that ships with Espalier. `fingerprint`: of the weights. */
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
  /** `visualTokens` and `textTokens` are ranges over the test samples. */
  data: {
    name: string;
    split: string;
    samples: number;
    visualTokens: { low: number; high: number };
    textTokens?: { low: number; high: number } | undefined;
    fingerprint?: string | undefined;
  };
  /** Which tokens stay. */
  selector: string;
  /** How few parameters become a schedule (METHOD §3). */
  kernelFunction: string;
  /** What was searched under (METHOD §2); `normalised`, `share` and `textOnly` refer to it. */
  cost: string;
  /** Of every budget. */
  budgetUnit: ResultBudgetUnit;
  /** What `accuracy` is. */
  accuracyMetric: string | null;
  /** How every interval was made. */
  intervals: { level: number; method: string; resamples: number; seed?: number | undefined };
  /** Every seed of the run, by what it is of. */
  seeds: Record<string, number>;
  /** Wall-clock time, by part. */
  seconds: Record<string, number>;
  /** Search cost, by part (METHOD §8). */
  layerForwards: Record<string, number>;
  /** Multiply-accumulates a sample beside the decoder: vision tower, selector, predictor, head. */
  overheadMacs: Record<string, number>;
  backend: { name: string; device?: string | undefined; threads?: number | undefined };
  /** Programs and libraries. */
  versions: Record<string, string>;
  /** Further settings of the run. */
  options?: Record<string, number | boolean | string | null> | undefined;
  /** Remarks for a reader. */
  notes?: string[] | undefined;
  /** The model with nothing pruned. */
  unpruned: {
    cost: ResultCost;
    accuracy: Interval | null;
    benchmarks?: ResultBenchmarks | undefined;
  } | null;
  /**
   * Every configuration over its samples; `grid on validation` on the validation samples, all others on the test
   * samples.
   */
  means: ResultMean[];
  /** The search's answer, by rising cost. */
  frontier: FrontierPoint[];
  /** Null where none was evaluated. */
  grid: GridSummary | null;
  /** Paired, corrected together. */
  comparisons: Comparison[];
  /** Against the reference grid; null without one. */
  quality: FrontierQuality | null;
  /** At what each search cost. */
  searchers?: ResultSearcher[] | undefined;
  /** Missing where nothing was certified. */
  certificates?: ResultCertificate[] | undefined;
}

/** A study's results, all of them in memory. */
export interface Results extends ResultsHead {
  /** One configuration on one sample each. */
  rows: ResultRow[];
}

/** A study's results whose rows may come one by one, from a journal for example. */
export type ResultsSource = ResultsHead & { readonly rows: Iterable<ResultRow> | AsyncIterable<ResultRow> };
