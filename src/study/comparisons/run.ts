/** Evaluates what paired comparisons at matched cost need and the journal does not have yet. */
import { EspalierError } from "../../errors.js";
import { pairedEffectSize, samplesForPower, USUAL_POWER } from "../../statistics/index.js";
import type { Pacer } from "../../tensor/index.js";
import type { StudyContext } from "../context.js";
import { type EvaluationEntry, type HeaderEntry, type JournalEntry, SERIES } from "../entries.js";
import { costNamed, evaluations } from "../reading.js";
import { MATCHED_COSTS, type Match } from "./match.js";
import { type Matching, matchPair } from "./matching.js";
import { askedComparisons, comparisonPairs, type Pair } from "./pairs.js";

/** At which budgets a study compares. */
export interface StudyComparisonsOptions {
  /** Budgets that the search has been evaluated at; default those of `comparisonBudgets`. */
  readonly budgets?: readonly number[];
}

/** How two series or schedules are compared. */
export interface StudyComparisonOptions extends StudyComparisonsOptions {
  /** What both sides are to cost alike, sample by sample; default what the study searches under. */
  readonly match?: Match;
  /**
   * A difference in nats that the comparison must be able to show, with its power, default .8: where it would need more samples
   * than there are, comparing is refused. Default none.
   */
  readonly detect?: { readonly difference: number; readonly power?: number };
}

/** Name of the evaluation of one side of a pair at matched cost. */
export function matchedConfiguration({ a, b, budget, cost }: Omit<Pair, "sides">, side: 0 | 1, usual: string): string {
  const at = budget === null ? "" : ` @${budget}`;
  return `${a} and ${b}${at}${cost === usual ? "" : ` by ${cost}`}: ${side === 0 ? a : b}`;
}

/** Both sides of a pair as they are compared: as they stand, or at matched cost; undefined where that is not evaluated yet. */
export async function matchedSides(
  entries: readonly JournalEntry[],
  header: HeaderEntry,
  pair: Pair,
  pacer: Pacer,
): Promise<Matching & { readonly a: EvaluationEntry | undefined; readonly b: EvaluationEntry | undefined }> {
  const matching = await matchPair(pair, costNamed(header, pair.cost), header.data.test, pacer);
  const side = (which: 0 | 1): EvaluationEntry | undefined => {
    if (matching.projected[which] === null) return pair.sides[which].entry;
    const wanted = matchedConfiguration(pair, which, header.settings.cost);
    return evaluations(entries, "test", SERIES.matched).find(({ configuration }) => configuration === wanted);
  };
  return { ...matching, a: side(0), b: side(1) };
}

/** Series whose tokens another selector than the study's ranks. */
const OTHER_SELECTORS: Readonly<Record<string, string>> = {
  [SERIES.random]: "random",
  [SERIES.uniformStride]: "uniformStride",
};

async function evaluatePairs(context: StudyContext, pairs: readonly Pair[], pacer: Pacer): Promise<void> {
  const { header } = context;
  for (const [done, pair] of pairs.entries()) {
    context.progress("comparisons", `${pair.a} against ${pair.b}`, done, pairs.length);
    const { projected } = await matchPair(pair, costNamed(header, pair.cost), header.data.test, pacer);
    for (const side of [0, 1] as const) {
      const counts = projected[side];
      const configuration = matchedConfiguration(pair, side, header.settings.cost);
      const key = { split: "test", series: SERIES.matched, configuration } as const;
      if (counts === null || context.finished(key)) continue;
      const other = OTHER_SELECTORS[pair.sides[side].entry.series];
      await context.evaluate({ ...key, budget: pair.budget, counts }, pacer, other);
    }
  }
  context.progress("comparisons", "comparisons", pairs.length, pairs.length);
}

/** Everything that the journal compares. */
export async function runComparisons(
  context: StudyContext,
  options: StudyComparisonsOptions,
  pacer: Pacer,
): Promise<void> {
  await evaluatePairs(context, comparisonPairs(context.entries, context.header, options.budgets), pacer);
}

/**
 * Two of a study's series or schedules, which its results compare from now on.
 *
 * @throws EspalierError as `askedComparisons`, and for a cost that cannot be matched; Stopped.
 */
export async function runComparison(
  context: StudyContext,
  names: readonly [string, string],
  { match, budgets, detect }: StudyComparisonOptions,
  pacer: Pacer,
): Promise<void> {
  const { header } = context;
  const cost = match === undefined ? header.settings.cost : MATCHED_COSTS[match];
  const asked = askedComparisons(context.entries, header, names, cost, budgets);
  const known = new Set(context.entriesOf("comparison").map((entry) => JSON.stringify(entry)));
  for (const entry of asked) if (!known.has(JSON.stringify(entry))) context.append(entry);
  const wanted = new Set(asked.map(({ budget }) => budget));
  const pairs = comparisonPairs(context.entries, header).filter(
    (pair) => pair.a === names[0] && pair.b === names[1] && pair.cost === cost && wanted.has(pair.budget),
  );
  await evaluatePairs(context, pairs, pacer);
  if (detect !== undefined) for (const pair of pairs) await demandPower(context, pair, detect, pacer);
}

/** @throws EspalierError where the test samples are too few to show a difference that large. */
async function demandPower(
  context: StudyContext,
  pair: Pair,
  { difference, power = USUAL_POWER }: NonNullable<StudyComparisonOptions["detect"]>,
  pacer: Pacer,
): Promise<void> {
  if (!(difference > 0 && Number.isFinite(difference))) {
    throw new EspalierError(`A difference of ${difference} nats was to be shown; give a number above 0.`);
  }
  const sides = await matchedSides(context.entries, context.header, pair, pacer);
  const [a, b] = [sides.a!.divergence, sides.b!.divergence];
  const { deviation } = pairedEffectSize(a, b);
  if (deviation === null || deviation === 0) return;
  const needed = samplesForPower(difference / deviation, { power });
  if (needed <= a.length) return;
  throw new EspalierError(
    `Showing a difference of ${difference} nats between ${pair.a} and ${pair.b} with power ${power} takes ${needed.toLocaleString("en")} samples, and ${a.length} are scored; score more, or ask for a larger difference (the comparison itself is in the results).`,
  );
}
