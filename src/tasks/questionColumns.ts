/** From the columns of a file to its questions, the same for every format. */
import { EspalierError } from "../errors.js";
import { type Benchmark, benchmarkNamed, type Column, titleOf } from "./benchmarks/index.js";
import { listOf } from "./pythonList.js";
import type { BenchmarkQuestion } from "./question.js";
import type { Split } from "./samples.js";

/** A row's values by column: text, numbers, lists; null and undefined where there is none. */
export type Cells = ReadonlyMap<string, unknown>;

/** What a file of questions may lack. */
export interface QuestionOptions {
  /**
   * Which questions may lack an answer, and are read with none instead of refused: "none" (default), "some" where the file has
   * a column for it, or "all", where it may have none.
   */
  readonly unanswered?: "none" | "some" | "all";
}

/** What every benchmark's files call their columns, the likeliest first. */
const USUAL: Readonly<Record<Column, readonly string[]>> = {
  id: ["index", "question_id", "id"],
  question: ["question", "query"],
  answers: ["answer", "answers", "label"],
  category: ["category"],
  hint: ["hint"],
  split: ["split"],
};
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
/** Columns that hold all options, and those that hold one. */
const OPTION_LISTS = ["choices", "options"];
const OPTION = /^(?:choice_)?([A-Z])$|^choice_([a-z])$/u;

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

/** The split that a name stands for; nothing for any other name. */
export function splitNamed(name: string): Split | undefined {
  return SPLITS[name.toLowerCase()];
}

/** A value as text; empty where there is none. */
function textOf(value: unknown): string {
  return value === null || value === undefined ? "" : String(value);
}

/** The values of a list, or of a text that Python printed one as. */
function valuesOf(value: unknown): string[] {
  return Array.isArray(value) ? value.map(textOf) : listOf(textOf(value));
}

/** Which column holds what, in one file. */
export class QuestionColumns {
  /** The benchmark that the file is named after. */
  readonly benchmark: Benchmark | undefined;
  readonly #file: string;
  readonly #columns: Partial<Record<Column, string>> = {};
  readonly #optionList: string | undefined;
  /** Column → letter. */
  readonly #optionColumns: readonly (readonly [column: string, letter: string])[];
  /** Columns that tell another benchmark's rows, with the value that does. */
  readonly #foreign: readonly (readonly [column: string, value: string])[];
  readonly #unanswered: "none" | "some" | "all";

