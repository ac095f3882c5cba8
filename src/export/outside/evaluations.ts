/** Evaluations from elsewhere: configuration, sample, score and cost, from CSV or JSON. */
import { EspalierError } from "../../errors.js";
import { printable } from "../format.js";
import { csvRecords } from "./csvRecords.js";

/** One configuration on one sample, as somebody else measured it. */
export interface OutsideEvaluation {
  /** What was evaluated. */
  readonly configuration: string;
  /** On what; the same name means the same sample. */
  readonly sample: string;
  /** Finite, in the metric's unit. */
  readonly score: number;
  /** From 0 up, in whatever unit the source has. */
  readonly cost: number;
  /** Who proposed the configuration; null where the source does not say. */
  readonly series: string | null;
  /** What the configuration was made for; null where the source does not say. */
  readonly budget: number | null;
}

/** What a source holds. */
export interface OutsideSource {
  /** In the source's order; never empty. */
  readonly evaluations: readonly OutsideEvaluation[];
  /** Name of the score; null where the source does not say. */
  readonly metric: string | null;
}

const WANTED = ["configuration", "sample", "score", "cost"] as const;
const FIELDS = [...WANTED, "series", "budget", "metric"] as const;
type Field = (typeof FIELDS)[number];
/** Field values as they were found; a CSV has texts only. */
type Raw = Partial<Record<Field, unknown>>;
const LONGEST_NAME = 1_000;

function shown(value: unknown): string {
  return value === undefined ? "nothing" : printable(JSON.stringify(value) ?? String(value)).slice(0, 60);
}

function nameOf(value: unknown, field: Field, where: string): string {
  const name = typeof value === "number" ? String(value) : value;
  if (typeof name === "string" && name.trim() !== "" && name.length <= LONGEST_NAME) return name.trim();
  throw new EspalierError(`${where} has ${shown(value)} as its ${field}; a name is wanted.`);
}

function numberOf(value: unknown, field: Field, where: string): number {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  if (typeof number === "number" && Number.isFinite(number)) {
    if (field !== "cost" || number >= 0) return number;
    throw new EspalierError(`${where} has the cost ${number}; a number from 0 up is wanted.`);
  }
  throw new EspalierError(`${where} has ${shown(value)} as its ${field}; a finite number is wanted.`);
}

const absent = (value: unknown): boolean => value === undefined || value === null || value === "";

function evaluationOf(raw: Raw, where: string): OutsideEvaluation {
  return {
    configuration: nameOf(raw.configuration, "configuration", where),
    sample: nameOf(raw.sample, "sample", where),
    score: numberOf(raw.score, "score", where),
    cost: numberOf(raw.cost, "cost", where),
    series: absent(raw.series) ? null : nameOf(raw.series, "series", where),
    budget: absent(raw.budget) ? null : numberOf(raw.budget, "budget", where),
  };
}

function fromCsv(text: string, source: string): { raw: Raw; where: string }[] {
  const [head, ...records] = csvRecords(text, source);
  const names = (head?.fields ?? []).map((name) => name.trim().toLowerCase());
  const missing = WANTED.filter((field) => !names.includes(field));
  if (missing.length > 0) {
    throw new EspalierError(
      `${source} has no column ${missing.join(", ")}; its first line must name the columns configuration, sample, score and cost, separated by commas (series, budget and metric may be there too).`,
    );
  }
  const twice = FIELDS.find((field) => names.indexOf(field) !== names.lastIndexOf(field));
  if (twice !== undefined) throw new EspalierError(`${source} has the column ${twice} twice; leave one.`);
  return records.map(({ line, fields }) => {
    const where = `Line ${line} of ${source}`;
    if (fields.length !== names.length) {
      throw new EspalierError(`${where} has ${fields.length} fields, and its first line names ${names.length}.`);
    }
    return { raw: Object.fromEntries(FIELDS.map((field) => [field, fields[names.indexOf(field)]])) as Raw, where };
  });
}

function fromJson(text: string, source: string): { raw: Raw; where: string }[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new EspalierError(`${source} is not JSON (${printable((cause as Error).message).slice(0, 200)}).`, { cause });
  }
  const inside = typeof value === "object" && value !== null && "evaluations" in value ? value.evaluations : value;
  if (!Array.isArray(inside)) {
    throw new EspalierError(
      `${source} holds no list of evaluations; write [{ "configuration": …, "sample": …, "score": …, "cost": … }, …].`,
    );
  }
  return inside.map((one: unknown, i) => {
    const where = `Evaluation ${i + 1} of ${source}`;
    if (typeof one !== "object" || one === null || Array.isArray(one)) {
      throw new EspalierError(`${where} is ${shown(one)}; an object is wanted.`);
    }
    const own = (field: Field) => (Object.hasOwn(one, field) ? (one as Raw)[field] : undefined);
    return { raw: Object.fromEntries(FIELDS.map((field) => [field, own(field)])) as Raw, where };
  });
}

/**
 * Reads evaluations from the text of a file; columns and fields that are not known are passed over.
 *
 * @param text CSV whose first line names the columns configuration, sample, score, cost and, where there are any, series, budget,
 *   metric; or JSON, a list of objects with these fields.
 * @param source its name: `.json` is read as JSON, anything else as CSV.
 * @throws EspalierError, with the line, for a value that is missing or no number, a configuration that has a sample twice or is in two
 *   series or at two budgets, more than one metric, and a file without evaluations.
 *
 * @example
 * const { evaluations } = parseOutside("configuration,sample,score,cost\nours,1,0.5,10\n", "theirs.csv");
 * evaluations[0].score; // → 0.5
 */
export function parseOutside(text: string, source: string): OutsideSource {
  const name = printable(source);
  const json = /\.json$/i.test(source);
  const records = json ? fromJson(text, name) : fromCsv(text, name);
  if (records.length === 0) throw new EspalierError(`${name} has no evaluations.`);
  const evaluations: OutsideEvaluation[] = [];
  const known = new Map<string, OutsideEvaluation>();
  const seen = new Set<string>();
  let metric: string | null | undefined;
  for (const { raw, where } of records) {
    const one = evaluationOf(raw, where);
    const { configuration, sample, series, budget } = one;
    const key = JSON.stringify([configuration, sample]);
    if (seen.has(key)) {
      throw new EspalierError(
        `${where} has ${printable(configuration)} on sample ${printable(sample)} a second time; leave one.`,
      );
    }
    seen.add(key);
    const first = known.get(configuration) ?? one;
    known.set(configuration, first);
    if (first.series !== series || first.budget !== budget) {
      const [what, a, b] =
        first.series !== series ? ["series", first.series, series] : ["budget", first.budget, budget];
      throw new EspalierError(
        `${where} has ${printable(configuration)} with the ${what} ${shown(b)}, and before it had ${shown(a)}; give each its own configuration.`,
      );
    }
    const own = absent(raw.metric) ? null : nameOf(raw.metric, "metric", where);
    if (metric !== undefined && metric !== own) {
      throw new EspalierError(
        `${where} has the metric ${shown(own)}, and before there was ${shown(metric)}; import each metric from a file of its own.`,
      );
    }
    metric = own;
    evaluations.push(one);
  }
  return { evaluations, metric: metric ?? null };
}
