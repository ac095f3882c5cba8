/**
 * Which visual tokens stay. A selector ranks the survivors of a sample before a layer; how many of them stay is the
 * schedule's business.
 *
 * A selector is a pure function of the sample, the layer and the pruned run's own attention, and only survivors enter it.
 * So kept sets are nested, and runs that agree on the first counts agree on everything up to there (METHOD §4, §10).
 */
import type * as tf from "@tensorflow/tfjs";
import type { Tape } from "../tensor/index.js";

/** What a selector may know of a sample. */
export interface SelectorSample {
  readonly id: string;
  /** Number of prompt tokens, visual ones included. */
  readonly promptLength: number;
  /** Places of the visual tokens in the prompt, ascending. */
  readonly visual: Int32Array;
  /** `pictureRelevance` of the question's words, in prompt order; only where the selector uses it. */
  readonly relevance?: Float32Array;
}

/** Ranks by the attention that some rows pay to the visual tokens in the layer before. */
export interface AttentionSelector {
  readonly kind: "attention";
  readonly name: string;
  /**
   * The rows whose attention is read, in groups: places of the sample's prompt, in each group ascending. Every sample has the
   * same number of groups; a group may be empty, and its mean is zero then.
   *
   * @param survivors places of the visual tokens that the layer saw; others are no rows any more.
   */
  raters(sample: SelectorSample, survivors: Int32Array): readonly Int32Array[];
  /** Whether `raters` reads the samples' `relevance`; default false. */
  readonly usesRelevance?: boolean;
  /** The most rows that `raters` can name with so many survivors: what a report charges for reading them. */
  mostRows(sample: Omit<SelectorSample, "relevance">, survivors: number): number;
  /**
   * Scores from each group's attention, averaged over its rows and over heads; the larger stays.
   *
   * @param means [S, G, N] float32.
   * @returns [S, N], in the caller's scope.
   */
  scores(means: tf.Tensor3D, tape?: Tape): tf.Tensor2D;
}

/** Ranks once per sample, whatever the layers do. */
export interface StaticSelector {
  readonly kind: "static";
  readonly name: string;
  /** One score per visual token, in prompt order; the larger stays. */
  scores(sample: SelectorSample): Float32Array;
}

/** Says which visual tokens stay; how many is the schedule's business (METHOD §4). */
export type Selector = AttentionSelector | StaticSelector;

/**
 * The survivors that stay: the `count` largest scores, ties to the earlier token.
 *
 * @param scores one per survivor, in prompt order; NaN ranks last.
 * @param count more than there are keeps all.
 * @returns 1 for each survivor that stays, 0 for each that goes.
 */
export function keepBest(scores: ArrayLike<number>, count: number): Uint8Array {
  const kept = new Uint8Array(scores.length);
  if (count >= scores.length) return kept.fill(1);
  const value = (i: number) => (Number.isNaN(scores[i]) ? -Infinity : scores[i]);
  const order = Array.from(kept.keys()).sort((a, b) => value(b) - value(a) || a - b);
  for (let rank = 0; rank < count; rank++) kept[order[rank]] = 1;
  return kept;
}
