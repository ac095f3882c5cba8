/** One end of a comm: a channel between the kernel and something in the front end, for messages of both sides' own making. */
import type { JsonObject } from "../wire/index.js";
import { CommListeners } from "./commListeners.js";
import type { CommHandler, CommMessage, CommOptions } from "./commMessage.js";

/** How a comm reaches the front end. */
export interface CommLink {
  send(comm: Comm, data: JsonObject, options: CommOptions): void;
  close(comm: Comm, data: JsonObject, options: CommOptions): void;
  /** A handler threw, or what it promised was rejected. */
  failed(error: unknown, comm: Comm): void;
}

/**
 * Made by `CommManager`. Messages that come while nobody listens are kept, the last 10,000 of them, and delivered to whoever
 * listens first.
 */
export class Comm implements AsyncIterable<CommMessage> {
  readonly id: string;
  readonly targetName: string;
  readonly #link: CommLink;
  readonly #messages: CommListeners;
  readonly #closings: CommListeners;
  #closed = false;

  constructor(id: string, targetName: string, link: CommLink) {
    this.id = id;
    this.targetName = targetName;
    this.#link = link;
    const failed = (error: unknown) => link.failed(error, this);
    this.#messages = new CommListeners(failed);
    this.#closings = new CommListeners(failed);
  }

  /** Whether either side has closed it. */
  get closed(): boolean {
    return this.#closed;
  }

  /**
   * Sends to the front end. After the end it does nothing: the front end may close at any moment, which is no fault of the
   * sender.
   *
   * @param data what JSON can write; default empty.
   * @throws KernelError where data is no object or buffers are not binary.
   */
  send(data: JsonObject = {}, options: CommOptions = {}): void {
    if (!this.#closed) this.#link.send(this, data, options);
  }

  /**
   * Closes both ends. What listens for the end hears of it too. Does nothing the second time.
   *
   * @throws KernelError as `send`; the comm is open then.
   */
  close(data: JsonObject = {}, options: CommOptions = {}): void {
    if (this.#closed) return;
    this.#link.close(this, data, options);
    this.end({ data, metadata: {}, buffers: [] });
  }

  /**
   * Listens to messages. Several may; each gets every message that comes from then on, in order. An error in one is reported
   * and stops no other.
   *
   * @returns stops listening.
   */
  onMessage(handler: CommHandler): () => void {
    return this.#messages.add(handler);
  }

  /**
   * Listens for the end, with the data that the front end gave; where it has come already, hears of it at once.
   *
   * @returns stops listening.
   */
  onClose(handler: CommHandler): () => void {
    return this.#closings.add(handler);
  }

  /**
   * The messages one after the other, until the comm is closed. What came before the loop is in it, and what comes after it is
   * left is kept for the next. A loop that lags behind by more than 10,000 messages misses the oldest.
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<CommMessage, void, void> {
    const queue: CommMessage[] = [];
    let wake = (): void => {};
    const stops = [
      this.onMessage((message) => {
        CommListeners.keep(queue, message);
        wake();
      }),
      this.onClose(() => wake()),
    ];
    try {
      for (;;) {
        while (queue.length > 0) yield queue.shift()!;
        if (this.#closed && this.#messages.kept === 0) return;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    } finally {
      for (const stop of stops) stop();
      this.#messages.giveBack(queue);
    }
  }

  /** Delivers a message of the front end. */
  receive(message: CommMessage): void {
    if (!this.#closed) this.#messages.deliver(message);
  }

  /** The other end is closed. */
  end(message: CommMessage): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#closings.deliver(message);
  }
}
