/** LLaVA-Instruct's conversations as a study's data, balanced by picture area. */
import { statSync } from "node:fs";
import path from "node:path";
import { type Processor, readImage } from "../../checkpoint/index.js";
import { EspalierError } from "../../errors.js";
import {
  type InstructSample,
  type LlavaInstruct,
  type LlavaInstructOptions,
  openLlavaInstruct,
  titleOf,
} from "../../tasks/index.js";
import { Pacer, Random } from "../../tensor/index.js";
import { type DataOptions, DEFAULT_SIZES, type SplitSizes, type StudyData, type StudySample } from "./data.js";
import { areaBuckets, balancedOrder, pictureArea } from "./pictureArea.js";
import { PixelStore } from "./pixelStore.js";

/** Which samples of LLaVA-Instruct a study takes. */
export interface LlavaInstructDataOptions extends DataOptions, Pick<LlavaInstructOptions, "turns"> {}

/** Of a larger file so many samples, drawn with the seed, are looked at, or this many times those that are wanted. */
const POOL = 4096;
const POOL_TIMES = 32;
/** Headers that are read at a time. */
const AT_ONCE = 16;

type Parts = Record<keyof SplitSizes, Measured[]>;

interface Measured {
  readonly sample: InstructSample;
  readonly file: string;
  readonly area: number;
}

/** How many samples each split is to have: what was asked for, or fifths of fewer. */
function wantedSizes(options: DataOptions, available: number): SplitSizes {
  const { purpose = "study", everything, sizes } = options;
  if (everything) return { train: 0, validation: 0, test: available };
  const asked = { ...DEFAULT_SIZES, ...sizes };
  if (purpose === "scoring") return { train: 0, validation: 0, test: asked.test };
  const test = purpose === "study" ? asked.test : 0;
  if (asked.train + asked.validation + test <= available) return { ...asked, test };
  const fifth = Math.max(1, Math.floor(available / 5));
  const held = { validation: Math.min(asked.validation, fifth), test: Math.min(test, fifth) };
  return { train: Math.max(0, Math.min(asked.train, available - held.validation - held.test)), ...held };
}

/** Shares samples out in their order, each split filling up evenly; samples of one picture stay together. */
function assigned(order: readonly Measured[], sizes: SplitSizes): Parts {
  const parts: Parts = { train: [], validation: [], test: [] };
  const splits = (Object.keys(parts) as (keyof SplitSizes)[]).filter((split) => sizes[split] > 0);
  const splitOf = new Map<string, keyof SplitSizes>();
  const filled = (split: keyof SplitSizes) => parts[split].length / sizes[split];
  for (const one of order) {
    const emptiest = [...splits].sort((a, b) => filled(a) - filled(b))[0];
    const split = splitOf.get(one.file) ?? emptiest;
    if (split === undefined || filled(split) >= 1) continue;
    splitOf.set(one.file, split);
    parts[split].push(one);
  }
  return parts;
}

/** One conversation file with its folder of pictures. */
class InstructReader {
  readonly #file: LlavaInstruct;
  readonly #pictures: string;
  /** Samples that were passed over, by why. */
  readonly #passed = { missing: 0, damaged: 0 };
  readonly #pixels: PixelStore;

