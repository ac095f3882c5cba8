/** Two versions of a table, a figure or a file of data: the same, within a tolerance, or what differs. */
import { printable } from "../format.js";

/** How close two numbers must be: relative to the larger, and absolute beside 0. */
export interface Tolerance {
  /** Of the larger of the two. */
  readonly relative: number;
  /** In the numbers' own unit. */
  readonly absolute: number;
}

/** What rounding may do between machines, and nothing that a reader would see. */
export const TOLERANCE: Tolerance = { relative: 1e-9, absolute: 1e-12 };

/** What became of a comparison. */
export type CheckVerdict = "same" | "within tolerance" | "differs";

/** The outcome of a comparison. */
export interface Outcome {
  readonly verdict: CheckVerdict;
  /** The first few differences beyond the tolerance, a phrase each. */
  readonly differences: readonly string[];
  /** How many there are beyond the tolerance. */
  readonly count: number;
}

/** Differences that are named; the others are counted. */
const NAMED = 5;

/** Gathers differences. */
export class Differences {
  readonly #named: string[] = [];
  #count = 0;
  #rounded = false;

  /** @param phrase names the place and both values. */
  add(phrase: string): void {
    if (this.#count++ < NAMED) this.#named.push(printable(phrase));
  }

  /** Something differs, but no more than is tolerated. */
  tolerate(): void {
    this.#rounded = true;
  }

  get outcome(): Outcome {
    const verdict = this.#count > 0 ? "differs" : this.#rounded ? "within tolerance" : "same";
    return { verdict, differences: this.#named, count: this.#count };
  }
}

function close(a: number, b: number, { relative, absolute }: Tolerance): boolean {
  return Math.abs(a - b) <= absolute + relative * Math.max(Math.abs(a), Math.abs(b));
}

function short(value: unknown): string {
  if (value === undefined) return "nothing";
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object" && value !== null) return "an object";
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 70 ? `${text.slice(0, 67)}…` : text;
}

/** Fields that tell a reader which element of a list is meant. */
const TELLING = ["series", "configuration", "budget", "sample", "id", "a", "b", "metric", "name"] as const;

function labelOf(element: unknown): string {
  if (typeof element !== "object" || element === null) return "";
  const record = element as Record<string, unknown>;
  const told = TELLING.flatMap((key) => {
    const value = Object.hasOwn(record, key) ? record[key] : undefined;
    return typeof value === "string" || typeof value === "number" ? [`${key} ${String(value).slice(0, 60)}`] : [];
  });
  return told.length === 0 ? "" : ` (${told.join(", ")})`;
}

function walk(bundled: unknown, made: unknown, path: string, tolerance: Tolerance, found: Differences): void {
  // Zero has one sign in what JSON writes.
  if (bundled === made || Object.is(bundled, made)) return;
  if (typeof bundled === "number" && typeof made === "number" && close(bundled, made, tolerance)) found.tolerate();
  else if (Array.isArray(bundled) && Array.isArray(made)) {
    if (bundled.length !== made.length) {
      const missing = firstMissing(bundled, made);
      found.add(`${path}: ${bundled.length} entries in the bundle, ${made.length} recomputed${missing}`);
      return;
    }
    made.forEach((element, i) => {
      walk(bundled[i], element, `${path}[${i}]${labelOf(element)}`, tolerance, found);
    });
  } else if (isObject(bundled) && isObject(made)) {
    for (const key of new Set([...Object.keys(made), ...Object.keys(bundled)])) {
      const of = (record: Record<string, unknown>) => (Object.hasOwn(record, key) ? record[key] : undefined);
      walk(of(bundled), of(made), path === "" ? key : `${path}.${key}`, tolerance, found);
    }
  } else found.add(`${path}: ${short(bundled)} in the bundle, ${short(made)} recomputed`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The first element of the longer list that the other does not have at its place, in words. */
function firstMissing(bundled: readonly unknown[], made: readonly unknown[]): string {
  const [longer, shorter, where] =
    made.length > bundled.length ? [made, bundled, "the bundle"] : [bundled, made, "the recomputed"];
  const name = (element: unknown) => (isObject(element) ? labelOf(element) : ` (${short(element)})`);
  const index = longer.findIndex((element, i) => i >= shorter.length || name(element) !== name(shorter[i]));
  const label = name(longer[index]);
  return label === "" ? "" : `; the first that ${where} lacks:${label.replace(/^ \((.*)\)$/s, " $1")}`;
}

/**
 * Compares values as JSON has them, at any depth.
 *
 * @param bundled what the bundle has. @param made what was recomputed.
 * @param path what the place is called where both begin; empty at the top.
 */
export function compareValues(bundled: unknown, made: unknown, tolerance = TOLERANCE, path = ""): Outcome {
  const found = new Differences();
  walk(bundled, made, path, tolerance, found);
  return found.outcome;
}

/** Compares texts of JSON by their values. */
export function compareJson(bundled: string, made: string, tolerance = TOLERANCE): Outcome {
  if (bundled === made) return { verdict: "same", differences: [], count: 0 };
  let value: unknown;
  try {
    value = JSON.parse(bundled);
  } catch {
    return { verdict: "differs", differences: ["it is not JSON"], count: 1 };
  }
  const outcome = compareValues(value, JSON.parse(made), tolerance);
  // Spaces and the like are not what was written, but say nothing else.
  if (outcome.verdict !== "same") return outcome;
  return { verdict: "differs", differences: ["the same values, written in another way"], count: 1 };
}

/** Decimal fractions that stand alone, or behind a path's capital letter in SVG. */
const FRACTION = /(?<![0-9a-z_.])[-+]?\d+\.\d+(?:[eE][-+]?\d+)?(?![0-9a-z_.])/g;

/** Where the first character differs, with what is around it. */
function around(bundled: string, made: string): string {
  let at = 0;
  while (at < bundled.length && bundled[at] === made[at]) at++;
  const from = Math.max(0, at - 20);
  const piece = (text: string) => JSON.stringify(text.slice(from, at + 40).trim());
  return `${piece(bundled)} in the bundle, ${piece(made)} recomputed`;
}

function sameButFractions(bundled: string, made: string, tolerance: Tolerance): boolean {
  if (bundled.replaceAll(FRACTION, "0.0") !== made.replaceAll(FRACTION, "0.0")) return false;
  const [a, b] = [bundled, made].map((text) => (text.match(FRACTION) ?? []).map(Number));
  return a.every((value, i) => close(value, b[i], tolerance));
}

/** Compares texts line by line: all but decimal fractions must be the same. */
export function compareText(bundled: string, made: string, tolerance = TOLERANCE): Outcome {
  const found = new Differences();
  const [there, here] = [bundled, made].map((text) => text.split("\n"));
  for (let i = 0; i < Math.max(there.length, here.length); i++) {
    const [a, b] = [there[i], here[i]];
    if (a === b) continue;
    if (a === undefined || b === undefined) {
      found.add(`${there.length} lines in the bundle, ${here.length} recomputed`);
      break;
    }
    if (sameButFractions(a, b, tolerance)) found.tolerate();
    else found.add(`line ${i + 1}: ${around(a, b)}`);
  }
  return found.outcome;
}
