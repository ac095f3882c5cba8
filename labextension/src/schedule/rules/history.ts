/** Undo and redo. Free of the DOM. */

/** States beyond this are forgotten, the oldest first. */
const MOST = 200;

export class History<T> {
  readonly #states: T[];
  #at = 0;

  constructor(first: T) {
    this.#states = [first];
  }

  get current(): T {
    return this.#states[this.#at]!;
  }

  get canUndo(): boolean {
    return this.#at > 0;
  }

  get canRedo(): boolean {
    return this.#at < this.#states.length - 1;
  }

  /** Adds a state after the current one; what was undone is gone. */
  push(state: T): void {
    this.#states.splice(this.#at + 1);
    this.#states.push(state);
    if (this.#states.length > MOST) this.#states.shift();
    this.#at = this.#states.length - 1;
  }

  /** @returns the state before, or the first where there is none. */
  undo(): T {
    this.#at = Math.max(0, this.#at - 1);
    return this.current;
  }

  redo(): T {
    this.#at = Math.min(this.#states.length - 1, this.#at + 1);
    return this.current;
  }
}
