/** A study's data from several files: some to score, and perhaps another to train and choose on. */
import { EspalierError } from "../../errors.js";
import type { StudyData, StudySample } from "./data.js";

/** The files of a study that is made of several. */
export interface CombinedParts {
  /** At least one, under different names; each is a benchmark of its own in reports. */
  readonly scored: readonly StudyData[];
  /** What to train and choose on instead of the scored files' own samples, as the paper does; default: theirs. */
  readonly training?: StudyData;
}

/** What several files' samples have in front of their ids. */
export function idOfFile(title: string, id: string): string {
  return `${title}/${id}`;
}

/**
 * Several files as one study's data. Of more than one scored file every id has the file's name in front, `MME/17`.
 *
 * @returns with the remarks of all, each with its file's name in front where there are several.
 * @throws EspalierError when two files have the same name, or nothing is to be scored.
 *
 * @example
 * const files = ["MME.tsv", "ChartQA_TEST.tsv"];
 * const scored = await Promise.all(files.map((file) => benchmarkData(file, processor, { purpose: "scoring" })));
 * const training = await llavaInstruct("llava_instruct_150k.json", "train2017", processor, { purpose: "training" });
 * const data = combinedData({ scored, training });
 */
export function combinedData({ scored, training }: CombinedParts): StudyData {
  const names = scored.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) {
    throw new EspalierError(`Two files to score are called ${twice}; reports tell them apart by name: rename one.`);
  }
  const [first] = scored;
  if (first === undefined) throw new EspalierError("There is no file to score; give at least one.");
  const several = scored.length > 1;
  const all = (split: "train" | "validation" | "test"): StudySample[] =>
    scored.flatMap((data) =>
      data[split].map((sample) => (several ? { ...sample, id: idOfFile(data.name, sample.id) } : sample)),
    );
  const files = training === undefined ? scored : [...scored, training];
  const remarks = files.flatMap(({ name, notes = [] }) =>
    notes.map((note) => (files.length > 1 ? `${name}: ${note}` : note)),
  );
  const split = [...new Set(scored.map((data) => data.split ?? "test"))].join("+");
  const processor = first.processor ?? training?.processor;
  return {
    name: names.join(" + "),
    train: training?.train ?? all("train"),
    validation: training?.validation ?? all("validation"),
    test: all("test"),
    split,
    notes: [...(training === undefined ? [] : [`Trained and chosen on samples of ${training.name}.`]), ...remarks],
    ...(processor === undefined ? {} : { processor }),
  };
}
