/** What a study compares: the search with everything else at the usual budgets, and the pairs that were asked for. */
import type { CostName } from "../../cost/index.js";
import { EspalierError } from "../../errors.js";
import { type ComparisonEntry, type EvaluationEntry, type HeaderEntry, type JournalEntry, SERIES } from "../entries.js";
import { evaluatedBudgets, evaluations } from "../reading.js";
import {
  type SearcherRecord,
  searcherChoices,
  searcherConfiguration,
  searcherPoints,
  searcherRecord,
  searcherSeriesOf,
} from "../searchers/record.js";

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
export interface Side {
  readonly entry: EvaluationEntry;
  /** Whether its schedules can be projected: what has fewer visual tokens from the start cannot. */
  readonly projectable: boolean;
}

/** Two configurations to compare at a budget. */
export interface Pair {
  readonly a: string;
  readonly b: string;
  /** In the study's unit; null where neither side was found for one. */
  readonly budget: number | null;
  /** The cost that is matched. */
  readonly cost: CostName;
  readonly sides: readonly [Side, Side];
}

/** Finds the evaluations that names stand for. What it reads of a journal is read once. */
export class Sides {
  readonly #entries: readonly JournalEntry[];
  readonly #header: HeaderEntry;
  readonly #records = new Map<string, { record: SearcherRecord; points: ReturnType<typeof searcherPoints> } | null>();
  readonly #normalised: ReadonlyMap<number, number>;

  constructor(entries: readonly JournalEntry[], header: HeaderEntry) {
    this.#entries = entries;
    this.#header = header;
    this.#normalised = new Map(evaluatedBudgets(entries, header).map(({ budget, normalised }) => [budget, normalised]));
  }

  /** Budgets of the search, in the study's unit. */
  get budgets(): number[] {
    return [...this.#normalised.keys()];
  }

  /** Everything on test samples that has a name: series, and the configurations of schedules brought along. */
  get names(): string[] {
    const shown = evaluations(this.#entries, "test").filter(({ series }) => series !== SERIES.matched);
    return [
      ...new Set(shown.map(({ series, configuration }) => (series === SERIES.schedule ? configuration : series))),
    ];
  }

  /** Whether the name is a schedule's that was brought along, which has no budget. */
  isSchedule(name: string): boolean {
    return this.at(name, null) !== null;
  }

  /**
   * What a name stands for at a budget: a series' evaluation there, a searcher's choice, or a schedule that was brought along.
   *
   * @returns null where it has none.
   */
  at(name: string, budget: number | null): Side | null {
    const entry = this.#find(name, budget);
    return entry === undefined ? null : { entry, projectable: entry.smaller === undefined };
  }

  #find(name: string, budget: number | null): EvaluationEntry | undefined {
    const scored = evaluations(this.#entries, "test");
    const schedule = scored.find(({ series, configuration }) => series === SERIES.schedule && configuration === name);
    if (schedule !== undefined || budget === null) return schedule;
    const searcher = this.#searcher(name);
    if (searcher === null) return scored.find((entry) => entry.series === name && entry.budget === budget);
    const normalised = this.#normalised.get(budget);
    if (normalised === undefined) return undefined;
    const [choice] = searcherChoices(searcher.record, searcher.points, [normalised]);
    if (choice === null) return undefined;
    const configuration = searcherConfiguration(searcher.record.entry.method, choice.index);
    return scored.find((entry) => entry.series === name && entry.configuration === configuration);
  }

  #searcher(series: string) {
    const known = this.#records.get(series);
    if (known !== undefined) return known;
    const record = searcherRecord(this.#entries, this.#header, series);
    const found =
      record === null || record.measured.length === 0 ? null : { record, points: searcherPoints(record, this.#header) };
    this.#records.set(series, found);
    return found;
  }
}

/** The search against each other series, at the given budgets. */
function usualPairs(
  entries: readonly JournalEntry[],
  header: HeaderEntry,
  sides: Sides,
  budgets: readonly number[] | undefined,
): Pair[] {
  const wanted = budgets ?? comparisonBudgets(sides.budgets);
  const hidden = new Set<string>([SERIES.search, SERIES.matched, SERIES.schedule]);
  const searchers = searcherSeriesOf(entries);
  const series = [...new Set(evaluations(entries, "test").map((entry) => entry.series))];
  // Searchers come last, in the order in which they began.
  const rivals = [...series.filter((one) => !hidden.has(one) && !searchers.includes(one)), ...searchers];
  return wanted.flatMap((budget) => {
    const own = sides.at(SERIES.search, budget);
    if (own === null) return [];
    return rivals.flatMap((rival): Pair[] => {
      const side = sides.at(rival, budget);
      return side === null
        ? []
        : [{ a: SERIES.search, b: rival, budget, cost: header.settings.cost, sides: [own, side] }];
    });
  });
}

/** The pairs that were asked for by name, as far as both sides are still there. */
function askedPairs(entries: readonly JournalEntry[], sides: Sides): Pair[] {
  return entries.flatMap((entry): Pair[] => {
    if (entry.kind !== "comparison") return [];
    const [a, b] = [entry.a, entry.b].map((name) => sides.at(name, entry.budget));
    if (a === null || b === null) return [];
    return [{ a: entry.a, b: entry.b, budget: entry.budget, cost: entry.cost, sides: [a, b] }];
  });
}

const keyOf = ({ a, b, budget, cost }: Omit<Pair, "sides">) => JSON.stringify([a, b, budget, cost]);

/** Every pair that a journal has, each once: the search against each other series at the budgets, and those asked for. */
export function comparisonPairs(
  entries: readonly JournalEntry[],
  header: HeaderEntry,
  budgets?: readonly number[],
): Pair[] {
  const sides = new Sides(entries, header);
  const pairs = [...usualPairs(entries, header, sides, budgets), ...askedPairs(entries, sides)];
  return [...new Map(pairs.map((pair) => [keyOf(pair), pair])).values()];
}

/**
 * What two names are compared at.
 *
 * @param budgets default those of the search that are usual; not used between two schedules that were brought along.
 * @throws EspalierError for a name that the study does not have, and where there is no budget at which it has both.
 */
export function askedComparisons(
  entries: readonly JournalEntry[],
  header: HeaderEntry,
  [a, b]: readonly [string, string],
  cost: CostName,
  budgets?: readonly number[],
): ComparisonEntry[] {
  const sides = new Sides(entries, header);
  const { names } = sides;
  const unknown = [a, b].find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new EspalierError(
      `The study has evaluated nothing called "${unknown}"; it has ${names.length === 0 ? "nothing yet" : names.join(", ")}.`,
    );
  }
  if (a === b) throw new EspalierError(`"${a}" was to be compared with itself; name two of ${names.join(", ")}.`);
  const wanted = sides.isSchedule(a) && sides.isSchedule(b) ? [null] : (budgets ?? comparisonBudgets(sides.budgets));
  const found = wanted.filter((budget) => sides.at(a, budget) !== null && sides.at(b, budget) !== null);
  if (found.length === 0 || (budgets !== undefined && found.length < wanted.length)) {
    const missing = wanted.find((budget) => !found.includes(budget));
    throw new EspalierError(
      `The study does not have both "${a}" and "${b}" at ${missing === undefined ? "any budget" : `the budget ${missing}`}; evaluate them there first.`,
    );
  }
  return found.map((budget) => ({ kind: "comparison", a, b, budget, cost }));
}
