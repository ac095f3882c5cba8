/** Many short texts become few messages. */
import type { StreamName } from "./streamRing.js";
import { endOfPiece } from "./textPieces.js";

/** Sends one message of text. A promise: there is room for the next when it resolves; it must not reject. */
export type PublishText = (parent: number, name: StreamName, text: string) => void | Promise<void>;

export interface CoalescerOptions {
  readonly publish: PublishText;
  /** How long, in ms, text waits for more; default 15. */
  readonly delayMs?: number;
  /**
   * UTF-16 units of one message at most, at least 2; default 2^17: writing and signing it takes a third of a millisecond,
   * and for no longer should the heartbeat wait.
   */
  readonly maxLength?: number;
  /** Called when the text has waited; must flush soon. Default: `flush`. */
  readonly due?: () => void;
}

/** Joins neighbours of the same parent and stream. The order of texts is kept, also between stdout and stderr. */
export class Coalescer {
  readonly #options: Required<CoalescerOptions>;
  #parent = 0;
  #name: StreamName = "stdout";
  #text = "";
  #timer: NodeJS.Timeout | undefined;
  #room: void | Promise<void> = undefined;

  constructor({ publish, delayMs = 15, maxLength = 2 ** 17, due = () => this.flush() }: CoalescerOptions) {
    this.#options = { publish, delayMs, maxLength, due };
  }

  /** Whether no text waits. */
  get isEmpty(): boolean {
    return this.#text === "";
  }

  /** Resolves when more may be published. */
  get room(): void | Promise<void> {
    return this.#room;
  }

  /** Adds a text, unchanged: carriage returns and escape sequences are the front end's business. */
  add(parent: number, name: StreamName, text: string): void {
    if (parent !== this.#parent || name !== this.#name) this.flush();
    this.#parent = parent;
    this.#name = name;
    if (this.#text.length + text.length <= this.#options.maxLength) this.#text += text;
    else this.#addPieces(text);
    if (this.#text !== "") this.#timer ??= setTimeout(this.#options.due, this.#options.delayMs);
  }

  /** Publishes what waits. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const text = this.#text;
    this.#text = "";
    if (text !== "") this.#room = this.#options.publish(this.#parent, this.#name, text);
  }

  /** Each piece but the last fills a message. */
  #addPieces(text: string): void {
    this.flush();
    for (let start = 0; start < text.length; ) {
      const end = endOfPiece(text, start, this.#options.maxLength);
      this.flush();
      this.#text = text.slice(start, end);
      start = end;
    }
  }
}
