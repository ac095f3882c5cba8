/** What schedules cost on the validation samples, which every searcher knows without running the model. */
import { costRange, toNormalised, totalCost } from "../../cost/index.js";
import { countsFromShares } from "../../schedules/index.js";
import type { HeaderEntry } from "../entries.js";
import { costOf } from "../reading.js";

/** Mean normalised cost of shares [L], executed. */
export type CostOfShares = (shares: readonly number[]) => number;

/** Samples of one size share their cost: it is worked out once for each size. */
export function validationCosts(header: HeaderEntry): CostOfShares {
  const cost = costOf(header);
  const { text, visual } = header.data.validation;
  const sizes = new Map<string, { readonly text: number; readonly visual: number; count: number }>();
  text.forEach((t, s) => {
    const key = `${t},${visual[s]}`;
    const size = sizes.get(key) ?? { text: t, visual: visual[s], count: 0 };
    size.count++;
    sizes.set(key, size);
  });
  const ranges = new Map([...sizes].map(([key, tokens]) => [key, costRange(cost, tokens)]));
  return (shares) => {
    let sum = 0;
    for (const [key, tokens] of sizes) {
      const own = totalCost(cost, countsFromShares(shares, tokens.visual), tokens.text);
      sum += tokens.count * toNormalised(own, ranges.get(key)!);
    }
    return sum / text.length;
  };
}
