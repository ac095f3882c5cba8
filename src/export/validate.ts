/** Validation of results: the schema, then what a schema cannot say (references, lengths, order). */
import type { z } from "zod";
import { EspalierError } from "../errors.js";
import {
  MOVES,
  RESULTS_FORMAT,
  RESULTS_VERSION,
  type ResultCertificate,
  type ResultRow,
  type Results,
  type ResultsHead,
  resultsHeadSchema,
  resultsSchema,
  rowSchema,
} from "./results.js";

type Path = readonly PropertyKey[];

/** `rows[3].cost.share` for the path ["rows", 3, "cost", "share"]. */
function pathText(path: Path): string {
  return path
    .map((step, i) => (typeof step === "number" ? `[${step}]` : `${i === 0 ? "" : "."}${short(String(step))}`))
    .join("");
}

function short(value: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  const clean = value.replace(/[\u0000-\u001f\u007f-\u009f]/g, " ");
  return clean.length > 60 ? `${clean.slice(0, 57)}…` : clean;
}

function found(root: unknown, path: Path): string {
  let value: unknown = root;
  for (const step of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) return "nothing";
    value = (value as Record<PropertyKey, unknown>)[step];
  }
  if (value === undefined) return "nothing";
  if (typeof value === "number") return String(value);
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object" && value !== null) return "an object";
  return short(JSON.stringify(value) ?? typeof value);
}

function complaint(subject: string, path: Path, foundText: string, wanted: string, wayOut: string): EspalierError {
  const where = path.length === 0 ? "" : ` at ${pathText(path)}`;
  return new EspalierError(`${subject} not valid${where}: found ${foundText}, wanted ${wanted}. ${wayOut}`);
}

function fromIssue(issue: z.core.$ZodIssue, root: unknown, prefix: Path, subject: string, wayOut: string) {
  const extra = issue.code === "unrecognized_keys" ? "known fields only" : undefined;
  const message = issue.message.replace(/, received .*$/s, "").replace(/^[^:]*: (expected )?/, "");
  const path = [...prefix, ...issue.path];
  return complaint(subject, path, found(root, issue.path), short(extra ?? message), wayOut);
}

/** What is wrong with a list of token counts, or null (METHOD §1: never rising, never more than there are). */
function countsProblem(counts: readonly number[], layers: number, visualTokens: number): string | null {
  if (counts.length !== layers) return `${layers} counts, one per layer of the model`;
  // Means of integers carry rounding errors of a few units in the last place.
  const slack = 1e-9 * Math.max(1, visualTokens);
  let previous = visualTokens;
  for (const value of counts) {
    if (value > previous + slack) return `counts that never rise and never exceed the ${visualTokens} visual tokens`;
    previous = value;
  }
  return null;
}

/** Identity of a mean within a file. */
export function meanKey(item: { series: string; configuration: string; budget: number | null }): string {
  return JSON.stringify([item.series, item.configuration, item.budget]);
}

function checkHead(head: ResultsHead, subject: string, wayOut: string): void {
  const known = new Set<string>();
  head.means.forEach((mean, i) => {
    const problem = countsProblem(mean.meanCounts, head.model.layers, mean.visualTokens);
    if (problem !== null) {
      throw complaint(subject, ["means", i, "meanCounts"], `[${short(mean.meanCounts.join(" "))}]`, problem, wayOut);
    }
    const key = meanKey(mean);
    if (known.has(key)) {
      throw complaint(subject, ["means", i], short(key), "each series, configuration and budget once", wayOut);
    }
    known.add(key);
    for (const metric of ["divergence", "accuracy"] as const) {
      const interval = mean[metric];
      if (interval !== null && interval.low > interval.high) {
        const range = `an interval from ${interval.low} to ${interval.high}`;
        throw complaint(subject, ["means", i, metric], range, "low not above high", wayOut);
      }
    }
  });
  head.frontier.forEach((point, i) => {
    if (!known.has(meanKey(point))) {
      throw complaint(subject, ["frontier", i], short(meanKey(point)), "a configuration listed in means", wayOut);
    }
  });
  const certified = new Set<string>();
  head.certificates?.forEach((certificate, i) => {
    const key = meanKey(certificate);
    if (!known.has(key)) {
      throw complaint(subject, ["certificates", i], short(key), "a configuration listed in means", wayOut);
    }
    const own = `${key} ${certificate.tokens}`;
    if (certified.has(own)) {
      throw complaint(subject, ["certificates", i], short(own), "each configuration and size of a change once", wayOut);
    }
    certified.add(own);
    const problem = certificateProblem(certificate, head.model.layers);
    if (problem !== null) {
      throw complaint(subject, ["certificates", i, ...problem.path], problem.found, problem.wanted, wayOut);
    }
  });
}

