/** What leaves the main thread for the front ends, each message with the cell or comm message that caused it as its parent. */
import type { RunState } from "../interrupt/index.js";
import type { StreamName } from "../streams/index.js";
import {
  type JsonObject,
  type KernelContents,
  type Message,
  makePublication,
  makeReply,
  type Sender,
} from "../wire/index.js";
import type { WireWorker } from "../wireThread/index.js";
import type { CellContexts } from "./cellContext.js";

export interface PublisherOptions {
  readonly sender: Sender;
  readonly contexts: CellContexts;
  /** Nothing that leaves is cut off in the middle by an interrupt. */
  readonly runState: Pick<RunState, "critical">;
}

interface Extras {
  readonly metadata?: JsonObject;
  readonly buffers?: readonly Uint8Array[];
}

export class Publisher {
  readonly #options: PublisherOptions;
  #wire: WireWorker | undefined;

  constructor(options: PublisherOptions) {
    this.#options = options;
  }

  /** What was printed before is lost: nobody listened. */
  connect(wire: WireWorker): void {
    this.#wire = wire;
  }

  publish<Type extends keyof KernelContents>(
    request: Message | undefined,
    type: Type,
    content: KernelContents[Type],
    extras: Extras = {},
  ): void {
    const { sender, runState } = this.#options;
    const message = makePublication(sender, type, content, { ...extras, ...(request && { parent: request }) });
    runState.critical(() => this.#wire?.send("iopub", message));
  }

  /** Publishes for whatever runs now; nothing while a silent cell does. */
  publishHere<Type extends keyof KernelContents>(type: Type, content: KernelContents[Type], extras?: Extras): void {
    const { current } = this.#options.contexts;
    if (current?.silent !== true) this.publish(current?.request, type, content, extras);
  }

  /** Prints for whatever runs now. */
  print(name: StreamName, text: string): void {
    const { current } = this.#options.contexts;
    if (current === undefined || current.silent) return;
    this.#options.runState.critical(() => this.#wire?.write(current.request, name, text));
  }

  /** Prints a sentence for the user. */
  warn(sentence: string): void {
    this.print("stderr", `${sentence}\n`);
  }

  /** Asks the front end that sent a request. */
  ask(request: Message, content: KernelContents["input_request"]): void {
    const { sender, runState } = this.#options;
    runState.critical(() => this.#wire?.send("stdin", makeReply(sender, request, "input_request", content)));
  }
}