  /**
   * @param columns the file's.
   * @param format what is wanted, for the refusal of a file without what every question has.
   * @param pictures the names of columns of which one must hold the pictures.
   * @throws EspalierError when a column is missing, or the columns are another benchmark's than the file's name says.
   */
  constructor(
    file: string,
    columns: readonly string[],
    options: QuestionOptions & { readonly format: string; readonly pictures: readonly string[]; readonly ids: boolean },
  ) {
    this.#file = file;
    this.#unanswered = options.unanswered ?? "none";
    this.benchmark = benchmarkNamed(titleOf(file));
    const names = (part: Column) => [...(this.benchmark?.columns?.[part] ?? []), ...USUAL[part]];
    for (const part of Object.keys(USUAL) as Column[]) {
      const found = names(part).find((name) => columns.includes(name));
      if (found !== undefined) this.#columns[part] = found;
    }
    this.#optionList = OPTION_LISTS.find((name) => columns.includes(name));
    this.#optionColumns = columns
      .flatMap((column) => {
        const [, upper, lower] = OPTION.exec(column) ?? [];
        const letter = upper ?? lower?.toUpperCase();
        return letter === undefined ? [] : [[column, letter] as const];
      })
      .sort(([, a], [, b]) => (a < b ? -1 : 1));
    this.#foreign = Object.entries(this.benchmark?.foreign ?? {}).filter(([column]) => columns.includes(column));
    const wanted: Column[] = [...(options.ids ? (["id"] as const) : []), "question"];
    if (this.#unanswered !== "all") wanted.push("answers");
    const missing = wanted.filter((part) => this.#columns[part] === undefined).map((part) => USUAL[part][0]);
    if (!options.pictures.some((name) => columns.includes(name))) {
      const [first, ...others] = options.pictures;
      missing.push(`${first} (or ${others.join(", ")})`);
    }
    if (missing.length > 0) {
      throw new EspalierError(
        `${file} lacks the columns ${missing.join(", ")}; it has ${this.#listed(columns)}. ${options.format} is wanted.`,
      );
    }
    this.#checkBenchmark(columns);
  }

  /** The columns that questions are read from; those of pictures are not among them. */
  get used(): string[] {
    const options = this.#optionList === undefined ? this.#optionColumns.map(([column]) => column) : [this.#optionList];
    return [...new Set([...Object.values(this.#columns), ...options, ...this.#foreign.map(([column]) => column)])];
  }

  #listed(columns: readonly string[]): string {
    return JSON.stringify(columns.join(", ").slice(0, 300));
  }

  #checkBenchmark(columns: readonly string[]): void {
    const { benchmark } = this;
    if (benchmark === undefined) return;
    const lacking = (benchmark.needs ?? []).filter((part) => this.#columns[part] === undefined);
    const without = lacking.map((part) => `no column ${benchmark.columns?.[part]?.[0] ?? USUAL[part][0]}`);
    const offers = this.#optionList !== undefined || this.#optionColumns.length > 0;
    if (benchmark.options === "always" && !offers) without.push("no columns A, B, … or choices");
    if (without.length > 0) throw this.#otherBenchmark(`it has ${without.join(" and ")}: ${this.#listed(columns)}`);
  }

  #otherBenchmark(why: string): EspalierError {
    const { name, questions } = this.benchmark!;
    return new EspalierError(
      `${this.#file} is named after ${name}, whose questions ${questions}, but ${why}; give ${name}'s own file, or name this one after the benchmark that it is.`,
    );
  }

  /**
   * The question of a row; nothing for a row of another benchmark that shares the file.
   *
   * @param row.id where the file names none.
   * @throws EspalierError made by `row.error`, or one that says that the file is another benchmark's.
   */
  read(
    cells: Cells,
    row: {
      readonly line: number;
      readonly place: string;
      readonly id?: string;
      readonly error: (what: string) => EspalierError;
    },
  ): BenchmarkQuestion | undefined {
    const cell = (part: Column) => cells.get(this.#columns[part] ?? "");
    if (this.#foreign.some(([column, value]) => cells.get(column) === value)) return undefined;
    const id = textOf(cell("id")).trim() || row.id;
    if (id === undefined) throw row.error("has no index");
    const question = textOf(cell("question"));
    if (question === "") throw row.error("has no question");
    const options = this.#options(cells);
    const answers = this.#answers(cell("answers"));
    if (answers.length === 0 && this.#unanswered === "none") throw row.error("has no answer");
    const hint = textOf(cell("hint"));
    const category = textOf(cell("category"));
    const split = splitNamed(textOf(cell("split")));
    const found: BenchmarkQuestion = {
      id,
      line: row.line,
      question,
      answers,
      ...(options === undefined ? {} : { options }),
      ...(MISSING.has(hint) ? {} : { hint }),
      ...(category === "" ? {} : { category: this.benchmark?.category?.(category) ?? category }),
      ...(split === undefined ? {} : { split }),
    };
    this.#checkQuestion(found, row);
    return found;
  }

  #checkQuestion(question: BenchmarkQuestion, row: { place: string; error: (what: string) => EspalierError }): void {
    const { benchmark } = this;
    if (benchmark === undefined) return;
    const letters = Object.keys(question.options ?? {});
    if (benchmark.options === "never" && letters.length > 0) {
      throw this.#otherBenchmark(`${row.place} offers the options ${letters.join(", ")}`);
    }
    if (benchmark.options === "always" && letters.length === 0) throw row.error("has no options");
    const wanted = benchmark.wantedAnswer?.(question);
    if (wanted === undefined) return;
    const given = JSON.stringify(question.answers.join(", ").slice(0, 100));
    throw row.error(`has the answer ${given}, where ${benchmark.name} has ${wanted}`);
  }

  #options(cells: Cells): Record<string, string> | undefined {
    const given: (readonly [string, string])[] =
      this.#optionList === undefined
        ? this.#optionColumns.map(([column, letter]) => [letter, textOf(cells.get(column))])
        : valuesOf(cells.get(this.#optionList)).map((text, i) => [LETTERS[i], text]);
    const present = given.filter(([letter, text]) => letter !== undefined && !MISSING.has(text));
    return present.length === 0 ? undefined : Object.fromEntries(present);
  }

  #answers(value: unknown): string[] {
    // The position of an option stands for its letter.
    if (this.#columns.answers?.endsWith("_idx")) {
      const letter = value === null || value === undefined ? undefined : LETTERS[Number(value)];
      return letter === undefined ? [] : [letter];
    }
    const answers = valuesOf(value);
    return answers.every((answer) => answer.trim() === "") ? [] : answers;
  }
}
