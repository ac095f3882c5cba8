/** What a control is that gives the whole model fewer visual tokens instead of pruning them (METHOD §8). */
import type { EncodedSampleLike } from "../../evaluation/index.js";
import type { VisionLanguageModel } from "../../models/index.js";
import type { StudyContext } from "../context.js";

/** A sample with fewer visual tokens, and the model that sees it so. */
export interface SmallerSample {
  readonly model: VisionLanguageModel;
  readonly sample: EncodedSampleLike;
}

export interface PictureControl {
  readonly series: string;
  /** For progress. */
  readonly title: string;
  /** Whether the study's model and data allow it. */
  applies(context: StudyContext): boolean;
  /** Begins to make samples; what samples can share is made once. */
  begin(context: StudyContext): MakeSmaller;
}

/**
 * A test sample with at most so many visual tokens.
 *
 * @param index of the test sample. @param most ≥ 1.
 * @returns null where its pictures cannot be made that small.
 */
export type MakeSmaller = (index: number, most: number) => Promise<SmallerSample | null>;
