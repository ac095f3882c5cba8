/**
 * What a calibration holds. Written out, not inferred from the schema in `schema.ts`, for the reason that `export/resultTypes.ts`
 * gives: a notebook's compiler looks at these types.
 */
import type { DecoderShape, LatencyCalibration } from "../cost/index.js";

/** Value of `format` in every calibration file. */
export const CALIBRATION_FORMAT = "espalier.calibration";
/** Version of the format that this program writes and reads. */
export const CALIBRATION_VERSION = 1;

/** Repeated times of one piece of work, in milliseconds. */
export interface Timing {
  /** Lower quartile, median, upper quartile. */
  readonly low: number;
  readonly median: number;
  readonly high: number;
  /** How often it was measured, warm-up excluded. */
  readonly repeats: number;
}

/** The same at a number of tokens. */
export interface TimingAt extends Timing {
  readonly tokens: number;
}

/** Layers that work alike: all of them, or those with the same attention window. */
export interface LayerTimings {
  /** Of their attention, in tokens; null for full attention. */
  readonly window: number | null;
  /** Indices of the layers; repeats go around them, so that no layer's weights are warmer than in a real run. */
  readonly layers: readonly number[];
  /** Prompt pass of one layer against the tokens that it sees, keys and values kept. */
  readonly prefill: readonly TimingAt[];
  /** The same without keeping them. */
  readonly prefillWithoutCache: readonly TimingAt[];
  /** One layer of one decoding step, against cached rows. */
  readonly decode: readonly TimingAt[];
}

/** Several prompts in one tensor, through one layer. */
export interface BatchTiming extends TimingAt {
  readonly size: number;
  /** Tokens of all prompts by the median time. */
  readonly tokensPerSecond: number;
}

/** Several prompt passes that are awaited together, each through `layers` layers. */
export interface ConcurrencyTiming extends TimingAt {
  readonly together: number;
  readonly layers: number;
  readonly tokensPerSecond: number;
}

/** A whole pruned prompt pass, from ids to the next token, without the vision tower. */
export interface EndToEndTiming extends Timing {
  readonly schedule: string;
  readonly text: number;
  /** [L] */
  readonly counts: readonly number[];
  /** Milliseconds that the tables predict: layers, selector, embedding, head. */
  readonly predicted: number;
}

/** The machine that was measured, and the programs on it. */
export interface Machine {
  readonly backend: string;
  /** The processor or graphics card that computes, and the threads that one operation may use. */
  readonly device: string;
  readonly threads: number;
  readonly processor: string;
  readonly processors: number;
  /** Bytes. */
  readonly memory: number;
  readonly platform: string;
  readonly tfjs: string;
  /** The native library; null on WASM and JavaScript. */
  readonly library: string | null;
  readonly cuda: string | null;
  readonly node: string;
  readonly espalier: string;
}

/** Times of a model on a machine. */
export interface Calibration {
  readonly format: typeof CALIBRATION_FORMAT;
  readonly version: typeof CALIBRATION_VERSION;
  /** ISO 8601. */
  readonly created: string;
  readonly machine: Machine;
  readonly model: {
    readonly name: string;
    readonly architecture: string;
    readonly fingerprint: string;
    readonly shape: DecoderShape;
  };
  readonly settings: {
    /** Of the longest prompt. */
    readonly tokens: number;
    readonly selector: string;
    /** Limit of time. */
    readonly seconds: number;
    /** Standard error of a median, as a part of it, from which on a work is not repeated. */
    readonly spread: number;
    readonly warmUps: number;
    readonly seed: number;
  };
  /** What the measuring took, and how much of it was settled when it ended. */
  readonly effort: {
    readonly seconds: number;
    readonly works: number;
    readonly settled: number;
    readonly widestSpread: number;
  };
  readonly layers: readonly LayerTimings[];
  readonly selector: { readonly scoring: readonly TimingAt[]; readonly removal: readonly TimingAt[] };
  readonly embedding: readonly TimingAt[];
  readonly predictor: readonly TimingAt[];
  readonly head: Timing;
  readonly batch: readonly BatchTiming[];
  readonly concurrency: { readonly meaning: string; readonly runs: readonly ConcurrencyTiming[] };
  readonly endToEnd: {
    readonly runs: readonly EndToEndTiming[];
    /** Measured by predicted: median, least and most. */
    readonly ratio: { readonly median: number; readonly least: number; readonly most: number };
    /** Part of the variance of the measured medians that the prediction explains; below 0 where their mean is nearer. */
    readonly rSquared: number;
  };
  /** What the cost "latency" reads: the medians made isotonic. */
  readonly latency: LatencyCalibration;
}
