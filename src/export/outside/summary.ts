/** Means with intervals, the frontier, and paired comparisons of evaluations from elsewhere (METHOD §9). */
import { EspalierError } from "../../errors.js";
import { nonDominated } from "../../pareto/index.js";
import {
  bootstrapDifference,
  bootstrapMeans,
  holm,
  pairedEffectSize,
  samplesForPower,
  standardisedSize,
  USUAL_POWER,
} from "../../statistics/index.js";
import { Pacer, Random } from "../../tensor/index.js";
import { printable } from "../format.js";
import type { Verdict } from "../results.js";
import type { OutsideDocument } from "./document.js";
import type { OutsideEvaluation } from "./evaluations.js";

/** How intervals are made; the same as a study's. */
export const OUTSIDE_INTERVALS = {
  level: 0.95,
  resamples: 10_000,
  seed: 20_260_415,
  method: "paired bootstrap, BCa",
} as const;
/** Vectors that are drawn together between two turns of the event loop. */
const AT_ONCE = 8;

/** One configuration over its samples. */
export interface OutsideMean {
  /** Null where the source did not say. */
  readonly series: string | null;
  readonly configuration: string;
  /** Null where the source did not say. */
  readonly budget: number | null;
  /** How many. */
  readonly samples: number;
  /** Mean over the samples. */
  readonly cost: number;
  /** Mean over the samples. */
  readonly score: number;
  /** Of the score; null with a single sample. */
  readonly interval: { readonly low: number; readonly high: number } | null;
  /** Whether no other configuration has a better mean score at no more cost. */
  readonly onFrontier: boolean;
}

/** A paired comparison; `difference` is a's mean score minus b's. */
export interface OutsideComparison {
  /** Series or configurations as they were asked for. */
  readonly a: string;
  /** What `a` is compared with. */
  readonly b: string;
  /** Of both; null where they differ or have none. */
  readonly budget: number | null;
  /** Pairs. */
  readonly samples: number;
  readonly difference: number;
  /** Lower end of the difference's interval. */
  readonly low: number;
  /** Upper end of the difference's interval. */
  readonly high: number;
  readonly pValue: number;
  /** After Holm's correction over the document's comparisons. */
  readonly pHolm: number;
  /** Hedges' g of the paired differences; null where they do not vary. */
  readonly effectSize: number | null;
  /** For power .8 at this effect; null where there is none. */
  readonly samplesNeeded: number | null;
  /** Difference of the mean costs over the larger of them. */
  readonly costResidual: number;
  /** Whether that is within the document's tolerance. */
  readonly matched: boolean;
  readonly verdict: Verdict;
}

/** What a document amounts to. */
export interface OutsideSummary {
  /** By rising cost. */
  readonly means: readonly OutsideMean[];
  /** In the order in which they were asked for. */
  readonly comparisons: readonly OutsideComparison[];
  /** What a reader must know. */
  readonly notes: readonly string[];
}

interface Side {
  readonly configuration: string;
  readonly budget: number | null;
  readonly rows: readonly OutsideEvaluation[];
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Each configuration with its rows by sample. */
function configurations({ evaluations }: OutsideDocument): Map<string, OutsideEvaluation[]> {
  const found = new Map<string, OutsideEvaluation[]>();
  for (const one of evaluations) {
    const rows = found.get(one.configuration);
    if (rows === undefined) found.set(one.configuration, [one]);
    else rows.push(one);
  }
  // In one order, so that the same samples are drawn for all.
  for (const rows of found.values()) rows.sort((a, b) => (a.sample < b.sample ? -1 : a.sample > b.sample ? 1 : 0));
  return found;
}

const samplesKey = (rows: readonly OutsideEvaluation[]): string => JSON.stringify(rows.map(({ sample }) => sample));

async function intervalsOf(all: readonly (readonly OutsideEvaluation[])[], pacer: Pacer) {
  const intervals = new Map<readonly OutsideEvaluation[], OutsideMean["interval"]>();
  const groups = grouped(all);
  const { level, resamples, seed } = OUTSIDE_INTERVALS;
  for (const group of groups.values()) {
    for (let first = 0; first < group.length; first += AT_ONCE) {
      const part = group.slice(first, first + AT_ONCE);
      const vectors = part.map((rows) => rows.map(({ score }) => score));
      const estimates = bootstrapMeans(vectors, { random: new Random(seed), resamples, level });
      part.forEach((rows, i) => {
        const { mean, interval } = estimates[i];
        // An interval of equal values may miss their mean by rounding.
        const around = interval && { low: Math.min(interval.low, mean), high: Math.max(interval.high, mean) };
        intervals.set(rows, around);
      });
      await pacer.pause();
    }
  }
  return intervals;
}

function grouped(all: readonly (readonly OutsideEvaluation[])[]): Map<string, (readonly OutsideEvaluation[])[]> {
  const groups = new Map<string, (readonly OutsideEvaluation[])[]>();
  for (const rows of all) {
    const key = samplesKey(rows);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [rows]);
    else group.push(rows);
  }
  return groups;
}