/** What a schema cannot say of a certificate, or null. */
function certificateProblem(
  { layers, samples, exchange }: ResultCertificate,
  depth: number,
): { path: Path; found: string; wanted: string } | null {
  const found = layers.map(({ layer }) => layer);
  if (found.length !== depth - 1 || found.some((layer, l) => layer !== l + 1)) {
    const wanted = `every layer from 1 to ${depth - 1}, in order`;
    return { path: ["layers"], found: `[${short(found.join(" "))}]`, wanted };
  }
  for (const [l, one] of layers.entries()) {
    for (const name of MOVES) {
      const move = one[name];
      const path = ["layers", l, name];
      if (move.samples > samples) {
        return { path: [...path, "samples"], found: String(move.samples), wanted: `at most the ${samples} samples` };
      }
      const none = move.samples === 0;
      const numbers = [move.divergence, move.cost, move.price];
      // A change that costs nothing has no price, though samples allow it.
      if (none ? numbers.some((value) => value !== null) : move.divergence === null || move.cost === null) {
        const wanted = none ? "null throughout where no sample allows the change" : "a divergence and a cost";
        return { path, found: `${move.samples} samples`, wanted };
      }
      for (const metric of ["divergence", "price"] as const) {
        const interval = move[metric];
        if (interval !== null && interval.low > interval.high) {
          const range = `an interval from ${interval.low} to ${interval.high}`;
          return { path: [...path, metric], found: range, wanted: "low not above high" };
        }
      }
    }
  }
  if (exchange !== null && (exchange.from === exchange.to || Math.max(exchange.from, exchange.to) >= depth)) {
    const wanted = `two different layers below ${depth}`;
    return { path: ["exchange"], found: `layers ${exchange.from} and ${exchange.to}`, wanted };
  }
  return null;
}

function checkRowCounts(row: ResultRow, layers: number, index: number, subject: string, wayOut: string): void {
  for (const field of ["counts", "beforeTopUp"] as const) {
    const counts = field === "counts" ? row.counts : row.beforeTopUp?.counts;
    const problem = counts === undefined ? null : countsProblem(counts, layers, row.visualTokens);
    if (problem !== null) {
      throw complaint(subject, ["rows", index, field], `[${short(counts!.join(" "))}]`, problem, wayOut);
    }
  }
}

/**
 * Validates one row against the schema and the model's number of layers.
 *
 * @param index its place among the rows, for the message.
 * @returns the row with exactly the schema's fields, in the schema's order.
 * @throws EspalierError that names the field.
 */
export function checkRow(row: unknown, layers: number, index: number, subject: string, wayOut: string): ResultRow {
  const parsed = rowSchema.safeParse(row);
  if (!parsed.success) throw fromIssue(parsed.error.issues[0]!, row, ["rows", index], subject, wayOut);
  checkRowCounts(parsed.data, layers, index, subject, wayOut);
  return parsed.data;
}

/**
 * Validates everything but the rows.
 *
 * @throws EspalierError that names the field, what was found there and what was wanted.
 */
export function checkResultsHead(value: unknown, subject: string, wayOut: string): ResultsHead {
  const parsed = resultsHeadSchema.safeParse(value);
  if (!parsed.success) throw fromIssue(parsed.error.issues[0]!, value, [], subject, wayOut);
  checkHead(parsed.data, subject, wayOut);
  return parsed.data;
}

/**
 * Validates a value as results, version 1.
 *
 * @param value anything, typically what `JSON.parse` gave.
 * @param source what the message calls it, for example the file's name.
 * @returns the results with exactly the schema's fields; fields that are not known are left out.
 * @throws EspalierError that names the field, what was found there and what was wanted.
 *
 * @example
 * const checked = validateResults(JSON.parse(stringifyResults(results))); // an EspalierError names the first wrong field
 */
export function validateResults(value: unknown, source = "these results"): Results {
  const subject = `The results in ${source} are`;
  const wayOut = "Write them again with `--json`, or leave the file as Espalier wrote it.";
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  if (!isObject || (value as Record<string, unknown>)["format"] !== RESULTS_FORMAT) {
    throw complaint(
      subject,
      isObject ? ["format"] : [],
      found(value, isObject ? ["format"] : []),
      `an object whose format is "${RESULTS_FORMAT}"`,
      wayOut,
    );
  }
  const version = (value as Record<string, unknown>)["version"];
  if (typeof version === "number" && version > RESULTS_VERSION) {
    const update = "A newer Espalier wrote them: update this one.";
    throw complaint(subject, ["version"], String(version), `version ${RESULTS_VERSION}`, update);
  }
  const parsed = resultsSchema.safeParse(value);
  if (!parsed.success) throw fromIssue(parsed.error.issues[0]!, value, [], subject, wayOut);
  checkHead(parsed.data, subject, wayOut);
  const layers = parsed.data.model.layers;
  parsed.data.rows.forEach((row, i) => {
    checkRowCounts(row, layers, i, subject, wayOut);
  });
  return parsed.data;
}
