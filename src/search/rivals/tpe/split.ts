/**
 * Which trials are good, and how much each counts in its estimator. Source: Ozaki et al., "Multiobjective tree-structured Parzen
 * estimator", GECCO 2020 and JAIR 2022; settings of Optuna.
 */
import { hypervolume, nonDominated, type Point } from "../../../pareto/index.js";
import { hypervolumeSubset, referencePoint } from "./hypervolumeSubset.js";

/** Indices of trials, ascending: those that shape l(x) and those that shape g(x). */
export interface Split {
  readonly below: number[];
  readonly above: number[];
}

/** How many of `trials` count as good: a tenth, rounded up. Optuna's for several objectives. */
export function goodCount(trials: number): number {
  return Math.ceil(0.1 * trials);
}

/**
 * The best `count` trials by non-domination rank; where a rank does not fit whole, the part of it with most hypervolume.
 *
 * @param values [n][2], finite, to be minimised.
 * @param count how many are good; 0 … n.
 */
export function splitTrials(values: readonly Point[], count: number): Split {
  const good = new Set<number>();
  let rest = values.map((_, i) => i);
  while (good.size < count) {
    const front = nonDominated(rest.map((i) => values[i])).map((k) => rest[k]);
    const fits = Math.min(front.length, count - good.size);
    const chosen = hypervolumeSubset(
      front.map((i) => values[i]),
      fits,
    );
    for (const k of chosen) good.add(front[k]);
    rest = rest.filter((i) => !good.has(i));
    if (fits < front.length) break;
  }
  return { below: [...good].sort((i, j) => i - j), above: rest };
}

/** A trial that adds no hypervolume keeps this weight. */
const LEAST_WEIGHT = 1e-12;

/**
 * Weights of the good trials by the hypervolume that is lost without each, the largest 1.
 *
 * @param values [n][2], finite.
 * @returns [n] in (0, 1]; dominated trials and those equal to another get next to nothing.
 */
export function contributionWeights(values: readonly Point[]): number[] {
  if (values.length <= 1) return values.map(() => 1);
  const reference = referencePoint(values);
  const front = nonDominated(values);
  const total = hypervolume(values, reference);
  const contributions = values.map(() => 0);
  for (const i of front) {
    const others = front.filter((j) => j !== i).map((j) => values[j]);
    contributions[i] = total - hypervolume(others, reference);
  }
  const most = Math.max(...contributions, LEAST_WEIGHT);
  return contributions.map((contribution) => Math.max(contribution / most, LEAST_WEIGHT));
}

/** Trials of g(x) that keep their full weight. */
const RECENT = 25;

/**
 * Weights of the other trials by age: the last 25 count 1, earlier ones less in equal steps, the first 1/n. Optuna's default.
 *
 * @returns [n] in the order of the trials.
 */
export function recencyWeights(n: number): number[] {
  const old = n - RECENT;
  return Array.from({ length: n }, (_, i) => {
    if (i >= old) return 1;
    return old === 1 ? 1 / n : 1 / n + ((1 - 1 / n) * i) / (old - 1);
  });
}
