/** What a relaxed run may be told, and what it answers. */
import type { Pacer } from "../tensor/index.js";

export const ESTIMATORS = ["marginal", "straightThrough"] as const;
/**
 * How a share's gradient is estimated behind the hard mask.
 *
 * `straightThrough` is the paper's: the soft mask is a sigmoid in log scores around a local threshold, gradients flow through
 * the scores too, and a dropped key gets the derivative at weight 0. It is nil where scores have gaps, huge where they have
 * none, and unbounded for a dropped key of large logit.
 *
 * `marginal` estimates what one token more or less would change: the soft mask is a sigmoid in the rank, so one token always
 * weighs one token, and a dropped key gets the effect of taking it in (METHOD §4, "Differs").
 */
export type Estimator = (typeof ESTIMATORS)[number];

export interface RelaxedOptions {
  /** What the mask is in the forward pass; default "hard", with the soft mask's gradient. "soft" serves gradient checks. */
  readonly forward?: "hard" | "soft";
  /**
   * Keeps dead tokens as rows; default false. Always so with a soft forward, where no token dies, and with the estimator
   * `straightThrough`, whose gradient reaches all that a layer dropped. The numbers do not change.
   */
  readonly dense?: boolean;
  /** Default "marginal". */
  readonly estimator?: Estimator;
  readonly pacer?: Pacer;
}

export interface RelaxedResult {
  /** [B] nats. */
  readonly divergence: Float64Array;
  /** [B][L]: gradient of each sample's divergence with respect to its shares; entry 0 is 0. */
  readonly gradient: Float64Array[];
  /** [B][L] executed counts. */
  readonly counts: number[][];
}
