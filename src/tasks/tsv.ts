/**
 * Benchmarks as VLMEvalKit keeps them: a tab-separated file with the columns index, image (base64) or image_path, question,
 * answer, and optionally A, B, C … (options), hint, category, split.
 */
import path from "node:path";
import { readBytes } from "../checkpoint/index.js";
import { EspalierError } from "../errors.js";
import type { Split } from "./samples.js";
import { type RecordRange, TsvRecords } from "./tsvRecords.js";

/** One question of a TSV file, without its pictures. */
export interface TsvItem {
  /** The `index` column. */
  readonly id: string;
  /** Line of the file on which it begins, from 1. */
  readonly line: number;
  readonly question: string;
  /** Accepted answers; an answer column that holds a list gives several. */
  readonly answers: readonly string[];
  /** Multiple choice: letter → text, in the order of the letters. */
  readonly options?: Readonly<Record<string, string>>;
  readonly hint?: string;
  readonly category?: string;
  readonly split?: Split;
}

/** In VLMEvalKit, an image field of at most so many characters is the index of the row that holds the picture. */
const LONGEST_REFERENCE = 64;
const MAX_IMAGE_BYTES = 1024 ** 3;
/** What pandas reads as "no value": options and hints with these texts are absent, as in VLMEvalKit. */
const MISSING = new Set(
  "|#N/A|#N/A N/A|#NA|-1.#IND|-1.#QNAN|-NaN|-nan|1.#IND|1.#QNAN|<NA>|N/A|NA|NULL|NaN|None|n/a|nan|null".split("|"),
);
const SPLITS: Readonly<Record<string, Split>> = {
  train: "train",
  val: "validation",
  validation: "validation",
  dev: "validation",
  test: "test",
};

interface Row {
  readonly item: TsvItem;
  /** The record whose image or image_path column counts. */
  readonly range: RecordRange;
  readonly reference?: string;
}

/**
 * Opens a VLMEvalKit-style TSV file and checks every row; pictures stay in the file until they are asked for.
 *
 * @param file hundreds of megabytes are fine: one record is in memory at a time.
 * @throws EspalierError that names the line for a missing column or value, a duplicate index, bad base64, a reference to a
 *   row without picture, an unclosed quote.
 */
export function openTsv(file: string): TsvBenchmark {
  const records = new TsvRecords(file);
  try {
    return new TsvBenchmark(records);
  } catch (error) {
    records.close();
    throw error;
  }
}

/** An open TSV benchmark. Made by `openTsv`. */
export class TsvBenchmark {
  readonly path: string;
  /** All questions, in the file's order. */
  readonly items: readonly TsvItem[];
  readonly #records: TsvRecords;
  readonly #columns: readonly string[];
  readonly #rows = new Map<string, Row>();

