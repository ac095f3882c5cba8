/** Questions to the user: the front end shows them and sends back what is typed. Source: messaging specification 5.4, "stdin". */
import { type MessagePort, receiveMessageOnPort } from "node:worker_threads";
import { KernelError } from "../errors.js";
import type { KernelContents, Message } from "../wire/index.js";

export interface Question {
  /** The cell that asks. */
  readonly request: Message;
  /** Whether the front end answers. */
  readonly isAllowed: boolean;
  readonly prompt: string;
  /** Whether what is typed is hidden. */
  readonly password: boolean;
}

export interface StdinOptions {
  /** Sends the question to who sent the request. */
  readonly send: (request: Message, content: KernelContents["input_request"]) => void;
  /** Another thread puts each answer here, and counts them in the shared memory. */
  readonly port: MessagePort;
  /** One Int32, raised and notified with each answer. */
  readonly count: SharedArrayBuffer;
}

/**
 * Asks one question at a time: what is typed carries no mark of what it answers. Answers to questions that nobody waits for any
 * more are dropped.
 */
export class Stdin {
  readonly #options: StdinOptions;
  readonly #count: Int32Array<SharedArrayBuffer>;
  #waiting: ((value: string) => void) | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: StdinOptions) {
    this.#options = options;
    this.#count = new Int32Array(options.count);
    options.port.on("message", (value: string) => {
      const answer = this.#waiting;
      this.#waiting = undefined;
      answer?.(value);
    });
    options.port.unref();
  }

  /**
   * Asks, and lets everything else run meanwhile. Questions of several cells are asked one after the other.
   *
   * @throws KernelError when the front end answers no questions.
   */
  ask(question: Question): Promise<string> {
    const answer = this.#last.catch(() => {}).then(() => this.#ask(question));
    this.#last = answer;
    return answer;
  }

  /**
   * Asks, and blocks this thread until the answer is there; an interrupt ends that too.
   *
   * @throws KernelError when the front end answers no questions.
   */
  askNow(question: Question): string {
    const { port } = this.#options;
    // Whatever was typed before the question was there answers another one.
    while (receiveMessageOnPort(port) !== undefined);
    this.#send(question);
    for (;;) {
      const count = Atomics.load(this.#count, 0);
      const received = receiveMessageOnPort(port) as { readonly message: string } | undefined;
      if (received !== undefined) return received.message;
      Atomics.wait(this.#count, 0, count);
    }
  }

  /** Nobody waits any more: the cells that asked have been stopped. */
  cancel(): void {
    this.#waiting = undefined;
    this.#last = Promise.resolve();
  }

  async #ask(question: Question): Promise<string> {
    const answer = new Promise<string>((resolve) => {
      this.#waiting = resolve;
    });
    this.#send(question);
    return answer;
  }

  #send({ request, isAllowed, prompt, password }: Question): void {
    if (!isAllowed)
      throw new KernelError(
        "The front end answers no questions here (it sent allow_stdin: false); run the cell where somebody can type, or give the value in the code.",
      );
    this.#options.send(request, { prompt, password });
  }
}
