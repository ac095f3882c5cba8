/**
 * What a study's journal holds. Everything a report needs is in it, so results are a function of the journal alone: a
 * study can be read without its model.
 */
import type { Calibration } from "../calibration/index.js";
import type { BudgetUnit, CostName, DecoderShape } from "../cost/index.js";
import { GRID_ON_VALIDATION } from "../export/index.js";
import type { Conditioning } from "../search/index.js";

/** Version of the journal's format. */
export const JOURNAL_VERSION = 2;

/** What makes two studies the same: settings whose change changes the numbers. */
export interface StudySettings {
  readonly model: string;
  readonly train: string;
  readonly validation: string;
  readonly test: string;
  readonly selector: string;
  readonly kernel: string;
  readonly cost: CostName;
  readonly conditioning: Conditioning;
  readonly budgetUnit: BudgetUnit;
  readonly seed: number;
  /** Digest of the latency calibration; left out where there is none. */
  readonly calibration?: string;
}

/** Samples of a split as a report sees them, in order. */
export interface SampleList {
  readonly ids: readonly string[];
  readonly tasks: readonly string[];
  /** T and V of each. */
  readonly text: readonly number[];
  readonly visual: readonly number[];
  /** What a benchmark's summary goes by; left out where no sample has any, null where one has none. */
  readonly categories?: readonly (string | null)[];
  readonly units?: readonly (string | null)[];
}

/** The first entry: what the study is. */
export interface HeaderEntry {
  readonly kind: "header";
  readonly version: number;
  readonly name: string;
  readonly settings: StudySettings;
  readonly model: {
    readonly name: string;
    readonly architecture: string;
    readonly shape: DecoderShape;
    readonly embedded: boolean;
  };
  readonly data: {
    readonly name: string;
    readonly split: string;
    readonly notes: readonly string[];
    readonly trainSamples: number;
    readonly validation: SampleList;
    readonly test: SampleList;
  };
  /** What a machine takes for the model; left out where nothing was measured. */
  readonly calibration?: Pick<Calibration, "created" | "machine" | "latency"> & {
    readonly selector: string;
    /** Whole runs as they were measured, by what the tables predict. */
    readonly endToEnd: Pick<Calibration["endToEnd"], "ratio" | "rSquared">;
  };
  readonly accuracyMetric: string;
  /** Per sample, beside the decoder. */
  readonly overheadMacs: Readonly<Record<string, number>>;
}

/** A process that worked on the study. */
export interface SessionEntry {
  readonly kind: "session";
  readonly backend: { readonly name: string; readonly device: string; readonly threads: number };
  readonly versions: Readonly<Record<string, string>>;
}

export interface EpochRecord {
  readonly divergence: number;
  readonly violation: number;
}

/** A finished training. */
export interface TrainingEntry {
  readonly kind: "training";
  readonly series: string;
  readonly settings: Readonly<Record<string, string | number>>;
  /** Teacher, forward and backward passes (METHOD §8). */
  readonly layerForwards: number;
  readonly seconds: number;
  readonly epochs: readonly EpochRecord[];
  readonly converged: boolean;
}

/** The executed schedule of every sample of a split, and what came of it. Lists are in the samples' order. */
export interface Outcome {
  /** [S][L] */
  readonly counts: readonly (readonly number[])[];
  /** [S] nats. */
  readonly divergence: readonly number[];
  /** [S] 0 … 1. */
  readonly accuracy: readonly number[];
}

/** Pictures with fewer visual tokens, means over samples. */
export interface SmallerPictures {
  /** Part of the range of costs that the budget leaves over, because grids are whole. */
  readonly unspent: number;
  /** The vision tower's multiply-accumulates, relative to whole pictures. */
  readonly visionMacs: number;
  /** Seconds a sample until its visual tokens are there, with these pictures and with whole ones. */
  readonly visionSeconds: readonly [smaller: number, whole: number];
}

