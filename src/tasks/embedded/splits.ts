/** Which pictures belong to training, validation and test. */
import { EspalierError } from "../../errors.js";

export type Split = "train" | "validation" | "test";

/** Seeds of a split: from `first`, `count` of them. */
export const SPLIT_SEEDS: Readonly<Record<Split, { readonly first: number; readonly count: number }>> = {
  train: { first: 0, count: 2 ** 30 },
  validation: { first: 2 ** 30, count: 2 ** 29 },
  test: { first: 2 ** 30 + 2 ** 29, count: 2 ** 29 },
};

/**
 * The split of a seed.
 *
 * @throws EspalierError unless `seed` is an integer from 0 to 2^31 − 1.
 */
export function splitOfSeed(seed: number): Split {
  if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 31) {
    throw new EspalierError(`The picture seed is ${seed}; it must be an integer from 0 to ${2 ** 31 - 1}.`);
  }
  if (seed < SPLIT_SEEDS.validation.first) return "train";
  return seed < SPLIT_SEEDS.test.first ? "validation" : "test";
}

/**
 * The split that a picture's content belongs to: an eighth of all contents each to validation and test, by a hash of the
 * key. A seed only ever gives contents of its own split; so the word, the chart's values or the arrangement of shapes
 * that the test asks about was never trained on, whatever the seeds.
 */
export function splitOfKey(key: string): Split {
  // FNV-1a, then the finaliser of MurmurHash3, which mixes the high bits into the low ones.
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  const eighth = ((hash ^ (hash >>> 16)) >>> 0) % 8;
  return eighth === 7 ? "test" : eighth === 6 ? "validation" : "train";
}
