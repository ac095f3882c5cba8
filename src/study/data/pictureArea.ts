/** Balancing samples by the area of their pictures. */
import { access } from "node:fs/promises";
import type { Random } from "../../tensor/index.js";

/** Buckets of equal width in the logarithm of the area. */
export const AREA_BUCKETS = 8;
/** What lies outside these quantiles of the areas belongs to the first and the last bucket. */
const QUANTILES = [0.01, 0.99] as const;

/**
 * Shares samples out among buckets of picture area, equally spaced in its logarithm between the 1st and the 99th percentile;
 * empty buckets are left out.
 *
 * @param areas [n] pixels, above 0.
 */
export function areaBuckets<T>(items: readonly T[], areas: readonly number[]): T[][] {
  const logs = areas.map(Math.log);
  const sorted = [...logs].sort((a, b) => a - b);
  const [low, high] = QUANTILES.map((share) => sorted[Math.round(share * (sorted.length - 1))]);
  const buckets: T[][] = Array.from({ length: AREA_BUCKETS }, () => []);
  items.forEach((item, i) => {
    const place = high > low ? Math.floor((AREA_BUCKETS * (logs[i] - low)) / (high - low)) : 0;
    buckets[Math.min(AREA_BUCKETS - 1, Math.max(0, place))].push(item);
  });
  return buckets.filter((bucket) => bucket.length > 0);
}

/**
 * All samples in an order of which every beginning is balanced: one of each bucket in turn, drawn at random within it; a bucket
 * that is used up is passed over.
 */
export function balancedOrder<T>(buckets: readonly (readonly T[])[], random: Random): T[] {
  const shuffled = buckets.map((bucket, b) => random.fork(`bucket ${b}`).shuffle([...bucket]));
  const longest = Math.max(0, ...shuffled.map(({ length }) => length));
  return Array.from({ length: longest }, (_, i) => shuffled.flatMap((bucket) => bucket.slice(i, i + 1))).flat();
}

/**
 * The pixels of a picture, read from its header.
 *
 * @returns "missing" where there is no such file, "damaged" where it has no header of a picture.
 */
export async function pictureArea(file: string): Promise<number | "missing" | "damaged"> {
  try {
    await access(file);
  } catch {
    return "missing";
  }
  try {
    // Loaded with the first picture, as for decoding.
    const { default: sharp } = await import("sharp");
    const { width, height } = await sharp(file).metadata();
    return width * height;
  } catch {
    return "damaged";
  }
}
