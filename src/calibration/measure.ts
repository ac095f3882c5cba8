/**
 * Measuring many pieces of work fairly: warmed up, then in rounds of random order, so that a machine that grows slower or
 * faster does so for all of them; each until its median is known well enough, or the time is up.
 */
import type { Pacer, Random } from "../tensor/index.js";
import type { Timing } from "./types.js";

/** Work to be timed. It must be over when it returns, results read back included. */
export interface TimedWork {
  readonly key: string;
  /** @param repeat 0, 1, …: work that has equals may take another of them each time. */
  run(repeat: number): void | Promise<void>;
}

/** Milliseconds from some origin; `performance` is one. */
export interface Clock {
  now(): number;
}

export interface MeasureOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly pacer: Pacer;
  /** Limit of time. The first rounds are finished whatever it says. */
  readonly seconds: number;
  /** A work is settled when the standard error of its median is at most this part of the median. */
  readonly spread: number;
  /** Rounds that are not counted. */
  readonly warmUps: number;
  /** Called with the seconds that went by, and how many of the works are settled. */
  readonly onProgress?: (seconds: number, settled: number) => void;
}

export interface Measured {
  readonly timings: ReadonlyMap<string, Timing>;
  readonly seconds: number;
  readonly settled: number;
  /** The largest standard error of a median, as a part of it. */
  readonly widestSpread: number;
}

/** Counted rounds that are finished even beyond the limit of time. */
const LEAST_ROUNDS = 3;
/** Repeats before which no median counts as settled. */
const LEAST_REPEATS = 5;
/** Standard error of a normal sample's median is √(π/2)·σ/√n, and its interquartile range 1.349·σ. */
const ERROR_OF_RANGE = Math.sqrt(Math.PI / 2) / 1.349;

/** The `share` quantile, linear between neighbours. @param sorted ascending, one at least. */
function quantile(sorted: readonly number[], share: number): number {
  const at = share * (sorted.length - 1);
  const below = Math.floor(at);
  return sorted[below] + (at - below) * ((sorted[below + 1] ?? sorted[below]) - sorted[below]);
}

/** Quartiles of repeated times. @param times one at least. */
export function timingOf(times: readonly number[]): Timing {
  const sorted = [...times].sort((a, b) => a - b);
  const [low, median, high] = [0.25, 0.5, 0.75].map((share) => quantile(sorted, share));
  return { low, median, high, repeats: times.length };
}

/** Standard error of a median as a part of it, from the interquartile range; infinite for a median of 0 with any spread. */
export function medianSpread({ low, median, high, repeats }: Timing): number {
  return high === low ? 0 : (ERROR_OF_RANGE * (high - low)) / (Math.sqrt(repeats) * median);
}

/**
 * Times every work.
 *
 * @param works with different keys.
 * @throws Stopped.
 */
export async function measure(works: readonly TimedWork[], options: MeasureOptions): Promise<Measured> {
  const { clock, random, pacer, seconds, spread, warmUps, onProgress } = options;
  const started = clock.now();
  const elapsed = () => (clock.now() - started) / 1000;
  const times = new Map(works.map(({ key }) => [key, [] as number[]]));
  let open = [...works];
  const round = async (each: (work: TimedWork) => Promise<void>): Promise<void> => {
    for (const work of random.shuffle(open)) {
      await each(work);
      await pacer.pause();
      onProgress?.(elapsed(), works.length - open.length);
    }
  };
  for (let warmUp = 0; warmUp < warmUps; warmUp++) {
    await round(async (work) => {
      await work.run(warmUp);
    });
  }
  for (let rounds = 0; open.length > 0; rounds++) {
    const mayEnd = rounds >= LEAST_ROUNDS;
    if (mayEnd && elapsed() >= seconds) break;
    await round(async (work) => {
      if (mayEnd && elapsed() >= seconds) return;
      const own = times.get(work.key)!;
      const began = clock.now();
      const done = work.run(own.length);
      if (done !== undefined) await done;
      own.push(clock.now() - began);
    });
    open = open.filter(({ key }) => {
      const timing = timingOf(times.get(key)!);
      return timing.repeats < LEAST_REPEATS || medianSpread(timing) > spread;
    });
  }
  const timings = new Map([...times].map(([key, own]) => [key, timingOf(own)]));
  return {
    timings,
    seconds: elapsed(),
    settled: works.length - open.length,
    widestSpread: Math.max(0, ...[...timings.values()].map(medianSpread)),
  };
}
