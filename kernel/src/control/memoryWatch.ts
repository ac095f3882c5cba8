/** Stops a cell that fills the heap: at its limit the engine ends the whole process, and every variable of the notebook with it. */

export interface MemoryWatchOptions {
  /** Bytes that the main thread's heap may have. */
  readonly limit: number;
  /** Whether a cell runs. */
  readonly isRunning: () => boolean;
  /** Bytes that the main thread's heap holds; asking costs something. */
  readonly heap: () => Promise<number>;
  /** Bytes of the process in memory; asking costs little. */
  readonly resident: () => number;
  /** The heap will be full before the next look, or the one after it. */
  readonly onFull: (bytes: number) => Promise<void>;
  /** How often to look, in ms. Default 200. */
  readonly everyMs?: number;
}

/** The heap cannot be nearly full while the process has less than this share of its limit in memory. */
const WORTH_ASKING = 0.5;
/** More than this share of the limit is full in any case. */
const FULL = 0.92;

/** @returns stops looking. It keeps no thread running. */
export function watchMemory(options: MemoryWatchOptions): () => void {
  const { limit, isRunning, heap, resident, onFull, everyMs = 200 } = options;
  let before = 0;
  let isBusy = false;
  const look = async (): Promise<void> => {
    const used = await heap();
    const growth = before === 0 ? 0 : Math.max(0, used - before);
    before = used;
    if (used > FULL * limit || used + 2 * growth > limit) await onFull(used);
  };
  const timer = setInterval(() => {
    if (isBusy) return;
    if (!isRunning() || resident() < WORTH_ASKING * limit) {
      before = 0;
      return;
    }
    isBusy = true;
    void look()
      .catch(() => {})
      .finally(() => {
        isBusy = false;
      });
  }, everyMs);
  timer.unref();
  return () => clearInterval(timer);
}
