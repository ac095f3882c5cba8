/** What happens to the other layers when the share of one is set. Free of the DOM. */

/**
 * - `together`: dragged down, a layer takes later ones that it would fall below along; dragged up, earlier ones that it would
 *   rise above. All others stay.
 * - `stop`: no other layer moves; the dragged one stops at its neighbours.
 * - `smooth`: neighbours move by the same change, less the farther they are, and then as `together`.
 */
export const NEIGHBOURS = ["together", "stop", "smooth"] as const;
export type Neighbours = (typeof NEIGHBOURS)[number];

export interface SnapOptions {
  readonly neighbours: Neighbours;
  /** Whether a layer may keep more than the one before it; then nothing but `smooth` moves other layers. */
  readonly mayRise: boolean;
}

/** Shares are kept to a millionth, so that code and files that hold them can be read. */
const GRAIN = 1e6;
const tidy = (share: number) => Math.round(Math.min(1, Math.max(0, share)) * GRAIN) / GRAIN;

/** How far from the dragged layer a smooth change has fallen to 61 %: in layers. */
export function smoothReach(layers: number): number {
  return Math.max(1, layers / 14);
}

/**
 * Sets the share of one layer.
 *
 * @param shares [L], as they were when the drag began, so that a layer that was taken along goes back with it.
 * @param layer layer 0 sees the whole picture and never changes.
 * @param share brought into 0 … 1.
 * @returns [L]; unless `mayRise`, never rising. With `together` and `smooth` the layer has the share that was asked for.
 */
export function setShare(
  shares: readonly number[],
  layer: number,
  share: number,
  { neighbours, mayRise }: SnapOptions,
): number[] {
  const next = validShares(shares, mayRise);
  if (layer <= 0 || layer >= next.length || !Number.isFinite(share)) return next;
  const wanted = tidy(share);
  if (neighbours === "stop" && !mayRise) {
    next[layer] = Math.min(next[layer - 1]!, Math.max(next[layer + 1] ?? 0, wanted));
    return next;
  }
  if (neighbours === "smooth") moveSmoothly(next, layer, wanted - next[layer]!);
  next[layer] = wanted;
  if (mayRise) return next;
  for (let i = layer - 1; i > 0; i--) next[i] = Math.max(next[i]!, next[i + 1]!);
  for (let i = layer + 1; i < next.length; i++) next[i] = Math.min(next[i]!, next[i - 1]!);
  return next;
}

/** The nearest that may be edited: layer 0 at 1, and unless `mayRise` no layer above the one before it. */
export function validShares(shares: readonly number[], mayRise: boolean): number[] {
  let most = 1;
  return shares.map((share, layer) => {
    if (layer === 0) return 1;
    const valid = Math.min(1, Math.max(0, share));
    if (mayRise) return valid;
    most = Math.min(most, valid);
    return most;
  });
}

/** Whether shares are the same but for rounding: data hold six digits of them. */
export function sameShares(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((share, i) => Math.abs(share - b[i]!) < 1 / GRAIN);
}

function moveSmoothly(shares: number[], layer: number, change: number): void {
  const reach = smoothReach(shares.length);
  for (let i = 1; i < shares.length; i++) {
    const distance = (i - layer) / reach;
    shares[i] = tidy(shares[i]! + change * Math.exp((-distance * distance) / 2));
  }
}
