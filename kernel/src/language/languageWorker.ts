/** The TypeScript thread, seen from the main thread, which starts it and starts it again when it dies. */
import { MessageChannel, type MessagePort, Worker } from "node:worker_threads";
import { CellMemories, type CellMemoryUpdate } from "./cellMemory.js";
import { LanguageClient } from "./languageClient.js";
import { HEAP_FULL, type LanguageThreadData, type LinkMessage } from "./languageProtocol.js";
import type { LanguageOptions } from "./typeScriptLanguage.js";

/** Types can be deeply nested, and the compiler follows them by calling itself. */
const STACK_MB = 16;
/** Room for what is new: with less of it the thread collects more often, and an idle kernel is about 10 MB smaller. */
const YOUNG_MB = 16;
/** Room for types. The thread ends before that is full. */
const MEMORY_MB = 2048;

/** A thread that dies so often within so many ms is not started again by itself. */
const MANY_DEATHS = 3;
const SHORT_MS = 60_000;

const FULL = "its memory was full";
const WAY_OUT =
  "make its types simpler, or start the kernel with more memory, as by NODE_OPTIONS=--max-old-space-size=8000 in the environment";

export interface LanguageWorkerOptions extends LanguageOptions {
  /** Megabytes that types may take, unless Node is started with `--max-old-space-size`. Default 2048. */
  readonly memoryMb?: number;
}

/**
 * Starts at once; what is asked before it is ready waits. It does not keep the process alive, and ends with it.
 *
 * A thread that dies is followed by another, which knows the cells of the one before. What was asked and not answered fails with a
 * sentence. After three deaths within a minute nothing is started until the owner's own client asks again.
 */
export class LanguageWorker {
  readonly #options: LanguageWorkerOptions;
  readonly #onTrouble: (sentence: string) => void;
  readonly #memories = new CellMemories();
  readonly #links = new Set<MessagePort>();
  /** When threads died of late. */
  #deaths: readonly number[] = [];
  #worker: Worker | undefined;
  /** Why the last thread ended, for those who waited for it. */
  #reason: string | undefined;
  #isClosed = false;
  /** For the thread that started it. */
  readonly language: LanguageClient;

  /**
   * @param onTrouble called with a sentence when the thread has died so often that it is not started again by itself, unless a call of
   *   `language` fails with it.
   */
  constructor(options: LanguageWorkerOptions, onTrouble: (sentence: string) => void) {
    this.#options = options;
    this.#onTrouble = onTrouble;
    this.#worker = this.#start();
    this.language = new LanguageClient(this.connect(), { onWanted: () => this.#revive() });
  }

  /** Ends the thread; whoever waits is told by a rejection. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.language.close();
    for (const link of this.#links) link.close();
    await this.#worker?.terminate();
  }

  /** A link for a `LanguageClient` in another thread. */
  connect(): MessagePort {
    const { port1: link, port2: clients } = new MessageChannel();
    this.#links.add(link);
    link.once("close", () => this.#links.delete(link));
    link.unref();
    if (this.#worker !== undefined) this.#serve(this.#worker, link);
    return clients;
  }

  #start(): Worker {
    const { memoryMb = MEMORY_MB, ...options } = this.#options;
    const workerData: LanguageThreadData = { options, cells: this.#memories.all };
    const worker = new Worker(new URL("./languageThread.js", import.meta.url), {
      workerData,
      resourceLimits: {
        stackSizeMb: STACK_MB,
        maxYoungGenerationSizeMb: YOUNG_MB,
        maxOldGenerationSizeMb: memoryMb,
      },
      // What the compiler prints is for nobody.
      stdout: true,
      stderr: true,
    });
    let cause: string | undefined;
    worker.on("message", (update: CellMemoryUpdate) => this.#memories.update(update));
    worker.once("error", ({ message, code }: NodeJS.ErrnoException) => {
      cause = code === "ERR_WORKER_OUT_OF_MEMORY" ? FULL : message;
    });
    worker.once("exit", (code) =>
      this.#died(cause ?? (code === HEAP_FULL ? FULL : `it stopped with the code ${code}`)),
    );
    worker.unref();
    return worker;
  }

  #died(cause: string): void {
    this.#worker = undefined;
    if (this.#isClosed) return;
    const now = performance.now();
    this.#deaths = [...this.#deaths.filter((at) => now - at < SHORT_MS), now];
    if (this.#deaths.length >= MANY_DEATHS) this.#giveUp(cause);
    else {
      this.#reason = `The TypeScript service ended (${cause}) before it answered. It is started again and knows the earlier cells: run the cell again; if the service ends of it once more, ${WAY_OUT}.`;
      this.#startAgain();
    }
  }

  #giveUp(cause: string): void {
    const reason = `The TypeScript service ended ${this.#deaths.length} times within a minute (${cause}), so it is not started again until you run a cell. Variables are as they were. Where it is one cell that ends it, ${WAY_OUT}; where it is every cell, look at tsconfig.json in the notebook's folder or restart the kernel.`;
    // Whoever waits says it.
    if (!this.language.isAwaited) this.#onTrouble(reason);
    for (const link of this.#links) this.#tell(link, { kind: "ended", reason });
    this.#reason = reason;
  }

  #revive(): void {
    if (this.#worker === undefined && !this.#isClosed) this.#startAgain();
  }

  #startAgain(): void {
    this.#worker = this.#start();
    for (const link of this.#links) this.#serve(this.#worker, link);
  }

  #serve(worker: Worker, link: MessagePort): void {
    const reason = this.#reason;
    const { port1: port, port2: served } = new MessageChannel();
    worker.postMessage(served, [served]);
    this.#tell(link, { kind: "serves", port, ...(reason === undefined ? {} : { reason }) }, [port]);
  }

  #tell(link: MessagePort, message: LinkMessage, transfer: readonly MessagePort[] = []): void {
    link.postMessage(message, [...transfer]);
  }
}