/** The sides of a pair that was asked for: two configurations, or two series at each budget that both have. */
function pairsOf(name: { a: string; b: string }, all: ReadonlyMap<string, OutsideEvaluation[]>): [Side, Side][] {
  const side = (configuration: string): Side => {
    const rows = all.get(configuration)!;
    return { configuration, budget: rows[0].budget, rows };
  };
  const sides = [name.a, name.b].map((one): Side[] => {
    if (all.has(one)) return [side(one)];
    const own = [...all].filter(([, rows]) => rows[0].series === one).map(([configuration]) => side(configuration));
    if (own.length > 0) return own;
    const series = new Set([...all.values()].flatMap(([row]) => (row.series === null ? [] : [row.series])));
    const known = [...series, ...all.keys()].map(printable);
    const listed = `${known.slice(0, 12).join(", ")}${known.length > 12 ? ", …" : ""}`;
    throw new EspalierError(`There is no configuration or series "${printable(one)}"; there are ${listed}.`);
  });
  const [as, bs] = sides;
  if (as.length === 1 && bs.length === 1) return [[as[0], bs[0]]];
  const pairs: [Side, Side][] = [];
  for (const a of as) {
    if (a.budget === null) continue;
    const found = bs.filter(({ budget }) => budget === a.budget);
    const own = as.filter(({ budget }) => budget === a.budget);
    if (found.length > 1 || own.length > 1) {
      throw new EspalierError(
        `The series ${printable(found.length > 1 ? name.b : name.a)} has several configurations at the budget ${a.budget}; compare configurations by name.`,
      );
    }
    if (found.length === 1) pairs.push([a, found[0]]);
  }
  if (pairs.length > 0) return pairs;
  throw new EspalierError(
    `The series ${printable(name.a)} and ${printable(name.b)} have no budget in common at which to compare them; compare configurations by name, or give the evaluations budgets.`,
  );
}

/** @throws EspalierError where the two are not over the same samples, at least two. */
function demandSameSamples(a: Side, b: Side): void {
  const [left, right] = [a, b].map(({ rows }) => new Set(rows.map(({ sample }) => sample)));
  const onlyA = [...left].filter((sample) => !right.has(sample));
  const onlyB = [...right].filter((sample) => !left.has(sample));
  const names = [a, b].map(({ configuration }) => printable(configuration));
  if (onlyA.length + onlyB.length > 0) {
    const [first] = [...onlyA, ...onlyB];
    throw new EspalierError(
      `${names[0]} and ${names[1]} are not over the same samples (${onlyA.length} are in the first alone and ${onlyB.length} in the second, such as ${printable(first)}), and pairs need the same; leave out what is not in both.`,
    );
  }
  if (left.size < 2) {
    throw new EspalierError(
      `${names[0]} and ${names[1]} share a single sample, which says nothing about a difference; score more.`,
    );
  }
}

async function comparisonsOf(
  document: OutsideDocument,
  all: ReadonlyMap<string, OutsideEvaluation[]>,
  pacer: Pacer,
): Promise<OutsideComparison[]> {
  const { level, resamples, seed } = OUTSIDE_INTERVALS;
  const open = document.compared.flatMap((name) => pairsOf(name, all).map((sides) => ({ name, sides })));
  const found = [];
  for (const { name, sides } of open) {
    demandSameSamples(...sides);
    const [a, b] = sides.map(({ rows }) => rows.map(({ score }) => score));
    const { mean, interval, pValue } = bootstrapDifference(a, b, { random: new Random(seed), resamples, level });
    const [costA, costB] = sides.map(({ rows }) => meanOf(rows.map(({ cost }) => cost)));
    const largest = Math.max(costA, costB);
    const costResidual = largest === 0 ? 0 : Math.abs(costA - costB) / largest;
    found.push({
      known: {
        ...{ a: name.a, b: name.b, budget: sides[0].budget === sides[1].budget ? sides[0].budget : null },
        ...{ samples: a.length, difference: mean, low: interval!.low, high: interval!.high, pValue: pValue! },
        ...standardisedSize(a, b, open.length),
        ...{ costResidual, matched: costResidual <= document.costTolerance },
      },
    });
    await pacer.pause();
  }
  const adjusted = holm(found.map(({ known }) => known.pValue));
  return found.map(({ known }, i): OutsideComparison => {
    const aBetter = document.better === "higher" ? known.difference > 0 : known.difference < 0;
    const verdict = adjusted[i] >= 1 - level ? "not distinguishable" : aBetter ? "a better" : "b better";
    return { ...known, pHolm: adjusted[i], verdict };
  });
}

