/** A paired difference as comparisons state it: its effect size, and the samples that would show one of that size. */
import { pairedEffectSize } from "./effectSize.js";
import { samplesForPower } from "./power.js";

/** Power that needed samples are stated for, and that is asked for where none is named. */
export const USUAL_POWER = 0.8;

export interface StandardisedSize {
  /** Hedges' g; null where the differences have no spread. */
  readonly effectSize: number | null;
  /** Null where there is no spread or no difference, and where it would take more samples than could ever be had. */
  readonly samplesNeeded: number | null;
}

/**
 * @param a one number per sample.
 * @param b likewise, in the same order.
 * @param comparisons that are adjusted together, as in `PowerOptions`.
 * @throws EspalierError as `pairedEffectSize`.
 */
export function standardisedSize(a: ArrayLike<number>, b: ArrayLike<number>, comparisons: number): StandardisedSize {
  const { g } = pairedEffectSize(a, b);
  if (g === null || g === 0 || !Number.isFinite(g)) return { effectSize: g, samplesNeeded: null };
  try {
    return { effectSize: g, samplesNeeded: samplesForPower(g, { power: USUAL_POWER, comparisons }) };
  } catch {
    // More samples than could ever be had.
    return { effectSize: g, samplesNeeded: null };
  }
}
