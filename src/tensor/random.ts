/** Seeded random numbers: every draw in Espalier comes from an explicit generator, never from a global one. */
import { xoroshiro128plus, xoroshiro128plusFromState } from "pure-rand/generator/xoroshiro128plus";
import type { RandomGenerator } from "pure-rand/types/RandomGenerator";

/** FNV-1a over a label, so that `fork("pictures")` and `fork("order")` are unrelated streams. */
function hashLabel(label: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < label.length; i++) hash = Math.imul(hash ^ label.charCodeAt(i), 0x01000193);
  return hash | 0;
}

/**
 * A reproducible stream of random numbers (xoroshiro128+).
 *
 * Same seed, same sequence of calls, same numbers, on every machine. `state` can be stored as JSON and restored.
 *
 * @example
 * const random = new Random(7);
 * random.fork("order").integer(0, 9) === new Random(7).fork("order").integer(0, 9); // → true
 */
export class Random {
  #generator: RandomGenerator;

  /** @param seed any integer; its low 32 bits count. */
  constructor(seed: number) {
    this.#generator = xoroshiro128plus(seed | 0);
    // The first outputs of neighbouring seeds are alike; a few steps separate them.
    for (let i = 0; i < 8; i++) this.#generator.next();
  }

  /** The whole state as plain integers, for a training state on disk. */
  get state(): readonly number[] {
    return this.#generator.getState();
  }

  /** Continues exactly where `state` was taken. */
  static fromState(state: readonly number[]): Random {
    const random = new Random(0);
    random.#generator = xoroshiro128plusFromState([...state]);
    return random;
  }

  /** An independent stream that depends on this one's next draw and on the label. */
  fork(label: string): Random {
    return new Random(this.#generator.next() ^ hashLabel(label));
  }

  /** Uniform in [0, 1), 53 bits. */
  uniform(): number {
    const high = this.#generator.next() >>> 5;
    const low = this.#generator.next() >>> 6;
    return (high * 67108864 + low) / 9007199254740992;
  }

  /** Uniform in [low, high). */
  between(low: number, high: number): number {
    return low + (high - low) * this.uniform();
  }

  /** Uniform integer in [low, high], both ends included. */
  integer(low: number, high: number): number {
    return low + Math.floor(this.uniform() * (high - low + 1));
  }

  /** Standard normal (Box–Muller, one of the pair is dropped so that the state is only the generator's). */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.uniform())) * Math.cos(2 * Math.PI * this.uniform());
  }

  /** One element; an empty list is a RangeError. */
  choice<T>(items: readonly T[]): T {
    if (items.length === 0) throw new RangeError("A choice needs at least one item; the list is empty.");
    return items[this.integer(0, items.length - 1)];
  }

  /** A new array in random order (Fisher–Yates). */
  shuffle<T>(items: readonly T[]): T[] {
    const result = [...items];
    for (let i = result.length - 1; i > 0; i--) {
      const j = this.integer(0, i);
      [result[i], result[j]] = [result[j], result[i]];
    }
    return result;
  }

  /** `count` distinct elements in random order; more than there are is a RangeError. */
  sample<T>(items: readonly T[], count: number): T[] {
    if (count > items.length) throw new RangeError(`Cannot draw ${count} distinct items from ${items.length}.`);
    return this.shuffle(items).slice(0, count);
  }
}
