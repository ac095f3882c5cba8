/** The TypeScript thread, seen from the main thread. */
import { MessageChannel, type MessagePort, Worker } from "node:worker_threads";
import { LanguageClient } from "./languageProtocol.js";
import type { LanguageOptions } from "./typeScriptLanguage.js";

/** Types can be deeply nested, and the compiler follows them by calling itself. */
const STACK_MB = 16;
/** Room for what is new: with less of it the thread collects more often, and an idle kernel is about 10 MB smaller. */
const YOUNG_MB = 16;

/**
 * Starts at once; what is asked before it is ready waits. It does not keep the process alive, and ends with it.
 */
export class LanguageWorker {
  readonly #worker: Worker;
  /** For the thread that started it. */
  readonly language: LanguageClient;

  /** @param onFailure called with a sentence when the thread ends by itself; whoever waits is told by a rejection. */
  constructor(options: LanguageOptions, onFailure: (reason: string) => void) {
    this.#worker = new Worker(new URL("./languageThread.js", import.meta.url), {
      workerData: options,
      resourceLimits: { stackSizeMb: STACK_MB, maxYoungGenerationSizeMb: YOUNG_MB },
      // What the compiler prints is for nobody.
      stdout: true,
      stderr: true,
    });
    this.language = new LanguageClient(this.connect());
    const fail = (cause: string): void => {
      const reason = `The TypeScript service ended (${cause}); restart the kernel, no cell can run without it.`;
      this.language.fail(reason);
      onFailure(reason);
    };
    this.#worker.once("error", ({ message }) => fail(message));
    this.#worker.unref();
  }

  /** Ends the thread; whoever waits is told by a rejection. */
  async close(): Promise<void> {
    await this.language.close();
    await this.#worker.terminate();
  }

  /** A port for a `LanguageClient` in another thread. */
  connect(): MessagePort {
    const { port1, port2 } = new MessageChannel();
    this.#worker.postMessage(port2, [port2]);
    return port1;
  }
}
