/**
 * The part of a front that dominates most, chosen one point after the other, for two objectives. Within 1 − 1/e of the best
 * subset. Source: Guerreiro, Fonseca and Paquete, "Greedy hypervolume subset selection in low dimensions", 2016.
 */
import type { Point } from "../../../pareto/index.js";

/** Stands for a reference of 0, which would leave no volume. */
const NEARLY_ZERO = 1e-12;

/** A reference point a tenth beyond the worst value of each objective, as Optuna's. @param points [n][2], n ≥ 1. */
export function referencePoint(points: readonly Point[]): [number, number] {
  const beyond = (k: 0 | 1) => {
    const worst = points.reduce((most, point) => Math.max(most, point[k]), Number.NEGATIVE_INFINITY);
    return Math.max(1.1 * worst, 0.9 * worst) || NEARLY_ZERO;
  };
  return [beyond(0), beyond(1)];
}

/**
 * Indices of `count` points of a front, those first whose gain in hypervolume is greatest; equal points count once before any
 * counts twice.
 *
 * @param front [n][2], no point dominating another; finite.
 * @param count 0 … n.
 * @returns in ascending order.
 */
export function hypervolumeSubset(front: readonly Point[], count: number): number[] {
  if (count >= front.length) return front.map((_, i) => i);
  const order = front.map((_, i) => i).sort((i, j) => front[i][0] - front[j][0] || front[i][1] - front[j][1] || i - j);
  const repeats = (i: number, rank: number) => rank > 0 && equal(front[i], front[order[rank - 1]]);
  const unique = order.filter((i, rank) => !repeats(i, rank));
  if (unique.length < count) {
    const rest = front.map((_, i) => i).filter((i) => !unique.includes(i));
    return [...unique, ...rest.slice(0, count - unique.length)].sort((i, j) => i - j);
  }
  const reference = referencePoint(front);
  // The corner that bounds what each point would add to those chosen already.
  const left = unique.map((index) => ({ index, corner: [...reference] }));
  const chosen: number[] = [];
  while (chosen.length < count) {
    const gains = left.map(({ index, corner }) => (corner[0] - front[index][0]) * (corner[1] - front[index][1]));
    const best = gains.indexOf(Math.max(...gains));
    const [{ index }] = left.splice(best, 1);
    chosen.push(index);
    left.forEach(({ corner }, rank) => {
      const axis = rank < best ? 0 : 1;
      corner[axis] = Math.min(corner[axis], front[index][axis]);
    });
  }
  return chosen.sort((i, j) => i - j);
}

function equal(a: Point, b: Point): boolean {
  return a[0] === b[0] && a[1] === b[1];
}
