/** The language service in another thread, for whoever asks it. It outlives that thread: the next one goes on. */
// Not the global ones: the user can replace them.
import { clearTimeout, setTimeout } from "node:timers";
import type { MessagePort } from "node:worker_threads";
import { KernelError } from "../errors.js";
import type { Diagnostic } from "./diagnostics.js";
import type {
  CellSource,
  Completeness,
  Completions,
  ConvertedCell,
  ConvertedExpression,
  ExpressionPlace,
  Inspection,
  Language,
  LocalFile,
  RefusedCell,
  TranspiledFile,
} from "./language.js";
import type { Answer, Call, LinkMessage, Method } from "./languageProtocol.js";

/** A call that has no answer yet. */
interface Waiting {
  readonly call: Call;
  /** Whether a thread that serves has been given it. */
  isSent: boolean;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

export interface LanguageClientOptions {
  /** Called when something is asked although the service has been given up: it may be tried again. Default: it is not. */
  readonly onWanted?: () => void;
  /** For how long, in ms, a call waits for a thread that serves, at most. Default 3000. */
  readonly patienceMs?: number;
}

const NOT_STARTED =
  "The TypeScript service has ended, and what starts it again has to wait for the running cell; ask again when that has ended.";

export class LanguageClient implements Language {
  readonly #link: MessagePort;
  readonly #onWanted: (() => void) | undefined;
  readonly #patienceMs: number;
  readonly #waiting = new Map<number, Waiting>();
  /** Where the service is; undefined while there is none. */
  #port: MessagePort | undefined;
  /** What the owner has said while a port is still open. */
  #news: LinkMessage | undefined;
  /** Ends the patience with a service that has not come. */
  #impatience: NodeJS.Timeout | undefined;
  #lastId = 0;
  /** Why nothing serves for the present. */
  #givenUp: KernelError | undefined;
  /** Why nothing ever will. */
  #closed: KernelError | undefined;

