/** Which keys each query may see: the structure of a prompt, read a piece of rows at a time so that it never lies in memory whole. */
import * as tf from "@tensorflow/tfjs";

/** Stands for −∞ in additive masks: far below any logit, far above float32's overflow. */
export const MASKED = -1e30;

/** Some consecutive rows, or keys: from `begin` on, `count` of them. */
export interface Span {
  readonly begin: number;
  readonly count: number;
}

/** An additive mask over [B, 1, N_q, N_k]. */
export interface AttentionMask {
  /** The keys that some of these queries see: no key outside of it is seen by any of them. */
  span(queries: Span): Span;
  /**
   * 0 where a query sees a key, `MASKED` where it does not.
   *
   * @returns [B or 1, 1, queries.count, keys.count], in the caller's scope; null where all of it is seen.
   */
  rows(queries: Span, keys: Span): tf.Tensor4D | null;
}

/**
 * A mask that lies in memory whole.
 *
 * @param bias [B or 1, 1, N_q, N_k]; stays the caller's.
 */
export function denseMask(bias: tf.Tensor4D): AttentionMask {
  const [batch, , queries, keys] = bias.shape;
  return {
    span: () => ({ begin: 0, count: keys }),
    rows: (q, k) =>
      q.count === queries && k.count === keys
        ? tf.clone(bias)
        : tf.slice(bias, [0, 0, q.begin, k.begin], [batch, 1, q.count, k.count]),
  };
}
