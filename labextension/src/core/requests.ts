/** Questions to the kernel, and their answers. */
import type { RequestMessage, WidgetRequest } from "../data/index.js";
import type { WidgetModel } from "../widget.js";

/** The kernel could not, or was told not to; the message is its sentence. */
export class RequestError extends Error {
  override readonly name = "RequestError";
}

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** Views of one output share a comm, so no two of them may use the same numbers. */
let next = Math.floor(Math.random() * 1e9) * 1_000;

export class Requests {
  readonly #model: WidgetModel;
  readonly #waiting = new Map<number, Waiting>();
  readonly #onMessage = (content?: unknown): void => this.#receive(content);
  readonly #onLive = (): void => {
    if (!this.#model.get("live")) this.#failAll("The kernel is gone; run the cell again.");
  };

  constructor(model: WidgetModel) {
    this.#model = model;
    model.on("msg:custom", this.#onMessage);
    model.on("change:live", this.#onLive);
  }

  /**
   * Asks the kernel.
   *
   * @param signal tells the kernel to break it off, and rejects at once.
   * @returns what it answers, not looked at.
   * @throws RequestError with its sentence, or where there is no kernel.
   */
  ask(what: WidgetRequest, signal?: AbortSignal): Promise<unknown> {
    if (!this.#model.get("live"))
      return Promise.reject(new RequestError("No kernel is running for this output; run the cell again."));
    const number = next++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(number, { resolve, reject });
      const message: RequestMessage = { type: "request", number, what };
      this.#model.send(message);
      signal?.addEventListener(
        "abort",
        () => {
          if (!this.#waiting.delete(number)) return;
          this.#model.send({ type: "cancel", number });
          reject(new RequestError("Cancelled."));
        },
        { once: true },
      );
    });
  }

  dispose(): void {
    this.#model.off("msg:custom", this.#onMessage);
    this.#model.off("change:live", this.#onLive);
    this.#failAll("The widget is closed.");
  }

  #receive(content: unknown): void {
    const { type, number, value, error } = (content ?? {}) as Record<string, unknown>;
    if (type !== "reply" || typeof number !== "number") return;
    const waiting = this.#waiting.get(number);
    if (waiting === undefined) return;
    this.#waiting.delete(number);
    if (typeof error === "string") waiting.reject(new RequestError(error.slice(0, 1_000)));
    else waiting.resolve(value);
  }

  #failAll(sentence: string): void {
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(new RequestError(sentence));
  }
}
