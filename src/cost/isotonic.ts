/**
 * Isotonic regression: the non-decreasing sequence nearest to measured values. Pool-adjacent-violators: Ayer et al., An Empirical
 * Distribution Function for Sampling with Incomplete Information (1955).
 */
import { EspalierError } from "../errors.js";

/**
 * The non-decreasing `y` that minimises `Σ weights·(y − values)²`.
 *
 * @param values [n] in the order of the variable that they depend on; an empty list gives an empty one.
 * @param weights [n] above 0; default 1 each.
 * @returns [n]; values that contradict the order share their weighted mean.
 * @throws EspalierError for a value that is not finite, a weight that is not above 0, and lists of different lengths.
 */
export function isotonicRegression(values: readonly number[], weights?: readonly number[]): number[] {
  if (weights !== undefined && weights.length !== values.length) {
    throw new EspalierError(
      `An isotonic regression was given ${values.length} values and ${weights.length} weights; give one weight a value.`,
    );
  }
  const blocks: { mean: number; weight: number; size: number }[] = [];
  values.forEach((value, i) => {
    const weight = weights?.[i] ?? 1;
    if (!Number.isFinite(value) || !(weight > 0 && Number.isFinite(weight))) {
      throw new EspalierError(
        `An isotonic regression was given the value ${value} with the weight ${weight}; give finite values and weights above 0.`,
      );
    }
    let last = { mean: value, weight, size: 1 };
    for (let before = blocks.at(-1); before !== undefined && before.mean >= last.mean; before = blocks.at(-1)) {
      blocks.pop();
      const sum = before.weight + last.weight;
      // From the earlier mean on: equal ones stay exactly what they are.
      const mean = before.mean + (last.mean - before.mean) * (last.weight / sum);
      last = { mean, weight: sum, size: before.size + last.size };
    }
    blocks.push(last);
  });
  return blocks.flatMap(({ mean, size }) => new Array<number>(size).fill(mean));
}