/** A configuration was evaluated on a split. */
export interface EvaluationEntry extends Outcome {
  readonly kind: "evaluation";
  readonly split: "validation" | "test";
  readonly series: string;
  readonly configuration: string;
  /** In the study's budget unit; null where none was asked for. */
  readonly budget: number | null;
  /** The projected schedules before single tokens were added. */
  readonly beforeTopUp?: Outcome;
  /** Of the controls with fewer visual tokens from the start: what the report says of them. */
  readonly smaller?: SmallerPictures;
  readonly layerForwards: number;
  readonly seconds: number;
}

/** A searcher that proposes schedules and learns their divergences has begun. */
export interface SearcherEntry {
  readonly kind: "searcher";
  /** Its name, with the seed where that is not its usual one: `grid`, `nsga2:seed 3`. */
  readonly series: string;
  readonly method: string;
  readonly seed: number;
  /** Everything else that it was begun with. */
  readonly settings: Readonly<Record<string, string | number>>;
}

/** Some schedules that a searcher asked for, on some validation samples. */
export interface SearcherBlockEntry {
  readonly kind: "searcherBlock";
  readonly series: string;
  /** Which of the searcher's batches it is part of. */
  readonly batch: number;
  /** The batch's configurations, numbered in the order in which the searcher first asked for them. */
  readonly configurations: readonly number[];
  /** [new][L] shares of those that no earlier block has. */
  readonly shares: readonly (readonly number[])[];
  /** Indices of the samples. */
  readonly samples: readonly number[];
  /** Base64 of float64 [configurations, samples], little-endian. */
  readonly divergence: string;
  readonly layerForwards: number;
  readonly unsharedLayerForwards: number;
  readonly seconds: number;
}

/** The unpruned model has run over a split for the first time. */
export interface TeacherEntry {
  readonly kind: "teacher";
  readonly split: "validation" | "test";
  readonly layerForwards: number;
  readonly seconds: number;
}

/** What the unpruned model gives: its accuracy on the test samples. */
export interface UnprunedEntry {
  readonly kind: "unpruned";
  readonly accuracy: readonly number[];
  /** [S] nats on the test samples when every visual token goes after layer 0. */
  readonly floorDivergence: readonly number[];
}

/** What a token is worth at each layer of an evaluated configuration, on some of the test samples, one after the other. */
export interface CertificateBlockEntry {
  readonly kind: "certificateBlock";
  readonly series: string;
  readonly configuration: string;
  /** Size of a change. */
  readonly tokens: number;
  /** Index of the block's first sample. */
  readonly first: number;
  /** [s] nats at the schedule itself. */
  readonly divergence: readonly number[];
  /** [L−1][s] change of the divergence in nats with so many tokens more at each layer from 1 on; null where that is no schedule. */
  readonly more: readonly (readonly (number | null)[])[];
  /** Likewise with so many less. */
  readonly less: readonly (readonly (number | null)[])[];
  readonly layerForwards: number;
  readonly seconds: number;
}

/** Two names were compared at a budget, and are from then on. */
export interface ComparisonEntry {
  readonly kind: "comparison";
  /** Series, or configurations of schedules that were brought along. */
  readonly a: string;
  readonly b: string;
  readonly budget: number | null;
  /** The cost that is matched. */
  readonly cost: CostName;
}

/** A line of a journal, told apart by `kind`. */
export type JournalEntry =
  | HeaderEntry
  | SessionEntry
  | TrainingEntry
  | EvaluationEntry
  | SearcherEntry
  | SearcherBlockEntry
  | TeacherEntry
  | UnprunedEntry
  | CertificateBlockEntry
  | ComparisonEntry;

/** Who proposed a configuration. Trainings with other settings than the study's add theirs: `search:singleStep`. */
export const SERIES = {
  search: "search",
  grid: "grid",
  gridOnValidation: GRID_ON_VALIDATION,
  schedule: "schedule",
  random: "control:random",
  uniformStride: "control:uniformStride",
  downsampled: "control:downsampled",
  pooled: "control:pooled",
  /** Evaluations that exist for a comparison at matched cost only. */
  matched: "matched",
} as const;

/** The series of a searcher; `usual` is the seed that goes without saying. */
export function searcherSeries(method: string, seed: number, usual: number): string {
  return seed === usual ? method : `${method}:seed ${seed}`;
}

/** The series of a published recipe. */
export function recipeSeries(name: string): string {
  return `recipe:${name}`;
}
