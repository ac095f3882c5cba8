/** Work that ends by itself when the user interrupts, and so can leave things whole. */

export class InterruptibleWork {
  readonly #controllers = new Set<AbortController>();
  readonly #enter: () => () => void;

  /** @param enter tells whoever interrupts that such work runs, and gives what tells the end. */
  constructor(enter: () => () => void) {
    this.#enter = enter;
  }

  /** Runs work with a signal that an interrupt aborts. */
  async run<Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
    const controller = new AbortController();
    const leave = this.#enter();
    this.#controllers.add(controller);
    try {
      return await work(controller.signal);
    } finally {
      this.#controllers.delete(controller);
      leave();
    }
  }

  /** An interrupt is asked for. */
  abort(): void {
    for (const controller of this.#controllers) controller.abort();
  }

  /** What runs was cut off and will not end by itself. */
  forget(): void {
    this.#controllers.clear();
  }
}
