/** MurmurHash2, by which front ends and kernels name the file of a cell. Source: A. Appleby, MurmurHash2 (x86, 32 bits). */

const M = 0x5bd1e995;

/** The seed that the kernel tells front ends. */
export const HASH_SEED = 0xc70f6907;

/** @returns the hash of the text's bytes in UTF-8, from 0 to 2³² - 1. */
export function murmur2(text: string, seed = HASH_SEED): number {
  const bytes = Buffer.from(text, "utf8");
  const whole = bytes.length & ~3;
  let hash = seed ^ bytes.length;
  for (let i = 0; i < whole; i += 4) {
    const product = Math.imul(bytes.readUInt32LE(i), M);
    hash = Math.imul(hash, M) ^ Math.imul(product ^ (product >>> 24), M);
  }
  if (whole < bytes.length) hash = Math.imul(hash ^ bytes.readUIntLE(whole, bytes.length - whole), M);
  hash = Math.imul(hash ^ (hash >>> 13), M);
  return (hash ^ (hash >>> 15)) >>> 0;
}
