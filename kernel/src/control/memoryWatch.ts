/** Has the heap guarded while a cell runs that might fill it. */

export interface MemoryWatchOptions {
  /** Bytes that the main thread's heap may have. */
  readonly limit: number;
  /** Whether a cell runs. */
  readonly isRunning: () => boolean;
  /** Bytes that the main thread's heap holds; asking costs something. */
  readonly heap: () => Promise<number>;
  /** Bytes of the process in memory; asking costs little. */
  readonly resident: () => number;
  /** Costs something while it is on. */
  readonly guard: { start(): Promise<void>; stop(): Promise<void> };
  /** How often to look, in ms. Default 50: what fills fast takes a tenth of a gigabyte meanwhile. */
  readonly everyMs?: number;
}

/** The heap is guarded from this share of its limit on: what fills fast is to have room left at the next look. */
const WORTH_GUARDING = 0.25;

/** @returns stops looking; the guard stays as it is. It keeps no thread running. */
export function watchMemory(options: MemoryWatchOptions): () => void {
  const { limit, isRunning, heap, resident, guard, everyMs = 50 } = options;
  let isGuarded = false;
  let isBusy = false;
  const look = async (): Promise<void> => {
    if (isGuarded) {
      if (isRunning()) return;
      isGuarded = false;
      await guard.stop();
    } else if (isRunning() && resident() >= WORTH_GUARDING * limit && (await heap()) >= WORTH_GUARDING * limit) {
      await guard.start();
      isGuarded = true;
    }
  };
  const timer = setInterval(() => {
    if (isBusy) return;
    isBusy = true;
    // A look that fails is followed by another.
    void look()
      .catch(() => {})
      .finally(() => {
        isBusy = false;
      });
  }, everyMs);
  timer.unref();
  return () => clearInterval(timer);
}