  /**
   * @param link to the thread that owns the service, of `LanguageWorker.connect`; closed by `close`. It keeps the process alive only
   *   while an answer is awaited.
   */
  constructor(link: MessagePort, { onWanted, patienceMs = 3000 }: LanguageClientOptions = {}) {
    this.#link = link;
    this.#onWanted = onWanted;
    this.#patienceMs = patienceMs;
    link.on("message", (message: LinkMessage) => this.#linked(message));
    link.once("close", () => this.#close("The TypeScript service has ended; restart the kernel."));
    link.unref();
  }

  /** Whether somebody waits for an answer; that a cell has run needs none. */
  get isAwaited(): boolean {
    return [...this.#waiting.values()].some(({ call }) => call.method !== "settle");
  }

  convert(source: CellSource): Promise<ConvertedCell | RefusedCell> {
    return this.#call("convert", source) as Promise<ConvertedCell | RefusedCell>;
  }

  check(cell: number): Promise<readonly Diagnostic[]> {
    return this.#call("check", cell) as Promise<readonly Diagnostic[]>;
  }

  settle(cell: number, unset?: readonly string[]): Promise<void> {
    return this.#call("settle", cell, unset) as Promise<void>;
  }

  complete(code: string, position: number): Promise<Completions> {
    return this.#call("complete", code, position) as Promise<Completions>;
  }

  inspect(code: string, position: number, detail?: 0 | 1): Promise<Inspection | undefined> {
    return this.#call("inspect", code, position, detail) as Promise<Inspection | undefined>;
  }

  isComplete(code: string): Promise<Completeness> {
    return this.#call("isComplete", code) as Promise<Completeness>;
  }

  resolveLocal(specifier: string, importer: string): Promise<LocalFile | undefined> {
    return this.#call("resolveLocal", specifier, importer) as Promise<LocalFile | undefined>;
  }

  transpile(file: string): Promise<TranspiledFile> {
    return this.#call("transpile", file) as Promise<TranspiledFile>;
  }

  expression(code: string, place?: ExpressionPlace | "file"): Promise<ConvertedExpression> {
    return this.#call("expression", code, place) as Promise<ConvertedExpression>;
  }

  breakpointLines(code: string): Promise<readonly number[]> {
    return this.#call("breakpointLines", code) as Promise<readonly number[]>;
  }

  catchesAt(code: string, line: number, column: number): Promise<boolean> {
    return this.#call("catchesAt", code, line, column) as Promise<boolean>;
  }

  async close(): Promise<void> {
    this.#close("The TypeScript service is closed; restart the kernel.");
    this.#link.close();
  }

  #linked(message: LinkMessage): void {
    this.#news = message;
    // What the thread before answered comes before its port's end, and would else come too late.
    if (this.#port === undefined) this.#goOn();
  }

  /** The thread that served is gone. Its owner tells why; where that takes long, because a cell spins there, nobody waits for it. */
  #lost(): void {
    this.#port = undefined;
    if (this.#news !== undefined) this.#goOn();
    else this.#expectService();
  }

  /** Follows what the owner said last. */
  #goOn(): void {
    const news = this.#news!;
    this.#news = undefined;
    clearTimeout(this.#impatience);
    if (news.kind === "serves") this.#serve(news.port, news.reason);
    else {
      this.#givenUp = new KernelError(news.reason);
      this.#rejectAll(this.#givenUp);
    }
  }

  #serve(port: MessagePort, reason: string | undefined): void {
    this.#givenUp = undefined;
    if (reason !== undefined) this.#rejectUnanswered(new KernelError(reason));
    this.#port = port;
    port.on("message", (answer: Answer) => this.#receive(answer));
    port.once("close", () => this.#lost());
    port.unref();
    for (const waiting of this.#waiting.values()) this.#send(waiting, port);
  }

  #send(waiting: Waiting, port: MessagePort): void {
    waiting.isSent = true;
    port.postMessage(waiting.call);
  }

  #expectService(): void {
    clearTimeout(this.#impatience);
    if (this.#waiting.size === 0 || this.#closed !== undefined) return;
    this.#impatience = setTimeout(() => this.#rejectAll(new KernelError(NOT_STARTED)), this.#patienceMs);
    this.#impatience.unref();
  }

  /** What the thread that ended did not answer. That a cell has run must not be lost, and can be said twice. */
  #rejectUnanswered(error: KernelError): void {
    const unanswered = [...this.#waiting.values()].filter(({ call, isSent }) => isSent && call.method !== "settle");
    this.#reject(unanswered, error);
  }

  #rejectAll(error: KernelError): void {
    this.#reject([...this.#waiting.values()], error);
  }

  #reject(waiting: readonly Waiting[], error: KernelError): void {
    for (const { call, reject } of waiting) {
      this.#waiting.delete(call.id);
      reject(error);
    }
    if (this.#waiting.size === 0) this.#link.unref();
  }

  #close(reason: string): void {
    this.#closed ??= new KernelError(reason);
    clearTimeout(this.#impatience);
    this.#port?.close();
    this.#rejectAll(this.#closed);
  }

  #receive(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if (this.#waiting.size === 0) this.#link.unref();
    if (answer.ok) waiting?.resolve(answer.value);
    else waiting?.reject(answer.isUsers ? new KernelError(answer.reason) : new Error(answer.reason));
  }

  #call(method: Method, ...parameters: readonly unknown[]): Promise<unknown> {
    if (this.#closed !== undefined) return Promise.reject(this.#closed);
    if (this.#givenUp !== undefined) {
      if (this.#onWanted === undefined) return Promise.reject(this.#givenUp);
      this.#givenUp = undefined;
      this.#onWanted();
    }
    const call: Call = { id: ++this.#lastId, method, parameters };
    this.#link.ref();
    return new Promise((resolve, reject) => {
      const waiting: Waiting = { call, isSent: false, resolve, reject };
      this.#waiting.set(call.id, waiting);
      if (this.#port !== undefined) this.#send(waiting, this.#port);
      else this.#expectService();
    });
  }
}
