/** Paired comparisons as results state them: difference with interval, effect size, what would be needed, Holm over all. */
import type { Comparison } from "../../export/index.js";
import { holm, standardisedSize } from "../../statistics/index.js";
import type { Pacer } from "../../tensor/index.js";
import type { HeaderEntry, JournalEntry } from "../entries.js";
import { INTERVALS, intervalOf, pValues, resample } from "../intervals.js";
import { comparisonPairs } from "./pairs.js";
import { matchedSides } from "./run.js";

interface Open {
  readonly known: Pick<
    Comparison,
    "a" | "b" | "metric" | "budget" | "unit" | "samples" | "matched" | "costResidual" | "match"
  >;
  readonly values: readonly [readonly number[], readonly number[]];
}

/** The metrics of a pair: divergence always, accuracy too where the pair was asked for by name. */
function metricsOf(entries: readonly JournalEntry[], a: string, b: string): readonly Comparison["metric"][] {
  const asked = entries.some((entry) => entry.kind === "comparison" && entry.a === a && entry.b === b);
  return asked ? ["divergence", "accuracy"] : ["divergence"];
}

/**
 * Every comparison that a journal allows. Verdicts are after Holm's correction over all of them.
 *
 * @throws Stopped.
 */
export async function comparisonsOf(
  entries: readonly JournalEntry[],
  header: HeaderEntry,
  pacer: Pacer,
): Promise<Comparison[]> {
  const { settings } = header;
  const open: Open[] = [];
  for (const pair of comparisonPairs(entries, header)) {
    const { a, b, matched, residual } = await matchedSides(entries, header, pair, pacer);
    if (a === undefined || b === undefined) continue;
    for (const metric of metricsOf(entries, pair.a, pair.b)) {
      open.push({
        known: {
          ...{ a: pair.a, b: pair.b, metric, budget: pair.budget, unit: settings.budgetUnit },
          ...{ samples: a.divergence.length, matched, costResidual: residual },
          ...(pair.cost === settings.cost ? {} : { match: pair.cost }),
        },
        values: [a[metric], b[metric]],
      });
    }
  }
  const differences = open.map(({ values: [a, b] }) => a.map((value, s) => value - b[s]));
  const drawn = await resample(differences, pacer);
  const plain = await pValues(differences, pacer);
  const adjusted = holm(plain);
  return open.map(({ known, values: [a, b] }, i): Comparison => {
    const { mean, low, high } = intervalOf(differences[i], drawn[i]);
    const distinct = adjusted[i] < 1 - INTERVALS.level;
    // Less divergence is better, and more accuracy.
    const aBetter = known.metric === "divergence" ? mean < 0 : mean > 0;
    return {
      ...known,
      ...{ difference: mean, low, high, pValue: plain[i], pHolm: adjusted[i] },
      ...standardisedSize(a, b, open.length),
      verdict: !distinct ? "not distinguishable" : aBetter ? "a better" : "b better",
    };
  });
}
