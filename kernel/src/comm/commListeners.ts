/** Who listens to one kind of message of a comm. */
import type { CommHandler, CommMessage } from "./commMessage.js";

/** Messages that are kept while nobody listens. */
const MAX_KEPT = 10_000;

/** Delivers to every listener, and keeps what comes while there is none. */
export class CommListeners {
  readonly #handlers = new Set<{ readonly handler: CommHandler }>();
  readonly #failed: (error: unknown) => void;
  readonly #kept: CommMessage[] = [];

  /** @param failed gets what a handler throws. */
  constructor(failed: (error: unknown) => void) {
    this.#failed = failed;
  }

  /** Adds to a queue that forgets its oldest. */
  static keep(queue: CommMessage[], message: CommMessage): void {
    queue.push(message);
    if (queue.length > MAX_KEPT) queue.shift();
  }

  /** How many messages wait for a listener, or are about to be delivered to a new one. */
  get kept(): number {
    return this.#kept.length;
  }

  add(handler: CommHandler): () => void {
    const entry = { handler };
    this.#handlers.add(entry);
    // Not at once: whoever adds a handler has not expected to be called before it is done, and several may be added.
    if (this.#kept.length > 0) queueMicrotask(() => this.#deliverKept());
    return () => void this.#handlers.delete(entry);
  }

  deliver(message: CommMessage): void {
    CommListeners.keep(this.#kept, message);
    this.#deliverKept();
  }

  /** Keeps what a listener took and did not use, unless somebody else has got it too. */
  giveBack(messages: readonly CommMessage[]): void {
    if (this.#handlers.size === 0) this.#kept.unshift(...messages);
  }

  #deliverKept(): void {
    if (this.#handlers.size === 0) return;
    for (const message of this.#kept.splice(0))
      for (const { handler } of [...this.#handlers]) this.#call(handler, message);
  }

  #call(handler: CommHandler, message: CommMessage): void {
    try {
      Promise.resolve(handler(message)).catch(this.#failed);
    } catch (error) {
      this.#failed(error);
    }
  }
}
