/** Answers that samples lack, given by the unpruned model. */
import { EspalierError } from "../errors.js";
import { generate } from "../evaluation/index.js";
import { selector } from "../selectors/index.js";
import { Pacer } from "../tensor/index.js";
import { AnswerCache, answerKey } from "./answerCache.js";
import type { StudyData, StudySample } from "./data/index.js";
import type { StudyModel } from "./studyModel.js";

/** How missing answers are generated and remembered. */
export interface FillAnswersOptions {
  /** Tokens after which an answer without an end is taken as it is; default 128. */
  readonly maxNewTokens?: number;
  /** File that remembers answers (`AnswerCache`), so that a stopped call goes on where it was; default none. */
  readonly cache?: string;
  /** Its abort stops the work; what is answered is kept in `cache`. */
  readonly signal?: AbortSignal;
  /** Called with the samples done, and how many there are. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** Prompts that are answered between two looks at the disk. */
const AT_ONCE = 64;

/** Greedy answers of samples, in their order. */
async function answersOf(
  { model, fingerprint }: StudyModel,
  samples: readonly StudySample[],
  maxNewTokens: number,
  { cache: file, signal, onProgress }: FillAnswersOptions,
): Promise<Int32Array[]> {
  const cache = new AnswerCache(file ?? null);
  const pacer = new Pacer(signal);
  const keys = samples.map((sample) => answerKey(fingerprint, maxNewTokens, sample));
  const missing = [...samples.keys()].filter((s) => cache.get(keys[s]) === undefined);
  const known = samples.length - missing.length;
  onProgress?.(known, samples.length);
  for (let first = 0; first < missing.length; first += AT_ONCE) {
    const members = missing.slice(first, first + AT_ONCE);
    const prompts = members.map((s) => samples[s]);
    const generated = await generate(model, selector("uniformStride", 0), prompts, null, {
      maxNewTokens,
      pacer,
      onProgress: (done) => onProgress?.(known + first + done, samples.length),
    });
    cache.keep(members.map((s, i) => ({ key: keys[s], ids: generated[i] })));
  }
  return keys.map((key) => cache.get(key)!);
}

/** Whether a sample has nothing behind its prompt. */
function isOpen({ inputIds, promptLength }: StudySample): boolean {
  return inputIds.length === promptLength;
}

/** @throws EspalierError for a sample without an answer. */
export function demandAnswers({ train, validation, test }: StudyData): void {
  const open = [...train, ...validation, ...test].find(isOpen);
  if (open === undefined) return;
  throw new EspalierError(
    `Sample ${open.id} has no answer; give it one, or have the unpruned model answer samples to train and choose on (fillAnswers).`,
  );
}

/**
 * Gives samples to train and choose on that lack an answer the one that the unpruned model, the teacher, gives greedily, as the
 * paper does. A sample that the model answers with nothing, or with an image token, is dropped.
 *
 * The answers depend on the model alone, so a study that is gone on with gets the same ones.
 *
 * @param studyModel stays its owner's.
 * @param data made with `unanswered` set.
 * @returns the same data where nothing is missing; else with answers, and a note of how many are the teacher's and how many
 *   samples were dropped.
 * @throws EspalierError when a sample that is scored has no answer; Stopped.
 *
 * @example
 * const filled = await fillAnswers(studyModel, data, { cache: "answers.jsonl" }); // what lacks an answer gets the unpruned model's
 */
export async function fillAnswers(
  studyModel: StudyModel,
  data: StudyData,
  options: FillAnswersOptions = {},
): Promise<StudyData> {
  const unscored = data.test.find(isOpen);
  if (unscored !== undefined) {
    throw new EspalierError(`Sample ${unscored.id} is to be scored and has no answer; give it one.`);
  }
  const open = [...data.train, ...data.validation].filter(isOpen);
  if (open.length === 0) return data;
  const { processor } = data;
  const { model } = studyModel;
  const maxNewTokens = options.maxNewTokens ?? 128;
  const generated = await answersOf(studyModel, open, maxNewTokens, options);
  const end = processor?.endToken ?? model.eosTokenIds[0];
  const answered = new Map<StudySample, StudySample | null>();
  open.forEach((sample, i) => {
    const ids = generated[i];
    const text = processor?.decode(ids);
    // A visual token in an answer would stand for a picture that is not there.
    if (ids.length === 0 || text?.trim() === "" || ids.some((id) => model.visualTokenIds.includes(id))) {
      answered.set(sample, null);
      return;
    }
    // An answer that was cut off has no end.
    const closing = ids.length < maxNewTokens && end !== undefined ? [end] : [];
    const inputIds = Int32Array.from([...sample.inputIds, ...ids, ...closing]);
    answered.set(sample, { ...sample, inputIds });
  });
  const filled = (samples: readonly StudySample[]) =>
    samples.map((sample) => answered.get(sample) ?? sample).filter((sample) => !isOpen(sample));
  const dropped = [...answered.values()].filter((sample) => sample === null).length;
  const note = `${open.length - dropped} samples to train or choose on had no answer: theirs is the unpruned model's.`;
  return {
    ...data,
    train: filled(data.train),
    validation: filled(data.validation),
    notes: [
      ...(data.notes ?? []),
      note,
      ...(dropped > 0 ? [`The unpruned model has no answer to ${dropped} more; they are left out.`] : []),
    ],
  };
}
