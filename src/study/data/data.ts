/** What a study is given: samples in three splits; schedules are trained on the first, chosen on the second, scored on the third. */
import type { Processor } from "../../checkpoint/index.js";
import { EspalierError } from "../../errors.js";
import type { EncodedSampleLike } from "../../evaluation/index.js";
import type { RgbImage } from "../../tasks/index.js";

/** One sample of a study. */
export interface StudySample extends EncodedSampleLike {
  /** Accepted answers; with them and a way to decode, accuracy is the task's metric on greedy answers. */
  readonly answers?: readonly string[];
  /** Texts of A, B, C … where the question offers them; an empty text is no option. */
  readonly options?: readonly string[];
  /** Of the question within its benchmark; some metrics and summaries go by it. */
  readonly category?: string;
  /** Samples of a task with the same unit are judged together by the task's benchmark. */
  readonly unit?: string;
  /** The decoded pictures, for showing them and for the control that makes them smaller. */
  readonly pictures?: () => Promise<readonly RgbImage[]>;
}

/** The samples of a study in their three parts. */
export interface StudyData {
  /** In reports. */
  readonly name: string;
  /** Schedules are trained on these, */
  readonly train: readonly StudySample[];
  /** chosen on these, */
  readonly validation: readonly StudySample[];
  /** and scored on these. */
  readonly test: readonly StudySample[];
  /** Name of the split that `test` is, in reports; default "test". */
  readonly split?: string;
  /** Remarks for the report, such as where a split was made. */
  readonly notes?: readonly string[];
  /** What encoded the samples: decodes answers and makes pictures smaller. Absent for samples encoded elsewhere. */
  readonly processor?: Processor;
}

/** Most samples of each split. */
export interface SplitSizes {
  readonly train: number;
  readonly validation: number;
  readonly test: number;
}

/** Used where nothing else is asked for. */
export const DEFAULT_SIZES: SplitSizes = { train: 256, validation: 128, test: 128 };

/** Which samples of a file a study takes. */
export interface DataOptions {
  /** Default 256, 128 and 128. */
  readonly sizes?: Partial<SplitSizes>;
  /** Of the draws that make a split where the data has none; default 0. */
  readonly seed?: number;
  /** Every sample is scored and none trained on; `sizes` do not count. Default false. */
  readonly everything?: boolean;
  /**
   * What the data is for: a whole study, scoring alone, or training and choosing alone, where another file has the rest.
   * Default "study".
   */
  readonly purpose?: "study" | "scoring" | "training";
  /** Samples to train and choose on may lack an answer, to be given one by `fillAnswers`; default false. */
  readonly unanswered?: boolean;
  /** Bytes of pixels that are kept in memory; further samples' pictures are read again when they are needed. Default as `PixelStore`. */
  readonly pixelMemory?: number;
  /** Its abort stops the reading. */
  readonly signal?: AbortSignal;
  /** Called with the samples done, and how many there are. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** @throws EspalierError when a split that is needed is empty. */
export function demandSamples(data: StudyData, split: "train" | "validation" | "test"): void {
  if (data[split].length > 0) return;
  const purpose = { train: "training", validation: "choosing between schedules", test: "scoring" }[split];
  throw new EspalierError(
    `The data ${data.name} has no samples for ${purpose} (${split}): it has ${data.train.length} for training, ` +
      `${data.validation.length} for choosing and ${data.test.length} for scoring. Give more samples, at least one of each.`,
  );
}
