/** The additive dynamic programme as a searcher: measure single cuts, solve the additive model, measure what it proposes. */
import type { Pacer } from "../../../tensor/index.js";
import type { Batch, Searcher, SearcherMethod, SearchProblem } from "../searcher.js";
import { costTable } from "./costTable.js";
import { additiveFrontier, type ModelPoint } from "./frontier.js";
import { chooseLevels, cleanDivergence, type Levels, singleCut } from "./separableModel.js";

/** Part of the evaluations that measures single cuts; the rest is for what the model proposes. */
const MEASURING = 2 / 3;
/** Proposals asked for together: as many as a stopped search may lose. */
const TOGETHER = 32;

/**
 * The single cuts take up to two thirds of the evaluations, each on all samples, a layer at a time. Then the model's frontier
 * is solved and as much of it as evaluations are left for is measured, spread evenly over the costs of interest. Nothing is
 * drawn: the seed does not matter. With one layer there is nothing to search.
 *
 * @example
 * await study.rival(additive, { evaluations: 100 });
 */
export const additive: SearcherMethod = {
  name: "additive",
  title: "Additive dynamic programme",
  begin: (problem) => (problem.layers === 1 ? NOTHING : new AdditiveSearcher(problem)),
};

const NOTHING: Searcher = {
  ask: async () => null,
  tell: () => undefined,
};

class AdditiveSearcher implements Searcher {
  readonly #problem: SearchProblem;
  readonly #grid: Levels;
  /** [P][K − 1], as far as it is told. */
  readonly #measured: number[][] = [];
  /** What the model proposes and is not asked for yet; null before it is solved. */
  #proposals: number[][] | null = null;

  constructor(problem: SearchProblem) {
    this.#problem = problem;
    this.#grid = chooseLevels(problem.layers, Math.max(1, Math.floor(MEASURING * problem.evaluations)));
    // Before anything is measured: a cost that does not add over layers is an error at once.
    costTable(this.#grid, problem.cost);
  }

  async ask(pacer: Pacer): Promise<Batch | null> {
    const { cuts, levels } = this.#grid;
    const p = this.#measured.length;
    if (p < cuts.length) return this.#batch(levels.slice(1).map((_, k) => singleCut(this.#grid, p, k + 1)));
    this.#proposals ??= await this.#solve(pacer);
    const next = this.#proposals.splice(0, TOGETHER);
    return next.length === 0 ? null : this.#batch(next);
  }

  tell(divergence: readonly ArrayLike<number>[]): void {
    if (this.#measured.length === this.#grid.cuts.length) return;
    this.#measured.push(divergence.map((row) => Array.from(row).reduce((sum, one) => sum + one, 0) / row.length));
  }

  async #solve(pacer: Pacer): Promise<number[][]> {
    const grid = this.#grid;
    const { cost, evaluations, costs: [low, high] = [0, 1] } = this.#problem;
    const model = { ...grid, ...costTable(grid, cost), divergence: cleanDivergence(this.#measured) };
    const frontier = await additiveFrontier(model, { pacer });
    // Single cuts are measured, and nothing pruned diverges by nothing.
    const fresh = frontier.filter(
      (point) => point.cost >= low && point.cost <= high && new Set(point.shares.filter((share) => share < 1)).size > 1,
    );
    const left = evaluations - grid.cuts.length * (grid.levels.length - 1);
    return spread(fresh, left).map(({ shares }) => shares);
  }

  #batch(shares: readonly number[][]): Batch {
    return { shares };
  }
}

/**
 * Some of a frontier's points, spread evenly over its costs: the most that are no more than `count` and keep a distance.
 *
 * @param points ascending in cost. @param count ≥ 0.
 */
export function spread(points: readonly ModelPoint[], count: number): ModelPoint[] {
  if (points.length <= count) return [...points];
  const apart = (distance: number): ModelPoint[] => {
    let last = Number.NEGATIVE_INFINITY;
    return points.filter(({ cost }) => {
      if (cost < last + distance) return false;
      last = cost;
      return true;
    });
  };
  if (count === 0) return [];
  let [low, high] = [0, points[points.length - 1].cost - points[0].cost + 1];
  for (let k = 0; k < 50; k++) {
    const middle = (low + high) / 2;
    if (apart(middle).length > count) low = middle;
    else high = middle;
  }
  return apart(high);
}
