/** A queue between whoever produces and one consumer that waits with `for await`. */

/**
 * Holds values until they are taken, in order, without limit. One consumer at a time; leaving its loop ends nothing, a later
 * loop goes on where it stopped.
 */
export class AsyncQueue<Value> implements AsyncIterable<Value> {
  #values: Value[] = [];
  /** Taken from `#values` already; they are cut off in large pieces, because shifting each would move the rest. */
  #taken = 0;
  #wake: (() => void) | undefined;
  #ended = false;
  #error: Error | undefined;

  /** After the end, values are passed over. */
  push(value: Value): void {
    if (this.#ended) return;
    this.#values.push(value);
    this.#wake?.();
  }

  /**
   * No more values: the consumer gets those that are left and then the end.
   *
   * @param error what the consumer's loop throws instead of ending; default none.
   */
  end(error?: Error): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#error = error;
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Value, void, void> {
    for (;;) {
      while (this.#taken < this.#values.length) yield this.#take();
      if (this.#error !== undefined) throw this.#error;
      if (this.#ended) return;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = undefined;
    }
  }

  #take(): Value {
    const value = this.#values[this.#taken++]!;
    if (this.#taken === this.#values.length || this.#taken === 1024) {
      this.#values = this.#values.slice(this.#taken);
      this.#taken = 0;
    }
    return value;
  }
}