  /** @param records owned by this object from now on. */
  constructor(records: TsvRecords) {
    this.path = records.path;
    this.#records = records;
    const ranges = records.ranges();
    const header = ranges.next();
    if (header.done)
      throw new EspalierError(`${this.path} is empty; a header line and one line per question are wanted.`);
    this.#columns = records.fields(header.value).map((column) => column.trim());
    this.#checkColumns();
    for (const range of ranges) this.#addRow(range);
    if (this.#rows.size === 0)
      throw new EspalierError(`${this.path} has a header but no questions; add one line for each.`);
    for (const row of this.#rows.values()) this.#checkReference(row);
    this.items = [...this.#rows.values()].map((row) => row.item);
  }

  /**
   * The encoded pictures (JPEG, PNG …) of a question, in its order; read from the file at each call.
   *
   * @throws EspalierError when the question is not of this file, or a picture's file cannot be read.
   */
  images(item: TsvItem): Uint8Array[] {
    const own = this.#rows.get(item.id);
    if (own === undefined) throw new EspalierError(`${this.path} has no question with index ${item.id}.`);
    const row = own.reference === undefined ? own : this.#rows.get(own.reference)!;
    const values = this.#values(row.range);
    const embedded = values.get("image") ?? "";
    if (embedded !== "") return listOf(embedded).map((text) => new Uint8Array(Buffer.from(text, "base64")));
    const folder = path.dirname(this.path);
    return listOf(values.get("image_path") ?? "").map((name) => readBytes(path.resolve(folder, name), MAX_IMAGE_BYTES));
  }

  /** Closes the file. */
  close(): void {
    this.#records.close();
  }

  #checkColumns(): void {
    const twice = this.#columns.find((column, i) => this.#columns.indexOf(column) !== i);
    if (twice !== undefined)
      throw new EspalierError(`${this.path} has the column ${JSON.stringify(twice)} twice; rename or remove one.`);
    const missing = ["index", "question", "answer"].filter((column) => !this.#columns.includes(column));
    if (!this.#columns.includes("image") && !this.#columns.includes("image_path"))
      missing.push("image (or image_path)");
    if (missing.length === 0) return;
    throw new EspalierError(
      `${this.path} lacks the columns ${missing.join(", ")}; it has ${JSON.stringify(this.#columns.join(", ").slice(0, 300))}. A tab-separated VLMEvalKit file is wanted.`,
    );
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
    const id = (values.get("index") ?? "").trim();
    if (id === "") throw this.#error(range, "has no index");
    const earlier = this.#rows.get(id);
    if (earlier !== undefined)
      throw this.#error(range, `has the index ${id}, which line ${earlier.item.line} has already`);
    const question = values.get("question") ?? "";
    if (question === "") throw this.#error(range, "has no question");
    const answer = values.get("answer") ?? "";
    if (answer === "") throw this.#error(range, "has no answer");
    const options = optionsOf(values);
    const hint = values.get("hint") ?? "";
    const category = values.get("category") ?? "";
    const split = SPLITS[(values.get("split") ?? "").toLowerCase()];
    const item: TsvItem = {
      id,
      line: range.line,
      question,
      answers: listOf(answer),
      ...(options === undefined ? {} : { options }),
      ...(MISSING.has(hint) ? {} : { hint }),
      ...(category === "" ? {} : { category }),
      ...(split === undefined ? {} : { split }),
    };
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

function optionsOf(values: ReadonlyMap<string, string>): Record<string, string> | undefined {
  const letters = [...values.keys()].filter((column) => /^[A-Z]$/.test(column)).sort();
  const present = letters.filter((letter) => !MISSING.has(values.get(letter)!));
  if (present.length === 0) return undefined;
  return Object.fromEntries(present.map((letter) => [letter, values.get(letter)!]));
}

/**
 * The question as VLMEvalKit words it: for multiple choice hint, question, options and an instruction; otherwise the question,
 * with VLMEvalKit's instruction for short answers if wanted.
 *
 * @param options.shortAnswer asks for a single word or phrase, as VLMEvalKit does for ChartQA, TextVQA and the like; default false.
 */
export function questionPrompt(
  item: Pick<TsvItem, "question" | "options" | "hint">,
  options: { shortAnswer?: boolean } = {},
): string {
  if (item.options === undefined) {
    return options.shortAnswer ? `${item.question}\nAnswer the question using a single word or phrase.` : item.question;
  }
  const hint = item.hint === undefined ? "" : `Hint: ${item.hint}\n`;
  const lines = Object.entries(item.options).map(([letter, text]) => `${letter}. ${text}\n`);
  return `${hint}Question: ${item.question}\nOptions:\n${lines.join("")}Please select the correct answer from the options above. \n`;
}

/**
 * A field that may hold a Python list of strings or numbers, such as `['a', "b's"]`: its members, or the field itself when it
 * is no such list. Fields may be megabytes long, hence no regular expression.
 */
function listOf(field: string): string[] {
  const text = field.trim();
  if (!text.startsWith("[") || !text.endsWith("]")) return [field];
  const members: string[] = [];
  let position = skipBlanks(text, 1);
  while (position < text.length - 1) {
    const quote = text[position]!;
    let end: number;
    if (quote === "'" || quote === '"') {
      end = closingQuote(text, quote, position + 1);
      if (end < 0) return [field];
      members.push(withoutEscapes(text.slice(position + 1, end)));
      end++;
    } else {
      end = position;
      while (/[\w.+-]/.test(text[end]!)) end++;
      if (end === position) return [field];
      members.push(text.slice(position, end));
    }
    end = skipBlanks(text, end);
    if (text[end] === ",") position = skipBlanks(text, end + 1);
    else if (end === text.length - 1) position = end;
    else return [field];
  }
  return members.length === 0 ? [field] : members;
}

function skipBlanks(text: string, from: number): number {
  let position = from;
  while (text[position] === " " || text[position] === "\n" || text[position] === "\t") position++;
  return position;
}

/** Position of the next `quote` that no backslash escapes, or −1. */
function closingQuote(text: string, quote: string, from: number): number {
  for (let at = text.indexOf(quote, from); at >= 0; at = text.indexOf(quote, at + 1)) {
    let backslashes = 0;
    while (text[at - 1 - backslashes] === "\\" && at - 1 - backslashes >= from) backslashes++;
    if (backslashes % 2 === 0) return at;
  }
  return -1;
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r" };

function withoutEscapes(text: string): string {
  return text.replace(
    /\\(.)/gs,
    (_, character: string) => ESCAPES[character] ?? (/[\\'"]/.test(character) ? character : `\\${character}`),
  );
}

/** Whether a text is base64 that can be decoded whole: known characters, padding at the end only, a multiple of four. */
function isBase64(text: string): boolean {
  if (/[^A-Za-z0-9+/=\s]/.test(text)) return false;
  const compact = text.replace(/\s+/g, "");
  const padding = compact.indexOf("=");
  return compact.length % 4 === 0 && compact.length > 0 && (padding < 0 || padding >= compact.length - 2);
}
