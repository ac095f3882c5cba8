/**
 * Paired comparisons at matched executed cost (METHOD §8): per sample both schedules cost the same to within one token in
 * one layer. Where they do not, the dearer one is projected to the cost of the cheaper and evaluated again.
 */
import { type CostModel, costRange, totalCost } from "../cost/index.js";
import { sharesFromCounts } from "../schedules/index.js";
import { project } from "../search/index.js";
import type { Pacer } from "../tensor/index.js";
import type { StudyContext } from "./context.js";
import { type EvaluationEntry, type HeaderEntry, type JournalEntry, type SampleList, SERIES } from "./entries.js";
import { costOf, evaluatedBudgets, evaluations } from "./reading.js";
import {
  searcherChoices,
  searcherConfiguration,
  searcherPoints,
  searcherRecord,
  searcherSeriesOf,
} from "./searchers/record.js";

export interface StudyComparisonsOptions {
  /** Budgets that the search has been evaluated at; default those of `comparisonBudgets`. */
  readonly budgets?: readonly number[];
}

/** Budgets at which comparisons are made where the search has them. */
const COMPARED: readonly number[] = [0.1, 0.2, 0.3, 0.5];

/** .1, .2, .3 and .5 as far as the search was evaluated there; otherwise up to four of its budgets, spread. */
export function comparisonBudgets(budgets: readonly number[]): number[] {
  const usual = COMPARED.filter((budget) => budgets.includes(budget));
  if (usual.length > 0) return usual;
  const step = Math.max(1, budgets.length / 4);
  return [...new Set(Array.from({ length: Math.min(4, budgets.length) }, (_, i) => budgets[Math.floor(i * step)]))];
}

/** One side of a comparison. */
interface Side {
  readonly entry: EvaluationEntry;
  /** Whether its schedules can be projected: what has fewer visual tokens from the start cannot. */
  readonly projectable: boolean;
}

/** Two configurations to compare at a budget. */
export interface Pair {
  readonly a: string;
  readonly b: string;
  readonly budget: number;
  readonly sides: readonly [Side, Side];
}

/** Every pair that the journal allows at the given budgets: the search against each other series. */
export function comparisonPairs(
  entries: readonly JournalEntry[],
  header: HeaderEntry,
  budgets?: readonly number[],
): Pair[] {
  const evaluated = evaluatedBudgets(entries, header);
  const wanted = budgets ?? comparisonBudgets(evaluated.map(({ budget }) => budget));
  const searchers = searcherSeriesOf(entries);
  const others = new Set<string>([SERIES.search, SERIES.matched, SERIES.schedule, ...searchers]);
  const rivals = [...new Set(evaluations(entries, "test").map(({ series }) => series))].filter(
    (series) => !others.has(series),
  );
  const records = searchers.flatMap((series) => {
    const record = searcherRecord(entries, header, series)!;
    return record.measured.length === 0 ? [] : [{ record, points: searcherPoints(record, header) }];
  });
  const pairs: Pair[] = [];
  for (const budget of wanted) {
    const own = evaluations(entries, "test", SERIES.search).find((entry) => entry.budget === budget);
    const at = evaluated.find((one) => one.budget === budget);
    if (!own || !at) continue;
    const search: Side = { entry: own, projectable: true };
    for (const series of rivals) {
      const entry = evaluations(entries, "test", series).find((candidate) => candidate.budget === budget);
      if (!entry) continue;
      const rival: Side = { entry, projectable: entry.smaller === undefined };
      pairs.push({ a: SERIES.search, b: series, budget, sides: [search, rival] });
    }
    for (const { record, points } of records) {
      const { series, method } = record.entry;
      const [choice] = searcherChoices(record, points, [at.normalised]);
      if (choice === null) continue;
      const configuration = searcherConfiguration(method, choice.index);
      const entry = evaluations(entries, "test", series).find((one) => one.configuration === configuration);
      if (entry) pairs.push({ a: SERIES.search, b: series, budget, sides: [search, { entry, projectable: true }] });
    }
  }
  return pairs;
}

