/** The samples of a study, in three splits: schedules are trained on the first, chosen on the second, scored on the third. */
import { createHash } from "node:crypto";
import path from "node:path";
import { decodeImage, type Processor } from "../checkpoint/index.js";
import { EspalierError } from "../errors.js";
import type { EncodedSampleLike } from "../evaluation/index.js";
import {
  type BenchmarkItem,
  embeddedItems,
  openTsv,
  questionPrompt,
  type RgbImage,
  readSamples,
  type Split,
  type TsvItem,
} from "../tasks/index.js";
import { Pacer, Random } from "../tensor/index.js";

/** One sample of a study. */
export interface StudySample extends EncodedSampleLike {
  /** Accepted answers; with them and a way to decode, accuracy is the task's metric on greedy answers. */
  readonly answers?: readonly string[];
  /** Texts of A, B, C … where the question offers them. */
  readonly options?: readonly string[];
  /** The decoded pictures, for showing them and for the control that makes them smaller. */
  readonly pictures?: () => Promise<readonly RgbImage[]>;
}

export interface StudyData {
  readonly name: string;
  readonly train: readonly StudySample[];
  readonly validation: readonly StudySample[];
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

export interface DataOptions {
  readonly sizes?: Partial<SplitSizes>;
  /** Of the draws that make a split where the data has none; default 0. */
  readonly seed?: number;
  /** Every sample is scored and none trained on; `sizes` do not count. Default false. */
  readonly everything?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

interface Splittable {
  readonly split: Split | null;
  /** Members of a group stay in one split. */
  readonly group: string;
}

interface Parts<T> {
  readonly train: T[];
  readonly validation: T[];
  readonly test: T[];
  readonly notes: string[];
  /** Name of the split that `test` is. */
  readonly split: string;
}

/** Shares out groups in a seeded order: validation and test get their shares, at least one group each, train the rest. */
function shareOut<T extends Splittable>(items: readonly T[], shares: readonly [number, number], seed: number): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(item.group, [...(groups.get(item.group) ?? []), item]);
  const order = new Random(seed).fork("split").shuffle([...groups.values()]);
  const parts: T[][] = [[], [], []];
  let next = 0;
  shares.forEach((share, p) => {
    const wanted = share * items.length;
    // The train part, last, keeps at least one group.
    while (
      share > 0 &&
      next < order.length - 1 &&
      (parts[p].length === 0 || parts[p].length + order[next].length <= wanted)
    ) {
      parts[p].push(...order[next++]);
    }
  });
  parts[2] = order.slice(next).flat();
  const position = new Map(items.map((item, i) => [item, i]));
  return parts.map((part) => part.sort((a, b) => position.get(a)! - position.get(b)!));
}

/**
 * The three splits. Where the data names all three, they are taken as they are. Where it names training and held-out
 * samples only, whichever the held-out ones are called, these are scored, and a fifth of the training samples, drawn with
 * the seed, is held back for choosing. Where it names none, a fifth each is drawn for choosing and for scoring. Samples that
 * share a group (a picture) stay together.
 */
function splitUp<T extends Splittable>(items: readonly T[], what: string, seed: number): Parts<T> {
  const of = (split: Split) => items.filter((item) => item.split === split);
  const [validation, test] = [of("validation"), of("test")];
  const train = items.filter((item) => item.split === null || item.split === "train");
  if (validation.length > 0 && test.length > 0) return { train, validation, test, notes: [], split: "test" };
  const held = validation.length > 0 ? validation : test;
  if (held.length > 0) {
    const [choosing, , rest] = shareOut(train, [0.2, 0], seed);
    const name = validation.length > 0 ? "validation" : "test";
    const note = `${what} has training and ${name} samples only: its ${name} samples are scored, and a fifth of its training samples, drawn with seed ${seed}, chooses.`;
    return { train: rest, validation: choosing, test: held, notes: train.length === 0 ? [] : [note], split: name };
  }
  const [choosing, scored, rest] = shareOut(train, [0.2, 0.2], seed);
  const note = `${what} names no splits: with seed ${seed}, a fifth of its samples chooses, a fifth is scored, the rest trains; samples with one picture stay together.`;
  return { train: rest, validation: choosing, test: scored, notes: [note], split: "test" };
}

/** Cuts every split to its size; says so where something was left out. */
function limited<T>(parts: Parts<T>, sizes: SplitSizes): Parts<T> {
  const notes = [...parts.notes];
  const purposes = { train: "for training", validation: "for choosing", test: "for scoring" };
  const cut = (split: keyof SplitSizes) => {
    const all = parts[split];
    if (all.length > sizes[split])
      notes.push(`Of ${all.length} samples ${purposes[split]} the first ${sizes[split]} are used.`);
    return all.slice(0, sizes[split]);
  };
  return { train: cut("train"), validation: cut("validation"), test: cut("test"), notes, split: parts.split };
}

function chosen<T extends Splittable>(items: readonly T[], what: string, options: DataOptions): Parts<T> {
  if (options.everything) return { train: [], validation: [], test: [...items], notes: [], split: "all" };
  return limited(splitUp(items, what, options.seed ?? 0), { ...DEFAULT_SIZES, ...options.sizes });
}

function pictureKey(values: Float32Array): string {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return createHash("sha256").update(bytes).digest("base64");
}

/**
 * Samples that were tokenised and preprocessed elsewhere (`readSamples`), split as described at `splitUp`.
 *
 * @throws EspalierError for a file that cannot be used; Stopped.
 */
export async function samplesData(file: string, options: DataOptions = {}): Promise<StudyData> {
  const pacer = new Pacer(options.signal);
  const samples = readSamples(file);
  const items: (Splittable & { readonly sample: StudySample })[] = [];
  for (const [i, sample] of samples.entries()) {
    // A file without `split` reads as "train" throughout, so that alone decides nothing.
    items.push({ sample, split: sample.split, group: pictureKey(sample.pixelValues) });
    options.onProgress?.(i + 1, samples.length);
    await pacer.pause();
  }
  const { train, validation, test, notes, split } = chosen(items, path.basename(file), options);
  const plain = (part: typeof items) => part.map(({ sample }): StudySample => sample);
  return {
    name: path.basename(file),
    train: plain(train),
    validation: plain(validation),
    test: plain(test),
    split,
    notes,
  };
}

/** VLMEvalKit asks for a short answer in these benchmarks. */
const SHORT_ANSWER = /^(chartqa|textvqa|vizwiz|ocrvqa|docvqa|infovqa)/;

/** The answer that is teacher-forced: the most frequent, the first of equals. */
function mainAnswer(answers: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const answer of answers) counts.set(answer, (counts.get(answer) ?? 0) + 1);
  return [...counts].reduce((best, entry) => (entry[1] > best[1] ? entry : best))[0];
}

