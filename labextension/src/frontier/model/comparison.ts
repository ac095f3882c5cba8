/** Paired differences between two pinned points, of those that came with the data. */
import type { PairedDifference } from "../../data/index.js";

/** The differences a − b; those that were stated the other way round are turned. */
export function differencesOf(all: readonly PairedDifference[], a: string, b: string): PairedDifference[] {
  return all.flatMap((one) => {
    if (one.a === a && one.b === b) return [one];
    if (one.a === b && one.b === a) return [turned(one)];
    return [];
  });
}

function turned({ a, b, difference, low, high, verdict, ...rest }: PairedDifference): PairedDifference {
  const other: Readonly<Record<string, string>> = { "a better": "b better", "b better": "a better" };
  return { ...rest, a: b, b: a, difference: -difference, low: -high, high: -low, verdict: other[verdict] ?? verdict };
}
