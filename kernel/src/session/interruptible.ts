/** Work that ends by itself when the user interrupts, and so can leave things whole. */
import { Interrupted } from "./execution.js";

/** Fails what waits for a piece of work. */
type Forsake = (reason: Interrupted) => void;

export class InterruptibleWork {
  readonly #running = new Map<AbortController, Forsake>();
  readonly #enter: () => () => void;

  /** @param enter tells whoever interrupts that such work runs, and gives what tells the end. */
  constructor(enter: () => () => void) {
    this.#enter = enter;
  }

  /**
   * Runs work with a signal that an interrupt aborts.
   *
   * @throws Interrupted where the work was cut off, since it did not end in time: whoever waits for it then goes on.
   */
  async run<Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
    const controller = new AbortController();
    const leave = this.#enter();
    const cutOff = new Promise<never>((_resolve, reject) => this.#running.set(controller, reject));
    try {
      return await Promise.race([work(controller.signal), cutOff]);
    } finally {
      this.#running.delete(controller);
      leave();
    }
  }

  /** An interrupt is asked for. */
  abort(): void {
    for (const controller of this.#running.keys()) controller.abort();
  }

  /** What runs was cut off and will not end by itself. */
  forget(): void {
    for (const forsake of this.#running.values()) forsake(new Interrupted());
    this.#running.clear();
  }
}