  constructor(file: LlavaInstruct, pictures: string, pixels: PixelStore) {
    this.#pixels = pixels;
    this.#file = file;
    this.#pictures = path.resolve(pictures);
    if (statSync(this.#pictures, { throwIfNoEntry: false })?.isDirectory()) return;
    throw new EspalierError(`There is no folder ${pictures}; name the folder with the pictures of ${file.path}.`);
  }

  /** @throws EspalierError for a picture outside the folder. */
  #pathOf({ image, entry }: InstructSample): string {
    const file = path.resolve(this.#pictures, image);
    const inside = path.relative(this.#pictures, file);
    if (inside !== "" && !path.isAbsolute(inside) && inside.split(path.sep)[0] !== "..") return file;
    throw new EspalierError(
      `${this.#file.path}, entry ${entry.index}, names the picture ${JSON.stringify(image.slice(0, 200))}, which is not in the folder ${this.#pictures}; pictures are read from there alone.`,
    );
  }

  /** The samples of a seeded draw whose pictures are there, with their areas. */
  async measured(wanted: number, random: Random, options: DataOptions, pacer: Pacer): Promise<Measured[]> {
    const all = this.#file.samples.map((sample) => ({ sample, file: this.#pathOf(sample) }));
    const most = options.everything ? all.length : Math.max(POOL, POOL_TIMES * wanted);
    const pool = all.length <= most ? all : random.sample(all, most);
    const areas = new Map<string, number | "missing" | "damaged">();
    const files = [...new Set(pool.map(({ file }) => file))];
    for (let first = 0; first < files.length; first += AT_ONCE) {
      const some = files.slice(first, first + AT_ONCE);
      const found = await Promise.all(some.map(pictureArea));
      for (const [i, file] of some.entries()) areas.set(file, found[i]);
      await pacer.pause();
    }
    const measured = pool.flatMap((one): Measured[] => {
      const area = areas.get(one.file)!;
      if (typeof area === "number") return [{ ...one, area }];
      this.#passed[area]++;
      return [];
    });
    if (measured.length > 0) return measured;
    throw new EspalierError(
      `None of the pictures of ${this.#file.path} can be read in ${this.#pictures}, ${JSON.stringify(pool[0].sample.image.slice(0, 200))} for one; name the folder to which they belong.`,
    );
  }

  async encode({ sample, file }: Measured, processor: Processor, unanswered: boolean): Promise<StudySample> {
    const { question, answer } = this.#file.text(sample);
    if (answer === undefined && !unanswered) {
      throw new EspalierError(
        `${this.#file.path}, entry ${sample.entry.index}, has no answer; only samples to train and choose on may lack one.`,
      );
    }
    const encode = async () => {
      const images = [await readImage(file)];
      return processor.encode({ images, question, ...(answer === undefined ? {} : { answer }) });
    };
    const encoded = await encode();
    return {
      id: sample.id,
      task: titleOf(this.#file.path),
      ...encoded,
      pixelValues: this.#pixels.keep(sample.id, encoded.pixelValues, async () => (await encode()).pixelValues),
      pictures: async () => [await readImage(file)],
    };
  }

  /** What was passed over, and how areas are spread. */
  notes(buckets: readonly (readonly Measured[])[], used: ReadonlySet<Measured>): string[] {
    const { withoutPicture } = this.#file;
    const passed = [
      ...(withoutPicture > 0 ? [`${withoutPicture} entries without a picture`] : []),
      ...(this.#passed.missing > 0 ? [`${this.#passed.missing} samples whose picture is not in the folder`] : []),
      ...(this.#passed.damaged > 0 ? [`${this.#passed.damaged} samples whose picture is damaged`] : []),
    ];
    const counts = buckets.map((bucket) => bucket.filter((one) => used.has(one)).length);
    const areas = [...used].map(({ area }) => area);
    const range = [Math.min(...areas), Math.max(...areas)].map((area) => area.toLocaleString("en")).join(" to ");
    return [
      `Balanced by picture area (${range} pixels): ${counts.join(", ")} samples by size, from small to large.`,
      ...(passed.length > 0 ? [`Passed over: ${passed.join(", ")}.`] : []),
    ];
  }
}

/**
 * Conversations in LLaVA-Instruct's layout, balanced by the area of their pictures: of each of eight buckets, equally wide in
 * the logarithm of the area, equally many samples are drawn with the seed, as far as there are any. Areas are read from the
 * pictures' headers, of at most 4096 samples or 32 times those that are wanted. Samples of one picture stay in one split.
 *
 * @param file JSON of any size: about 250 bytes an entry are kept in memory, texts stay in the file.
 * @param pictures the folder in which the entries' pictures are looked up; none outside it is read.
 * @param options `turns` says which turns become samples; an answer may be missing if `unanswered` is set (`fillAnswers`).
 * @returns samples without accepted answers: answers this long have no metric, and are scored by teacher-forced exact match.
 *   Entries without a picture, or whose picture is not there, are passed over and counted in the notes.
 * @throws EspalierError for what is no list of conversations, a picture outside the folder, and no picture at all; Stopped.
 *
 * @example
 * const data = await llavaInstruct("llava_instruct_150k.json", "train2017", processor, { sizes: { train: 30_000 } });
 */
export async function llavaInstruct(
  file: string,
  pictures: string,
  processor: Processor,
  options: LlavaInstructDataOptions = {},
): Promise<StudyData> {
  const pacer = new Pacer(options.signal);
  const conversations = await openLlavaInstruct(file, { turns: options.turns ?? "first", pacer });
  try {
    const reader = new InstructReader(conversations, pictures, new PixelStore(options.pixelMemory));
    const random = new Random(options.seed ?? 0).fork("llava-instruct");
    const asked = wantedSizes(options, Number.POSITIVE_INFINITY);
    const wanted = asked.train + asked.validation + asked.test;
    const measured = await reader.measured(wanted, random, options, pacer);
    const buckets = areaBuckets(
      measured,
      measured.map(({ area }) => area),
    );
    const parts = assigned(balancedOrder(buckets, random), wantedSizes(options, measured.length));
    const used = new Set([...parts.train, ...parts.validation, ...parts.test]);
    let done = 0;
    const encode = async (part: readonly Measured[], unanswered: boolean): Promise<StudySample[]> => {
      const samples: StudySample[] = [];
      for (const one of part) {
        samples.push(await reader.encode(one, processor, unanswered));
        options.onProgress?.(++done, used.size);
        await pacer.pause();
      }
      return samples;
    };
    const unanswered = options.unanswered ?? false;
    return {
      name: titleOf(file),
      train: await encode(parts.train, unanswered),
      validation: await encode(parts.validation, unanswered),
      test: await encode(parts.test, false),
      split: options.everything ? "all" : "test",
      notes: reader.notes(buckets, used),
      processor,
    };
  } finally {
    conversations.close();
  }
}
