/** Keeps long computations polite: others get a turn, and a stop is heard, between two layers. */

/** Longest stretch of work before others get a turn, in milliseconds. */
const STRETCH_MS = 40;

/**
 * Thrown out of a computation that was asked to stop; what it had finished stays.
 *
 * @example
 * try {
 *   await study.search({ signal: AbortSignal.timeout(60_000) });
 * } catch (error) {
 *   if (!(error instanceof Stopped)) throw error; // what is finished is kept: the same call goes on from there
 * }
 */
export class Stopped extends Error {
  override readonly name = "Stopped";
  constructor() {
    super("Stopped on request.");
  }
}

/**
 * Gives way to other work now and then, and stops when it is asked to; long loops await its `pause`.
 *
 * @example
 * const pacer = new Pacer(AbortSignal.timeout(60_000));
 * await pacer.pause(); // throws Stopped once the minute is over
 */
export class Pacer {
  /** Its abort makes the next `pause` throw. */
  readonly signal: AbortSignal | undefined;
  #last = performance.now();

  /** @param signal its abort makes the next `pause` throw `Stopped`; default never. */
  constructor(signal?: AbortSignal) {
    this.signal = signal;
  }

  /** Call between two pieces of work. Gives the event loop a turn when the last one was 40 ms ago or more. */
  async pause(): Promise<void> {
    if (performance.now() - this.#last >= STRETCH_MS) {
      await new Promise<void>((resolve) => setImmediate(resolve));
      this.#last = performance.now();
    }
    if (this.signal?.aborted) throw new Stopped();
  }
}
