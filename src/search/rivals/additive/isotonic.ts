/** Isotonic regression: what measured values become when they are known to rise. */

/**
 * The non-decreasing sequence nearest to the values in squares, by pooling adjacent violators. Source: Ayer et al., "An
 * empirical distribution function for sampling with incomplete information", 1955.
 *
 * @param values finite; empty gives an empty list.
 * @returns as many, each at least the one before it.
 */
export function nonDecreasing(values: readonly number[]): number[] {
  const pools: { mean: number; size: number }[] = [];
  for (const value of values) {
    let pool = { mean: value, size: 1 };
    for (let last = pools.at(-1); last !== undefined && last.mean > pool.mean; last = pools.at(-1)) {
      const size = last.size + pool.size;
      pool = { mean: (last.mean * last.size + pool.mean * pool.size) / size, size };
      pools.pop();
    }
    pools.push(pool);
  }
  return pools.flatMap(({ mean, size }) => new Array<number>(size).fill(mean));
}
