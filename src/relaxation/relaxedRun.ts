/**
 * The divergence of relaxed schedules and its gradient with respect to every layer's share (METHOD §4, §5, §10).
 */
import type { PreparedSample, PreparedSamples } from "../evaluation/index.js";
import { compactRun } from "./compactRun.js";
import { maskedRun } from "./maskedRun.js";
import type { RelaxedOptions, RelaxedResult } from "./options.js";

/**
 * Runs a batch under relaxed schedules, forward and backward.
 *
 * @param shares [B][L] fractional shares, non-increasing, `shares[b][0]` is 1.
 * @throws Stopped, with nothing left allocated.
 */
export function relaxedRun(
  prepared: PreparedSamples,
  samples: readonly PreparedSample[],
  shares: readonly ArrayLike<number>[],
  options: RelaxedOptions = {},
): Promise<RelaxedResult> {
  const { forward = "hard", dense = false, estimator = "marginal" } = options;
  const compact = forward === "hard" && estimator === "marginal" && !dense;
  return (compact ? compactRun : maskedRun)(prepared, samples, shares, options);
}
