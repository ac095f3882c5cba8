/** Schedules that fall at a few layers, as published for one depth and brought to another. */

/** Decoder layers of the models that the recipes were published for (LLaVA-1.5-7B, Vicuna). */
export const PUBLISHED_LAYERS = 32;

/**
 * The first layers of stages at another depth: the same fractions of it, each at least one layer behind the one before, and
 * none at layer 0, which sees everything.
 *
 * @param firsts layers of a decoder of `PUBLISHED_LAYERS`, ascending.
 * @returns ascending; those from `layers` on lie behind the last layer.
 */
export function scaledLayers(firsts: readonly number[], layers: number): number[] {
  const scaled: number[] = [];
  for (const first of firsts) {
    const at = Math.round((first * layers) / PUBLISHED_LAYERS);
    scaled.push(Math.max(at, (scaled.at(-1) ?? 0) + 1));
  }
  return scaled;
}

/**
 * Shares that are 1 up to the first stage, and each stage's own from there to the next.
 *
 * @param firsts first layer of each stage, ascending, ≥ 1.
 * @param kept share of each stage; one above the share before it counts as that.
 */
export function stagedShares(layers: number, firsts: readonly number[], kept: readonly number[]): number[] {
  const shares: number[] = [];
  let share = 1;
  for (let i = 0, stage = 0; i < layers; i++) {
    while (stage < firsts.length && firsts[stage] <= i) share = Math.min(share, kept[stage++]);
    shares.push(share);
  }
  return shares;
}
