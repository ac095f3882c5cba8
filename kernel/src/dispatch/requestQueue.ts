/** The requests of one shell that run one after the other. */
import { setImmediate as nextTurn } from "node:timers/promises";

/** A request that waits for its turn. */
export interface QueuedRequest {
  /**
   * Carries the request out and answers it; never rejects.
   *
   * @param abortOthers drops what waits behind it; when that resolves, whatever is pushed later was sent later.
   */
  run(abortOthers: () => Promise<void>): Promise<void>;
  /** Answers that the request was dropped. Absent: this kind of request is never dropped. */
  abort?(): void;
}

interface Entry {
  readonly request: QueuedRequest;
  aborted: boolean;
}

/** How many turns of the event loop what was sent before an error takes to arrive: one to be read, one to be passed on. */
const DRAINING_TURNS = 2;

/** Runs one request at a time, in the order of arrival, each at once when nothing is before it. */
export class RequestQueue {
  readonly #waiting: Entry[] = [];
  readonly #onEmpty: () => void;
  #running = false;
  #draining: Promise<void> | undefined;

  /** @param onEmpty called each time when the last request was answered. */
  constructor(onEmpty: () => void) {
    this.#onEmpty = onEmpty;
  }

  push(request: QueuedRequest): void {
    this.#waiting.push({ request, aborted: false });
    if (!this.#running) void this.#run();
  }

  /**
   * Drops what waits, and what arrives within the next turns of the event loop: it was sent before its sender could know.
   * The answers come in the order of the requests, after the one that runs. With nothing running, nothing is dropped.
   *
   * @returns resolves after those turns.
   */
  abort(): Promise<void> {
    if (!this.#running) return Promise.resolve();
    this.#markAborted();
    const draining = this.#drain().finally(() => {
      if (this.#draining === draining) this.#draining = undefined;
    });
    this.#draining = draining;
    return draining;
  }

  async #drain(): Promise<void> {
    for (let turn = 0; turn < DRAINING_TURNS; turn++) await nextTurn();
    this.#markAborted();
  }

  #markAborted(): void {
    for (const entry of this.#waiting) entry.aborted = true;
  }

  async #run(): Promise<void> {
    this.#running = true;
    for (;;) {
      while (this.#draining !== undefined) await this.#draining;
      const entry = this.#waiting.shift();
      if (entry === undefined) break;
      const { request, aborted } = entry;
      if (aborted && request.abort !== undefined) request.abort();
      else await request.run(() => this.abort());
    }
    this.#running = false;
    this.#onEmpty();
  }
}
