/**
 * Where to begin, by the additive programme (METHOD §8, "It also serves as a warm start"): single cuts are measured on a few
 * samples, and for each budget the schedule is proposed that the additive model finds best there.
 */
import { type CostModel, costRange, toNormalised, totalCost } from "../cost/index.js";
import { evaluateShared, type PreparedSamples } from "../evaluation/index.js";
import { countsFromShares } from "../schedules/index.js";
import { Pacer } from "../tensor/index.js";
import { additiveFrontier, chooseLevels, cleanDivergence, costTable, singleCut } from "./rivals/additive/index.js";

/** Single cuts that are measured: six levels at each of 21 layers, more levels where there are fewer layers. */
const MEASUREMENTS = 128;

/**
 * @param prepared the samples that are looked at.
 * @param budgets normalised.
 * @returns for each budget the shares [L] of the model's best schedule that costs no more, nothing pruned where none is cheap
 *   enough to be told apart; with the layers that were run.
 * @throws EspalierError for a cost that does not add over layers; Stopped.
 */
export async function additiveStart(
  prepared: PreparedSamples,
  budgets: readonly number[],
  cost: CostModel,
  pacer: Pacer = new Pacer(),
): Promise<{ shares: number[][]; layerForwards: number }> {
  const { layers } = prepared.model.shape;
  const { samples } = prepared;
  if (layers === 1) return { shares: budgets.map(() => [1]), layerForwards: 0 };
  const grid = chooseLevels(layers, MEASUREMENTS);
  const steps = grid.levels.length - 1;
  const cuts = grid.cuts.flatMap((_, p) => Array.from({ length: steps }, (_, k) => singleCut(grid, p, k + 1)));
  const { results, layerForwards } = await evaluateShared(
    prepared,
    cuts.length,
    (c, { tokens }) => countsFromShares(cuts[c], tokens.visual),
    { pacer },
  );
  const means = results.map(({ divergence }) => divergence.reduce((a, b) => a + b, 0) / divergence.length);
  const mean = (shares: readonly number[]) =>
    samples.reduce((sum, { tokens }) => {
      const own = totalCost(cost, countsFromShares(shares, tokens.visual), tokens.text);
      return sum + toNormalised(own, costRange(cost, tokens)) / samples.length;
    }, 0);
  const divergence = cleanDivergence(grid.cuts.map((_, p) => means.slice(p * steps, (p + 1) * steps)));
  const frontier = await additiveFrontier({ ...grid, ...costTable(grid, mean), divergence }, { pacer });
  const shares = budgets.map((budget) => {
    // The frontier's divergences fall with its costs: the dearest that fits is the best.
    const best = frontier.findLast((point) => point.cost <= budget + 1e-9) ?? frontier[0];
    return best.shares;
  });
  return { shares, layerForwards };
}