/**
 * Works out what a document amounts to: a function of it alone.
 *
 * @param document the evaluations, and what is compared.
 * @param pacer its signal stops the work; default one without a signal.
 * @throws EspalierError for a comparison of names that it does not have, of samples that are not the same, or of fewer than two; Stopped.
 *
 * @example
 * const { evaluations } = parseOutside("configuration,sample,score,cost\na,1,0.5,10\na,2,0.75,10\nb,1,0.25,5\nb,2,0.5,5\n", "theirs.csv");
 * const document: OutsideDocument = {
 *   ...{ format: OUTSIDE_FORMAT, version: OUTSIDE_VERSION, name: "theirs", source: "theirs.csv" },
 *   ...{ metric: "accuracy", better: "higher", costUnit: "GFLOP", costTolerance: 0.01 },
 *   ...{ evaluations: [...evaluations], compared: [{ a: "a", b: "b" }] },
 * };
 * const { means, comparisons } = await summariseOutside(document);
 * means.map(({ configuration, score }) => [configuration, score]); // → [["b", 0.375], ["a", 0.625]]
 * comparisons[0].matched; // → false
 */
export async function summariseOutside(document: OutsideDocument, pacer: Pacer = new Pacer()): Promise<OutsideSummary> {
  const all = configurations(document);
  const comparisons = await comparisonsOf(document, all, pacer);
  const intervals = await intervalsOf([...all.values()], pacer);
  const means = [...all].map(([configuration, rows]) => ({
    ...{ series: rows[0].series, configuration, budget: rows[0].budget, samples: rows.length },
    cost: meanOf(rows.map(({ cost }) => cost)),
    score: meanOf(rows.map(({ score }) => score)),
    interval: intervals.get(rows) ?? null,
  }));
  const sign = document.better === "higher" ? -1 : 1;
  const best = new Set(nonDominated(means.map(({ cost, score }) => [cost, sign * score])));
  const marked = means.map((mean, i): OutsideMean => ({ ...mean, onFrontier: best.has(i) }));
  const sets = new Set([...all.values()].map(samplesKey));
  const notes =
    sets.size === 1
      ? []
      : [
          "Not every configuration is over the same samples: their means, and which of them are on the frontier, are not of like with like.",
        ];
  return { means: marked.sort((a, b) => a.cost - b.cost || sign * (a.score - b.score)), comparisons, notes };
}

/**
 * Sees to it that the samples could show a difference, before anybody reads one out of them.
 *
 * @param document the evaluations, and what is compared.
 * @param difference in the score's unit, above 0.
 * @param power the chance of seeing it; default .8.
 * @throws EspalierError where any comparison of the document has too few samples to show it with that power, after Bonferroni's correction.
 *
 * @example
 * demandOutsidePower(document, 0.02);
 */
export function demandOutsidePower(document: OutsideDocument, difference: number, power = USUAL_POWER): void {
  const all = configurations(document);
  const pairs = document.compared.flatMap((name) => pairsOf(name, all));
  for (const sides of pairs) {
    demandSameSamples(...sides);
    const [a, b] = sides.map(({ rows }) => rows.map(({ score }) => score));
    const { deviation } = pairedEffectSize(a, b);
    if (deviation === null || deviation === 0) continue;
    const needed = samplesForPower(difference / deviation, { power, comparisons: pairs.length });
    if (needed <= a.length) continue;
    const names = sides.map(({ configuration }) => printable(configuration));
    throw new EspalierError(
      `Showing a difference of ${difference} between ${names[0]} and ${names[1]} with power ${power} takes ${needed.toLocaleString("en")} samples, and ${a.length} are scored; score more, or ask for a larger difference.`,
    );
  }
}
