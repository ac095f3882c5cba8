/** Questions of a benchmark's file, encoded by a checkpoint's processor. */
import { createHash } from "node:crypto";
import path from "node:path";
import { decodeImage, type Processor } from "../../checkpoint/index.js";
import { EspalierError } from "../../errors.js";
import {
  type BenchmarkQuestion,
  choicePrompt,
  openQuestions,
  type QuestionFile,
  type RgbImage,
  titleOf,
  type Wording,
} from "../../tasks/index.js";
import { Pacer } from "../../tensor/index.js";
import type { DataOptions, StudyData, StudySample } from "./data.js";
import { PixelStore } from "./pixelStore.js";
import { chosen, type Splittable } from "./splits.js";

interface Question extends Splittable {
  readonly item: BenchmarkQuestion;
}

const WORDINGS: Readonly<Record<string, Wording>> = { qwen2_5_vl: "qwen2_vl", llava: "llava" };

/** How VLMEvalKit words questions for an architecture. */
export function wordingFor(architecture: string): Wording {
  return Object.hasOwn(WORDINGS, architecture) ? WORDINGS[architecture] : "standard";
}

/** The answer that is teacher-forced: the most frequent that is not blank, the first of equals; nothing of none. */
function mainAnswer(answers: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const answer of answers) if (answer.trim() !== "") counts.set(answer, (counts.get(answer) ?? 0) + 1);
  return [...counts].reduce<[string, number] | undefined>(
    (best, entry) => (best === undefined || entry[1] > best[1] ? entry : best),
    undefined,
  )?.[0];
}

/** Texts of A, B, C … up to the last letter that there is; an empty text where one is missing. */
function optionTexts(options: Readonly<Record<string, string>>): string[] {
  const last = Math.max(...Object.keys(options).map((letter) => letter.charCodeAt(0) - 65));
  return Array.from({ length: last + 1 }, (_, i) => options[String.fromCharCode(65 + i)] ?? "");
}

/** Encodes the questions of one open file. */
class QuestionEncoder {
  readonly #file: QuestionFile;
  readonly #processor: Processor;
  readonly #wording: Wording;
  readonly #title: string;
  readonly #pixels: PixelStore;

  constructor(file: QuestionFile, processor: Processor, pixels: PixelStore) {
    this.#pixels = pixels;
    this.#file = file;
    this.#processor = processor;
    this.#wording = wordingFor(processor.config.architecture);
    this.#title = titleOf(file.path);
  }

  /** All questions, with their pictures named by content. */
  async questions(pacer: Pacer): Promise<Question[]> {
    const questions: Question[] = [];
    for (const item of this.#file.items) {
      const hash = createHash("sha256");
      for (const bytes of await this.#file.images(item)) hash.update(bytes);
      const group = hash.digest("base64");
      const unit = this.#file.benchmark?.unit?.(item, group.slice(0, 16));
      questions.push({ item, split: item.split ?? null, group, ...(unit === undefined ? {} : { unit }) });
      await pacer.pause();
    }
    return questions;
  }

  async encode({ item, unit }: Question): Promise<StudySample> {
    const question = (this.#file.benchmark?.prompt ?? choicePrompt)(item, this.#wording);
    const answer = mainAnswer(item.answers);
    const encode = async () => {
      const images = await this.#pictures(item);
      return this.#processor.encode({ images, question, ...(answer === undefined ? {} : { answer }) });
    };
    const encoded = await encode();
    return {
      id: item.id,
      task: this.#title,
      ...encoded,
      pixelValues: this.#pixels.keep(item.id, encoded.pixelValues, async () => (await encode()).pixelValues),
      ...(answer === undefined ? {} : { answers: item.answers }),
      ...(item.options === undefined ? {} : { options: optionTexts(item.options) }),
      ...(item.category === undefined ? {} : { category: item.category }),
      ...(unit === undefined ? {} : { unit }),
      pictures: () => this.#pictures(item),
    };
  }

  async #pictures(item: BenchmarkQuestion): Promise<RgbImage[]> {
    const images: RgbImage[] = [];
    for (const bytes of await this.#file.images(item)) images.push(await decodeImage(bytes, this.#file.place(item)));
    return images;
  }
}

/** What the report should say of how the answers are scored. */
function scoringNote({ benchmark, path: file, items }: QuestionFile): string[] {
  if (benchmark !== undefined) return [];
  const chosenBy = items.some(({ options }) => options !== undefined) ? "the option's letter" : "exact match";
  return [
    `${path.basename(file)} is named after no benchmark that is known here: its answers are scored by ${chosenBy}.`,
  ];
}

/** The samples of an open file, which is closed where that fails. */
async function encoded(file: QuestionFile, processor: Processor, options: DataOptions): Promise<StudyData> {
  const pacer = new Pacer(options.signal);
  try {
    const encoder = new QuestionEncoder(file, processor, new PixelStore(options.pixelMemory));
    const name = path.basename(file.path);
    const parts = chosen(await encoder.questions(pacer), name, options, "spaced");
    const open = parts.test.find(({ item }) => mainAnswer(item.answers) === undefined);
    if (open !== undefined) {
      throw new EspalierError(
        `${file.place(open.item)}: the row has no answer, and is to be scored; only samples to train and choose on may lack one.`,
      );
    }
    const total = parts.train.length + parts.validation.length + parts.test.length;
    let done = 0;
    const encode = async (part: readonly Question[]): Promise<StudySample[]> => {
      const samples: StudySample[] = [];
      for (const question of part) {
        samples.push(await encoder.encode(question));
        options.onProgress?.(++done, total);
        await pacer.pause();
      }
      return samples;
    };
    return {
      name: titleOf(file.path),
      train: await encode(parts.train),
      validation: await encode(parts.validation),
      test: await encode(parts.test),
      split: parts.split,
      notes: [...parts.notes, ...scoringNote(file)],
      processor,
    };
  } catch (error) {
    file.close();
    throw error;
  }
}

/**
 * A benchmark's file, a TSV as VLMEvalKit keeps it or a Parquet file as the hub does, encoded by a checkpoint's processor. The
 * benchmark that the file is named after (`BENCHMARKS`) says how questions are worded and scored; a file of no known benchmark
 * is scored by the option's letter, or exact match.
 *
 * @param file `.parquet`, or a TSV of any other name; of a Parquet shard all of its set are read.
 * @throws EspalierError for a file or a picture that cannot be used, and a file of another benchmark than its name says;
 *   Stopped.
 *
 * @example
 * const data = await benchmarkData("ChartQA_TEST.tsv", Processor.fromDirectory("Qwen2.5-VL-3B-Instruct"), {
 *   sizes: { train: 256, validation: 64, test: 128 },
 * });
 */
export async function benchmarkData(file: string, processor: Processor, options: DataOptions = {}): Promise<StudyData> {
  const { purpose = "study", everything = false } = options;
  // What is scored has answers; a file to train on may have none at all.
  const lacking = purpose === "scoring" || everything ? "none" : purpose === "training" ? "all" : "some";
  const unanswered = options.unanswered ? lacking : "none";
  return encoded(await openQuestions(file, { unanswered }), processor, options);
}
