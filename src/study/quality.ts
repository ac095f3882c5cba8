/** The search's frontier against the reference grid's, both chosen on validation and scored on test samples (METHOD §9). */
import type { FrontierQuality } from "../export/index.js";
import {
  additiveEpsilon,
  type CostedPoint,
  frontierAtBudgets,
  igdPlus,
  normalisedHypervolume,
  regret,
} from "../pareto/index.js";
import type { Pacer } from "../tensor/index.js";
import { meanOf } from "./context.js";
import { type EvaluationEntry, type HeaderEntry, type JournalEntry, SERIES } from "./entries.js";
import { INTERVALS, resample } from "./intervals.js";
import { costOf, evaluatedBudgets, evaluations, meanNormalisedCost } from "./reading.js";
import { searcherChoices, searcherConfiguration, searcherPoints, searcherRecord } from "./searchers/record.js";

/** Chosen configurations at the budgets, [n] each; null where none is cheap enough or its evaluation is missing. */
export type Reading = (EvaluationEntry | null)[];

/** Resamples whose frontiers are measured between two turns of the event loop. */
const RESAMPLES_AT_ONCE = 100;

/** What the search chooses on validation at each budget, of its own configurations. */
export function searchReading(
  entries: readonly JournalEntry[],
  header: HeaderEntry,
  budgets: readonly number[],
): Reading {
  const cost = costOf(header);
  const chosenFrom = evaluations(entries, "validation", SERIES.search);
  const points = chosenFrom.map((entry) => ({
    cost: meanNormalisedCost(entry, header, cost),
    divergence: meanOf(entry.divergence),
  }));
  const test = evaluations(entries, "test", SERIES.search);
  return frontierAtBudgets(points, budgets).map(({ index }) => {
    if (index === null) return null;
    return test.find(({ configuration }) => configuration === chosenFrom[index].configuration) ?? null;
  });
}

/** What a searcher chooses on validation; null when it has not measured anything, or a choice has not been scored. */
export function searcherReading(
  entries: readonly JournalEntry[],
  header: HeaderEntry,
  series: string,
  budgets: readonly number[],
): Reading | null {
  const record = searcherRecord(entries, header, series);
  if (record === null || record.measured.length === 0) return null;
  const test = new Map(evaluations(entries, "test", series).map((entry) => [entry.configuration, entry]));
  const reading: Reading = [];
  for (const choice of searcherChoices(record, searcherPoints(record, header), budgets)) {
    const entry = choice === null ? null : test.get(searcherConfiguration(record.entry.method, choice.index));
    if (entry === undefined) return null;
    reading.push(entry);
  }
  return reading;
}

/**
 * Hypervolumes, regret with its interval, and distances; null while the search or the grid is not complete, or when the
 * divergence at budget 0 is 0 and there is nothing to lose.
 *
 * The interval resamples the test samples; which configurations are read is fixed by the validation samples.
 */
export async function frontierQuality(
  entries: readonly JournalEntry[],
  header: HeaderEntry,
  pacer: Pacer,
): Promise<FrontierQuality | null> {
  const unpruned = entries.find((entry) => entry.kind === "unpruned");
  const budgets = evaluatedBudgets(entries, header).map(({ normalised }) => normalised);
  if (!unpruned || budgets.length === 0) return null;
  const search = searchReading(entries, header, budgets);
  const grid = searcherReading(entries, header, SERIES.grid, budgets);
  const floor = meanOf(unpruned.floorDivergence);
  if (grid === null || !(floor > 0)) return null;

  const measure = (divergenceOf: (entry: EvaluationEntry) => number, atZero: number) => {
    const points = (reading: Reading): CostedPoint[] =>
      reading.flatMap((entry, i) => (entry === null ? [] : [{ cost: budgets[i], divergence: divergenceOf(entry) }]));
    const found = normalisedHypervolume(points(search), atZero, budgets);
    const reference = normalisedHypervolume(points(grid), atZero, budgets);
    return { found, reference, points };
  };
  const { found, reference, points } = measure((entry) => meanOf(entry.divergence), floor);
  if (!(reference > 0)) return null;

  const objectives = (reading: Reading) =>
    points(reading).map(({ cost, divergence }) => [cost, Math.min(1, divergence / floor)]);
  const distances =
    objectives(search).length > 0 && objectives(grid).length > 0
      ? {
          igdPlus: igdPlus(objectives(search), objectives(grid)),
          additiveEpsilon: additiveEpsilon(objectives(search), objectives(grid)),
        }
      : {};

  const involved = [...new Set([...search, ...grid])].filter((entry) => entry !== null);
  const drawn = await resample([unpruned.floorDivergence, ...involved.map(({ divergence }) => divergence)], pacer);
  const position = new Map(involved.map((entry, i) => [entry, i + 1]));
  const regrets: number[] = [];
  for (let r = 0; r < INTERVALS.resamples; r++) {
    const atZero = drawn[0][r];
    if (atZero > 0) {
      const again = measure((entry) => drawn[position.get(entry)!][r], atZero);
      if (again.reference > 0) regrets.push(regret(again.found, again.reference));
    }
    if (r % RESAMPLES_AT_ONCE === 0) await pacer.pause();
  }
  regrets.sort((a, b) => a - b);
  const tail = Math.floor(((1 - INTERVALS.level) / 2) * regrets.length);
  return {
    hypervolume: found,
    referenceHypervolume: reference,
    regret: regret(found, reference),
    ...(regrets.length > 1 && unpruned.floorDivergence.length > 1
      ? { regretLow: regrets[tail], regretHigh: regrets[regrets.length - 1 - tail] }
      : {}),
    ...distances,
    budgets,
  };
}
