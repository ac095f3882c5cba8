/**
 * Benchmarks as VLMEvalKit keeps them: a tab-separated file with the columns index, image (base64) or image_path, question,
 * answer, and optionally A, B, C … (options), hint, category, split.
 */
import path from "node:path";
import { readBytes } from "../checkpoint/index.js";
import { EspalierError } from "../errors.js";
import type { Benchmark } from "./benchmarks/index.js";
import { listOf } from "./pythonList.js";
import type { BenchmarkQuestion } from "./question.js";
import { QuestionColumns, type QuestionOptions } from "./questionColumns.js";
import type { QuestionFile } from "./questionFile.js";
import { type RecordRange, TsvRecords } from "./tsvRecords.js";

/** In VLMEvalKit, an image field of at most so many characters is the index of the row that holds the picture. */
const LONGEST_REFERENCE = 64;
const MAX_IMAGE_BYTES = 1024 ** 3;
interface Row {
  readonly item: BenchmarkQuestion;
  /** The record whose image or image_path column counts. */
  readonly range: RecordRange;
  readonly reference?: string;
}

const FORMAT = "A tab-separated VLMEvalKit file";

/**
 * Opens a VLMEvalKit-style TSV file and checks every row; pictures stay in the file until they are asked for.
 *
 * @param file hundreds of megabytes are fine: one record is in memory at a time.
 * @throws EspalierError that names the line for a missing column or value, a duplicate index, bad base64, a reference to a
 *   row without picture, an unclosed quote, and a file of another benchmark than its name says.
 *
 * @example
 * const { items } = openTsv("ChartQA_TEST.tsv");
 */
export function openTsv(file: string, options: QuestionOptions = {}): TsvBenchmark {
  const records = new TsvRecords(file);
  try {
    return new TsvBenchmark(records, options);
  } catch (error) {
    records.close();
    throw error;
  }
}

/** An open TSV benchmark. Made by `openTsv`. */
export class TsvBenchmark implements QuestionFile {
  readonly path: string;
  readonly benchmark: Benchmark | undefined;
  readonly items: readonly BenchmarkQuestion[];
  readonly #records: TsvRecords;
  readonly #columns: readonly string[];
  readonly #questions: QuestionColumns;
  readonly #rows = new Map<string, Row>();

  /** @param records owned by this object from now on. */
  constructor(records: TsvRecords, options: QuestionOptions) {
    this.path = records.path;
    this.#records = records;
    const ranges = records.ranges();
    const header = ranges.next();
    if (header.done)
      throw new EspalierError(`${this.path} is empty; a header line and one line per question are wanted.`);
    this.#columns = records.fields(header.value).map((column) => column.trim());
    const twice = this.#columns.find((column, i) => this.#columns.indexOf(column) !== i);
    if (twice !== undefined)
      throw new EspalierError(`${this.path} has the column ${JSON.stringify(twice)} twice; rename or remove one.`);
    const pictures = ["image", "image_path"];
    this.#questions = new QuestionColumns(this.path, this.#columns, {
      ...options,
      format: FORMAT,
      pictures,
      ids: true,
    });
    this.benchmark = this.#questions.benchmark;
    for (const range of ranges) this.#addRow(range);
    if (this.#rows.size === 0)
      throw new EspalierError(`${this.path} has a header but no questions; add one line for each.`);
    for (const row of this.#rows.values()) this.#checkReference(row);
    this.items = [...this.#rows.values()].map((row) => row.item);
  }

  async images(item: BenchmarkQuestion): Promise<Uint8Array[]> {
    const own = this.#rows.get(item.id);
    if (own === undefined) throw new EspalierError(`${this.path} has no question with index ${item.id}.`);
    const row = own.reference === undefined ? own : this.#rows.get(own.reference)!;
    const values = this.#values(row.range);
    const embedded = values.get("image") ?? "";
    if (embedded !== "") return listOf(embedded).map((text) => new Uint8Array(Buffer.from(text, "base64")));
    const folder = path.dirname(this.path);
    return listOf(values.get("image_path") ?? "").map((name) => readBytes(path.resolve(folder, name), MAX_IMAGE_BYTES));
  }

  place({ line }: BenchmarkQuestion): string {
    return `${this.path}, line ${line}`;
  }

  close(): void {
    this.#records.close();
  }

  #values(range: RecordRange): Map<string, string> {
    const fields = this.#records.fields(range);
    if (fields.length > this.#columns.length) {
      throw this.#error(range, `has ${fields.length} fields, the header has ${this.#columns.length}`);
    }
    return new Map(fields.map((field, i) => [this.#columns[i]!, field]));
  }

  #addRow(range: RecordRange): void {
    const values = this.#values(range);
    const item = this.#questions.read(values, {
      line: range.line,
      place: `line ${range.line}`,
      error: (what) => this.#error(range, what),
    });
    if (item === undefined) return;
    const { id } = item;
    const earlier = this.#rows.get(id);
    if (earlier !== undefined)
      throw this.#error(range, `has the index ${id}, which line ${earlier.item.line} has already`);
    const reference = this.#checkPictures(values, range);
    this.#rows.set(id, { item, range, ...(reference === undefined ? {} : { reference }) });
  }

  /** Checks the picture columns of a row; the index it refers to, if it holds no picture itself. */
  #checkPictures(values: ReadonlyMap<string, string>, range: RecordRange): string | undefined {
    const image = values.get("image") ?? "";
    if (image === "") {
      if ((values.get("image_path") ?? "") === "") throw this.#error(range, "has no picture");
      return undefined;
    }
    if (image.length <= LONGEST_REFERENCE) return image.trim();
    for (const text of listOf(image)) {
      if (!isBase64(text)) throw this.#error(range, "has an image that is not base64; it is cut off or damaged");
    }
    return undefined;
  }

  #checkReference({ item, range, reference }: Row): void {
    if (reference === undefined) return;
    const target = this.#rows.get(reference);
    if (target !== undefined && target.reference === undefined) return;
    const why =
      target === undefined ? "which no row has" : `whose row (line ${target.item.line}) holds no picture itself`;
    throw this.#error(range, `(index ${item.id}) refers to the picture of index ${JSON.stringify(reference)}, ${why}`);
  }

  #error(range: RecordRange, what: string): EspalierError {
    return new EspalierError(`${this.path}, line ${range.line}: the row ${what}.`);
  }
}

/** Whether a text is base64 that can be decoded whole: known characters, padding at the end only, a multiple of four. */
function isBase64(text: string): boolean {
  if (/[^A-Za-z0-9+/=\s]/.test(text)) return false;
  const compact = text.replace(/\s+/g, "");
  const padding = compact.indexOf("=");
  return compact.length % 4 === 0 && compact.length > 0 && (padding < 0 || padding >= compact.length - 2);
}
