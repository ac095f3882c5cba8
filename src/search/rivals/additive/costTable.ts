/** What each stage of a schedule costs at each level, read off the costs of whole schedules. */
import { EspalierError } from "../../../errors.js";
import { Random } from "../../../tensor/index.js";
import { type Levels, type SeparableModel, sharesAt } from "./separableModel.js";

/** Largest difference, normalised, between a schedule's cost and the sum of its stages. */
const TOLERANCE = 1e-6;
/** Random schedules on which that is checked. */
const CHECKS = 32;

/**
 * @param cost normalised cost of shares [L].
 * @returns what `SeparableModel` says of cost.
 * @throws EspalierError when costs do not add over layers within 1e-6: then no dynamic programme over them is exact.
 */
export function costTable(
  grid: Levels,
  cost: (shares: readonly number[]) => number,
): Pick<SeparableModel, "full" | "costChange"> {
  const { cuts, levels } = grid;
  const none = levels.length - 1;
  // All before the stage, nothing behind it: both schedules fall, and differ in the stage alone.
  const at = (p: number, k: number) =>
    cost(
      sharesAt(
        grid,
        cuts.map((_, q) => (q < p ? 0 : q === p ? k : none)),
      ),
    );
  const full = cost(new Array<number>(grid.layers).fill(1));
  const costChange = cuts.map((_, p) => {
    const everything = at(p, 0);
    return levels.map((_, k) => (k === 0 ? 0 : at(p, k) - everything));
  });
  checkAdditive(grid, cost, full, costChange);
  return { full, costChange };
}

function checkAdditive(
  grid: Levels,
  cost: (shares: readonly number[]) => number,
  full: number,
  costChange: readonly (readonly number[])[],
): void {
  const random = new Random(1).fork("additive costs");
  for (let check = 0; check < CHECKS; check++) {
    const chosen = grid.cuts.map(() => random.integer(0, grid.levels.length - 1)).sort((a, b) => a - b);
    const sum = chosen.reduce((total, k, p) => total + costChange[p][k], full);
    const whole = cost(sharesAt(grid, chosen));
    if (!(Math.abs(sum - whole) <= TOLERANCE)) {
      throw new EspalierError(
        `The additive search needs a cost that adds over layers; this one is ${whole} for a schedule whose layers add up to ${sum}. Choose another cost, or another searcher.`,
      );
    }
  }
}
