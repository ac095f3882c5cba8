/**
 * The Parzen estimator of one coordinate or of several together: a mixture of normal kernels cut off at 0 and 1, one at each
 * observation and a wide one for the prior. Sources: Bergstra et al. 2011, §4; for several coordinates Falkner et al. 2018
 * (BOHB), products of kernels; bandwidths as in Optuna 5 ("magic clip", end points not considered).
 */
import { normalCdf, normalQuantile } from "../../../statistics/index.js";
import type { Random } from "../../../tensor/index.js";

/** The prior's kernel counts as much as one observation of weight 1. */
const PRIOR_WEIGHT = 1;
const LOG_SQRT_2PI = Math.log(2 * Math.PI) / 2;

/** Kernels of one coordinate, [n + 1] each. */
interface Coordinate {
  /** Centres: the observations, then ½ of the prior. */
  readonly means: Float64Array;
  /** Bandwidths; the prior's is 1. */
  readonly sigmas: Float64Array;
  /** What an uncut kernel would have below 0, and between 0 and 1. */
  readonly below: Float64Array;
  readonly within: Float64Array;
}

export class ParzenEstimator {
  /** [D] */
  readonly coordinates: readonly Coordinate[];
  /** The kernels' shares of the mixture, [n + 1], sum 1; the prior's is the last. */
  readonly weights: Float64Array;
  /** Log of each kernel's density at its centre, times its weight. */
  readonly #heights: Float64Array;

  /**
   * @param observations [n][D] in [0, 1], any order; none leaves the prior alone.
   * @param weights [n], ≥ 0, before normalisation together with the prior's 1.
   * @param dimensions D ≥ 1.
   */
  constructor(observations: readonly ArrayLike<number>[], weights: ArrayLike<number>, dimensions: number) {
    const n = observations.length;
    if (weights.length !== n) throw new RangeError(`${n} observations have ${weights.length} weights.`);
    this.coordinates = Array.from({ length: dimensions }, (_, d) => kernels(observations.map((point) => point[d])));
    this.weights = Float64Array.from({ length: n + 1 }, (_, i) => (i < n ? weights[i] : PRIOR_WEIGHT));
    const total = this.weights.reduce((sum, weight) => sum + weight, 0);
    this.weights.forEach((weight, i) => {
      this.weights[i] = weight / total;
    });
    this.#heights = this.weights.map((weight, i) =>
      this.coordinates.reduce(
        (sum, { sigmas, within }) => sum - Math.log(sigmas[i] * within[i]) - LOG_SQRT_2PI,
        Math.log(weight),
      ),
    );
  }

  /** @param x [D] in [0, 1]. @returns the log of the density there; the prior keeps it finite. */
  logDensity(x: ArrayLike<number>): number {
    const exponents = Float64Array.from(this.#heights);
    this.coordinates.forEach(({ means, sigmas }, d) => {
      for (let i = 0; i < exponents.length; i++) {
        const z = (x[d] - means[i]) / sigmas[i];
        exponents[i] -= 0.5 * z * z;
      }
    });
    let most = Number.NEGATIVE_INFINITY;
    for (const exponent of exponents) most = Math.max(most, exponent);
    let sum = 0;
    for (const exponent of exponents) sum += Math.exp(exponent - most);
    return most + Math.log(sum);
  }

  /** A draw, [D] in [0, 1]: a kernel by its weight, then in each coordinate the inverse of its distribution function. */
  sample(random: Random): number[] {
    let remaining = random.uniform();
    let kernel = 0;
    while (kernel < this.weights.length - 1 && remaining >= this.weights[kernel]) remaining -= this.weights[kernel++];
    return this.coordinates.map(({ means, sigmas, below, within }) => {
      const probability = Math.min(1, below[kernel] + random.uniform() * within[kernel]);
      return Math.min(1, Math.max(0, means[kernel] + sigmas[kernel] * normalQuantile(probability)));
    });
  }
}

function kernels(observations: ArrayLike<number>): Coordinate {
  const n = observations.length;
  const means = Float64Array.from({ length: n + 1 }, (_, i) => (i < n ? observations[i] : 0.5));
  const sigmas = Float64Array.from([...bandwidths(observations), 1]);
  const below = means.map((mean, i) => normalCdf(-mean / sigmas[i]));
  const within = means.map((mean, i) => normalCdf((1 - mean) / sigmas[i]) - below[i]);
  return { means, sigmas, below, within };
}

/**
 * The bandwidth of each observation: the larger distance to its neighbours, for the first and the last to the one neighbour they
 * have; at least 1/(n + 2), or 1/100 of the range once there are many, so that no kernel becomes a spike.
 */
function bandwidths(observations: ArrayLike<number>): Float64Array {
  const n = observations.length;
  const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => observations[i] - observations[j]);
  const sigmas = new Float64Array(n);
  order.forEach((index, rank) => {
    const x = observations[index];
    const left = rank > 0 ? x - observations[order[rank - 1]] : n > 1 ? 0 : x;
    const right = rank < n - 1 ? observations[order[rank + 1]] - x : n > 1 ? 0 : 1 - x;
    sigmas[index] = Math.min(1, Math.max(left, right, 1 / Math.min(100, n + 2)));
  });
  return sigmas;
}