/** The most that one token more or less can cost in one layer, of two schedules of one sample. */
function oneToken(cost: CostModel, text: number, rows: readonly (readonly number[])[]): number {
  let most = 0;
  for (const row of rows) {
    row.forEach((count, i) => {
      const n = text + Math.max(1, count);
      most = Math.max(most, cost.layer(i, n).value - cost.layer(i, n - 1).value);
    });
  }
  return most;
}

/** A pair whose costs were brought together as far as they can be. */
export interface Matching {
  /** Counts of each side; null where the side's own evaluation stands. */
  readonly projected: readonly [number[][] | null, number[][] | null];
  /** Whether every sample's costs are within one token in one layer. */
  readonly matched: boolean;
  /** Mean difference that is left, normalised cost. */
  readonly residual: number;
}

/** Brings the costs of a pair together, sample by sample. */
export async function matchPair({ sides }: Pair, cost: CostModel, test: SampleList, pacer: Pacer): Promise<Matching> {
  const counts = sides.map(({ entry }) => entry.counts.map((row) => [...row])) as [number[][], number[][]];
  const changed = [false, false];
  let matched = true;
  let residual = 0;
  for (const [s, text] of test.text.entries()) {
    const tokens = { text, visual: test.visual[s] };
    const range = costRange(cost, tokens);
    const costs = () => counts.map((rows) => totalCost(cost, rows[s], text));
    const apart = () => Math.abs(costs()[0] - costs()[1]);
    const near = () => apart() <= oneToken(cost, text, [counts[0][s], counts[1][s]]) * (1 + 1e-9);
    if (!near()) {
      const [a, b] = costs();
      const dearer = a > b ? 0 : 1;
      const target = Math.min(a, b);
      if (sides[dearer].projectable && target >= range.floor) {
        const shares = sharesFromCounts(counts[dearer][s], tokens.visual);
        counts[dearer][s] = project(shares, target, cost, tokens).counts;
        changed[dearer] = true;
      }
    }
    if (!near()) matched = false;
    residual += apart() / (range.full - range.floor || 1) / test.text.length;
    await pacer.pause();
  }
  return { projected: [changed[0] ? counts[0] : null, changed[1] ? counts[1] : null], matched, residual };
}

/** Name of the evaluation of one side of a pair at matched cost. */
export function matchedConfiguration({ a, b, budget }: Pair, side: 0 | 1): string {
  return `${a} and ${b} @${budget}: ${side === 0 ? a : b}`;
}

/** Evaluates what the comparisons need at matched cost and the journal does not have yet. */
export async function runComparisons(
  context: StudyContext,
  options: StudyComparisonsOptions,
  pacer: Pacer,
): Promise<void> {
  const cost = costOf(context.header);
  const pairs = comparisonPairs(context.entries, context.header, options.budgets);
  for (const [done, pair] of pairs.entries()) {
    context.progress("comparisons", `${pair.a} against ${pair.b}`, done, pairs.length);
    const { projected } = await matchPair(pair, cost, context.header.data.test, pacer);
    for (const side of [0, 1] as const) {
      const counts = projected[side];
      const key = { split: "test", series: SERIES.matched, configuration: matchedConfiguration(pair, side) } as const;
      if (counts === null || context.finished(key)) continue;
      const other = { [SERIES.random]: "random", [SERIES.uniformStride]: "uniformStride" }[
        pair.sides[side].entry.series
      ];
      const prepared = await context.prepared("test", pacer);
      const ranked = other === undefined ? prepared : context.withSelector(prepared, context.staticSelector(other));
      await context.evaluate({ ...key, budget: pair.budget, counts }, pacer, ranked);
    }
  }
  context.progress("comparisons", "comparisons", pairs.length, pairs.length);
}
