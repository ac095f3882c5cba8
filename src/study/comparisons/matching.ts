/**
 * Comparison at matched executed cost (METHOD §8): per sample both schedules cost the same to within one token in one layer.
 * Where they do not, the dearer one is projected to the cost of the cheaper.
 */
import { type CostModel, costRange, totalCost } from "../../cost/index.js";
import { sharesFromCounts } from "../../schedules/index.js";
import { project } from "../../search/index.js";
import type { Pacer } from "../../tensor/index.js";
import type { SampleList } from "../entries.js";
import type { Pair } from "./pairs.js";

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
export async function matchPair(
  { sides }: Pick<Pair, "sides">,
  cost: CostModel,
  test: SampleList,
  pacer: Pacer,
): Promise<Matching> {
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
