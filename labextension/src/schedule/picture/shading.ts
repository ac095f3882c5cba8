/** Colours of patches by the layer at which they die: dark for early, bright for late, none for those that stay. */

/** Cividis at even steps: as readable without red and green as with them (Nuñez, Anderton and Renslow, 2018). */
const RAMP: readonly (readonly [number, number, number])[] = [
  [0, 34, 78],
  [53, 69, 108],
  [102, 105, 112],
  [148, 142, 119],
  [200, 184, 102],
  [254, 232, 56],
];

/** @param death from 0; @param layers L. @returns a colour, or null for a patch that stays. */
export function deathColour(death: number, layers: number): string | null {
  if (death >= layers) return null;
  const at = (layers <= 1 ? 0 : death / (layers - 1)) * (RAMP.length - 1);
  const low = Math.min(RAMP.length - 2, Math.floor(at));
  const [from, to] = [RAMP[low]!, RAMP[low + 1]!];
  const channel = (i: 0 | 1 | 2) => Math.round(from[i] + (to[i] - from[i]) * (at - low));
  return `rgb(${channel(0)} ${channel(1)} ${channel(2)})`;
}
