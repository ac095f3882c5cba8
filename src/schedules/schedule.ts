/**
 * A schedule: the share of the original visual tokens that each decoder layer sees, and the integer counts it is executed
 * with. Source: METHOD §1.
 */
import { EspalierError } from "../errors.js";

/** `r_0 … r_{L−1}`: each in [0, 1], non-increasing, `r_0 = 1`. */
export type Shares = readonly number[];

/**
 * How far a share may leave its range or rise above its predecessor before it counts as wrong. Shares come out of float32
 * kernel functions, whose rounding is about 1e-7; `countsFromShares` flattens what this lets through.
 */
export const SHARE_TOLERANCE = 1e-6;

/**
 * Checks that shares are a schedule.
 *
 * @param shares [L], dimensionless.
 * @param layers L, the number of decoder layers that the shares must have; a whole number ≥ 1.
 * @param what how the message calls the schedule, default "The schedule".
 * @throws EspalierError for a wrong length, a value that is no number or outside [0, 1], a first share other than 1, or a
 *   share above the one before it (beyond `SHARE_TOLERANCE`). Source: METHOD §1.
 *
 * @example
 * validateShares([1, 0.5, 0.5], 3); // throws an EspalierError where it is no schedule
 */
export function validateShares(shares: ArrayLike<number>, layers: number, what = "The schedule"): void {
  if (shares.length !== layers) {
    throw new EspalierError(
      `${what} has ${shares.length} shares and the model has ${layers} decoder layers; give one share per layer.`,
    );
  }
  for (let i = 0; i < layers; i++) {
    const share = shares[i];
    if (!(share >= -SHARE_TOLERANCE && share <= 1 + SHARE_TOLERANCE)) {
      throw new EspalierError(`${what} has the share ${share} at layer ${i}; a share is a number from 0 to 1.`);
    }
    if (i > 0 && share > shares[i - 1] + SHARE_TOLERANCE) {
      throw new EspalierError(
        `${what} rises at layer ${i}, from ${shares[i - 1]} to ${share}; a removed token cannot come back, ` +
          "so each share must be at most the one before it.",
      );
    }
  }
  if (layers > 0 && Math.abs(shares[0] - 1) > SHARE_TOLERANCE) {
    throw new EspalierError(
      `${what} begins with the share ${shares[0]}; layer 0 always sees every visual token, so the first share must be 1.`,
    );
  }
}

/**
 * Checks that counts are an executable schedule for one sample.
 *
 * @param counts [L], visual tokens per layer.
 * @param layers L.
 * @param visualTokens V of the sample, which `counts[0]` must equal; leave it out to take `counts[0]` as V.
 * @throws EspalierError for a wrong length, a count that is no whole number ≥ 0, a first count other than V, or a rise.
 *
 * @example
 * validateCounts([64, 32, 16], 3, 64); // throws an EspalierError where it is no schedule
 */
export function validateCounts(
  counts: ArrayLike<number>,
  layers: number,
  visualTokens?: number,
  what = "The schedule",
): void {
  if (counts.length !== layers) {
    throw new EspalierError(
      `${what} has ${counts.length} counts and the model has ${layers} decoder layers; give one count per layer.`,
    );
  }
  for (let i = 0; i < layers; i++) {
    const count = counts[i];
    if (!Number.isSafeInteger(count) || count < 0) {
      throw new EspalierError(`${what} has the count ${count} at layer ${i}; a count is a whole number ≥ 0.`);
    }
    if (i > 0 && count > counts[i - 1]) {
      throw new EspalierError(
        `${what} rises at layer ${i}, from ${counts[i - 1]} to ${count} tokens; a removed token cannot come back, ` +
          "so each count must be at most the one before it.",
      );
    }
  }
  if (visualTokens !== undefined && layers > 0 && counts[0] !== visualTokens) {
    throw new EspalierError(
      `${what} begins with ${counts[0]} tokens and the sample has ${visualTokens} visual tokens; layer 0 sees all of ` +
        "them, so the first count must be that number. Give shares instead of counts for samples of several sizes.",
    );
  }
}

/**
 * The counts a schedule is executed with: `n_i = floor(r_i·V + ½)` in float64.
 *
 * @param shares [L], a valid schedule (see `validateShares`; not checked again here). Rounding noise is flattened: no count
 *   exceeds the one before it, nor V, nor falls below 0.
 * @param visualTokens V ≥ 0, the sample's original number of visual tokens. 0 gives zeros.
 * @returns [L] whole numbers. Source: METHOD §1.
 *
 * @example
 * countsFromShares([1, 0.5, 0.25], 10); // → [10, 5, 3]
 */
export function countsFromShares(shares: ArrayLike<number>, visualTokens: number): number[] {
  const counts = new Array<number>(shares.length);
  let most = visualTokens;
  for (let i = 0; i < shares.length; i++) {
    most = Math.max(0, Math.min(most, Math.floor(shares[i] * visualTokens + 0.5)));
    counts[i] = most;
  }
  return counts;
}

/**
 * The shares that executed counts stand for: `n_i / V`. `countsFromShares` of the result gives the counts back.
 *
 * @param counts [L] whole numbers, non-increasing.
 * @param visualTokens V ≥ 0; with 0 there is nothing to prune and every share is 1.
 *
 * @example
 * sharesFromCounts([64, 32, 16], 64); // → [1, 0.5, 0.25]
 */
export function sharesFromCounts(counts: ArrayLike<number>, visualTokens: number): number[] {
  return Array.from(counts, (count) => (visualTokens === 0 ? 1 : count / visualTokens));
}
