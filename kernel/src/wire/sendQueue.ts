/** Sends one after the other: a ZeroMQ socket takes one send at a time, and a second one meanwhile would be lost. */
import { setImmediate as nextTurn } from "node:timers/promises";

/** Bytes that may wait before `push` holds its caller back. */
export const DEFAULT_WAITING_BYTES = 64 * 2 ** 20;

/** For how long, in ms, a full queue sends before it lets the thread answer others: the heartbeat waits no longer. */
const TURN_MS = 0.3;

export interface SendQueueOptions<Item> {
  /** Hands one item to the socket; resolves when the next may follow. */
  readonly send: (item: Item) => Promise<void>;
  /** Size of an item, in bytes. */
  readonly bytesOf: (item: Item) => number;
  /** An item could not be sent; the next ones follow all the same. Not called after `close`. Default: nothing. */
  readonly onError?: (error: unknown) => void;
  /** Bytes that may wait before `push` holds its caller back; default 64 MiB. */
  readonly waitingBytes?: number;
}

/** Somebody who waits until so many items are done. */
interface Waiter {
  readonly until: number;
  readonly resolve: () => void;
}

/**
 * A queue in front of one socket. Nothing that was pushed before `close` is dropped, and the order is kept. Who awaits
 * `push` is held back while the queue is full, so that it never holds more than its limit and one item.
 */
export class SendQueue<Item> {
  readonly #options: SendQueueOptions<Item>;
  readonly #limit: number;
  #items: Item[] = [];
  #running = false;
  #closed = false;
  #waiting = 0;
  #pushed = 0;
  #done = 0;
  #flushes: Waiter[] = [];
  #heldBack: (() => void)[] = [];

  constructor(options: SendQueueOptions<Item>) {
    this.#options = options;
    this.#limit = options.waitingBytes ?? DEFAULT_WAITING_BYTES;
  }

  /** Bytes that the socket has not taken yet. */
  get waiting(): number {
    return this.#waiting;
  }

  /**
   * Adds an item. Resolves when the queue has room for the next, at once where it has; never rejects. After `close` items are
   * passed over silently.
   */
  push(item: Item): Promise<void> {
    if (this.#closed) return Promise.resolve();
    this.#waiting += this.#options.bytesOf(item);
    this.#pushed++;
    this.#items.push(item);
    if (!this.#running) void this.#run();
    if (this.#waiting <= this.#limit) return Promise.resolve();
    return new Promise((resolve) => {
      this.#heldBack.push(resolve);
    });
  }

  /** Resolves when the socket has everything that was pushed before this call, however much is pushed meanwhile. */
  flush(): Promise<void> {
    if (this.#done === this.#pushed) return Promise.resolve();
    return new Promise((resolve) => {
      this.#flushes.push({ until: this.#pushed, resolve });
    });
  }

  /** Gives up what still waits and takes no more; an item that is being sent ends by itself. Closing twice is harmless. */
  close(): void {
    this.#closed = true;
  }

  async #run(): Promise<void> {
    this.#running = true;
    // So that whoever pushes several items in one turn has them sent in one go.
    await Promise.resolve();
    let turnEnds = performance.now() + TURN_MS;
    while (this.#items.length > 0) {
      const batch = this.#items;
      this.#items = [];
      for (const item of batch) {
        await this.#send(item);
        if (performance.now() < turnEnds) continue;
        await nextTurn();
        turnEnds = performance.now() + TURN_MS;
      }
    }
    this.#running = false;
  }

  async #send(item: Item): Promise<void> {
    try {
      if (!this.#closed) await this.#options.send(item);
    } catch (error) {
      if (!this.#closed) this.#options.onError?.(error);
    }
    this.#waiting -= this.#options.bytesOf(item);
    this.#done++;
    while (this.#flushes.length > 0 && this.#flushes[0]!.until <= this.#done) this.#flushes.shift()!.resolve();
    if (this.#waiting <= this.#limit) for (const resolve of this.#heldBack.splice(0)) resolve();
  }
}