/**
 * A VLMEvalKit-style TSV file, encoded by a checkpoint's processor; the metric is that of the benchmark that the file is
 * named after.
 *
 * @throws EspalierError for a file or a picture that cannot be used; Stopped.
 */
export async function tsvData(file: string, processor: Processor, options: DataOptions = {}): Promise<StudyData> {
  const pacer = new Pacer(options.signal);
  const benchmark = openTsv(file);
  const name = path.basename(file).replace(/\.tsv$/i, "");
  const picturesOf = async (item: TsvItem) => {
    const images: RgbImage[] = [];
    for (const bytes of benchmark.images(item)) {
      images.push(await decodeImage(bytes, `${benchmark.path}, line ${item.line}`));
    }
    return images;
  };
  try {
    const items: (Splittable & { readonly item: TsvItem })[] = [];
    for (const item of benchmark.items) {
      const hash = createHash("sha256");
      for (const bytes of benchmark.images(item)) hash.update(bytes);
      items.push({ item, split: item.split ?? null, group: hash.digest("base64") });
      await pacer.pause();
    }
    const parts = chosen(items, path.basename(file), options);
    const total = parts.train.length + parts.validation.length + parts.test.length;
    let done = 0;
    const encode = async (part: typeof items): Promise<StudySample[]> => {
      const samples: StudySample[] = [];
      for (const { item } of part) {
        const question = questionPrompt(item, { shortAnswer: SHORT_ANSWER.test(name.toLowerCase()) });
        const prompt = { images: await picturesOf(item), question, answer: mainAnswer(item.answers) };
        samples.push({
          id: item.id,
          task: name,
          ...processor.encode(prompt),
          answers: item.answers,
          ...(item.options === undefined ? {} : { options: Object.values(item.options) }),
          pictures: () => picturesOf(item),
        });
        options.onProgress?.(++done, total);
        await pacer.pause();
      }
      return samples;
    };
    return {
      name,
      train: await encode(parts.train),
      validation: await encode(parts.validation),
      test: await encode(parts.test),
      split: parts.split,
      notes: parts.notes,
      processor,
    };
  } catch (error) {
    benchmark.close();
    throw error;
  }
}

/** The embedded benchmark, encoded by the processor of a checkpoint that knows its words. */
export async function embeddedData(processor: Processor, options: DataOptions = {}): Promise<StudyData> {
  const pacer = new Pacer(options.signal);
  const sizes = { ...DEFAULT_SIZES, ...options.sizes };
  const total = sizes.train + sizes.validation + sizes.test;
  let done = 0;
  const encode = async (split: Split): Promise<StudySample[]> => {
    const samples: StudySample[] = [];
    for (let i = 0; i < sizes[split]; i++) {
      const [item] = embeddedItems(split, 1, { offset: i });
      samples.push(embeddedSample(item, processor));
      options.onProgress?.(++done, total);
      await pacer.pause();
    }
    return samples;
  };
  if (options.everything) sizes.train = sizes.validation = 0;
  return {
    name: "embedded benchmark",
    train: await encode("train"),
    validation: await encode("validation"),
    test: await encode("test"),
    notes: ["Embedded model and embedded benchmark: they show the method, and say nothing about any other model."],
    processor,
  };
}

function embeddedSample(item: BenchmarkItem, processor: Processor): StudySample {
  const { id, task, images, question, answers, options } = item;
  return {
    id,
    task,
    ...processor.encode({ images, question, answer: answers[0] }),
    answers,
    ...(options === undefined ? {} : { options }),
    pictures: () => Promise.resolve(images),
  };
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
