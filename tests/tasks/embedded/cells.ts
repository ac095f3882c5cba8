/** Reading pictures back, for the tests: independent of how they were drawn. */
import type { RgbImage } from "../../../src/tasks/index.js";

export const SIDE = 224;
export const CELL = 28;

/** Nominal colours, written down here on purpose: the tests must notice when the generator's change. */
export const NOMINAL: Readonly<Record<string, readonly number[]>> = {
  red: [220, 40, 40],
  green: [40, 170, 60],
  blue: [50, 80, 220],
  yellow: [235, 205, 40],
  purple: [150, 60, 190],
  orange: [245, 140, 30],
};

/** Mean of each channel in each of the 8×8 cells: 192 numbers, row-major, channels last. */
export function cellMeans({ data }: RgbImage): number[] {
  const sums = new Array<number>(192).fill(0);
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      const cell = 8 * Math.floor(y / CELL) + Math.floor(x / CELL);
      for (let c = 0; c < 3; c++) sums[3 * cell + c] += data[3 * (y * SIDE + x) + c] / CELL ** 2;
    }
  }
  return sums;
}

const NAMES = Object.keys(NOMINAL);
const VALUES = Object.values(NOMINAL);
/** Squared distance up to which a pixel shows a colour: jitter and noise, but neither background nor ink. */
const NEAR = 45 ** 2;

/** The named colour that a pixel shows, or nothing for background, ink and mixtures. */
export function colorAt({ data }: RgbImage, x: number, y: number): string | undefined {
  const at = 3 * (y * SIDE + x);
  for (let i = 0; i < VALUES.length; i++) {
    const [red, green, blue] = VALUES[i];
    if ((data[at] - red) ** 2 + (data[at + 1] - green) ** 2 + (data[at + 2] - blue) ** 2 < NEAR) return NAMES[i];
  }
  return undefined;
}

/** For each of the 64 cells, the share of its pixels that show each named colour. */
export function colorShares(image: RgbImage): Record<string, number>[] {
  const shares = Array.from({ length: 64 }, () => ({}) as Record<string, number>);
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      const color = colorAt(image, x, y);
      const cell = shares[8 * Math.floor(y / CELL) + Math.floor(x / CELL)];
      if (color !== undefined) cell[color] = (cell[color] ?? 0) + 1 / CELL ** 2;
    }
  }
  return shares;
}
