/** The language service's calls across threads: a client for whoever asks, a server for the thread that answers. */
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

type Method = Exclude<keyof Language, "close">;

/** A call; its answer has the same number. */
interface Call {
  readonly id: number;
  readonly method: Method;
  readonly parameters: readonly unknown[];
}

type Answer =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  /** `isUsers`: a sentence for the user and no defect. */
  | { readonly id: number; readonly ok: false; readonly reason: string; readonly isUsers: boolean };

/** Answers the calls that come on a port, one after the other. */
export function serveLanguage(language: Language, port: MessagePort): void {
  let last: Promise<void> = Promise.resolve();
  port.on("message", (call: Call) => {
    last = last.then(async () => port.postMessage(await answer(language, call)));
  });
}

async function answer(language: Language, { id, method, parameters }: Call): Promise<Answer> {
  try {
    const call = language[method] as (...parameters: readonly unknown[]) => Promise<unknown>;
    return { id, ok: true, value: await call.apply(language, [...parameters]) };
  } catch (error) {
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    const isUsers = error instanceof KernelError;
    return { id, ok: false, reason: isUsers ? error.message : reason, isUsers };
  }
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** The language service in another thread. */
export class LanguageClient implements Language {
  readonly #port: MessagePort;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;
  #failure: KernelError | undefined;

  /**
   * @param port to a thread that serves with `serveLanguage`; closed by `close`. It keeps the process alive only while an answer
   *   is awaited.
   */
  constructor(port: MessagePort) {
    this.#port = port;
    port.on("message", (answer: Answer) => this.#receive(answer));
    port.once("close", () => this.fail("The TypeScript service has ended; restart the kernel."));
    port.unref();
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
    this.fail("The TypeScript service is closed; restart the kernel.");
    this.#port.close();
  }

  /** Nobody will answer any more: what waits and what is asked later fails with this sentence. */
  fail(reason: string): void {
    this.#failure ??= new KernelError(reason);
    for (const { reject } of this.#waiting.values()) reject(this.#failure);
    this.#waiting.clear();
    this.#port.unref();
  }

  #receive(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if (this.#waiting.size === 0) this.#port.unref();
    if (answer.ok) waiting?.resolve(answer.value);
    else waiting?.reject(answer.isUsers ? new KernelError(answer.reason) : new Error(answer.reason));
  }

  #call(method: Method, ...parameters: readonly unknown[]): Promise<unknown> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const id = ++this.#lastId;
    this.#port.ref();
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      const call: Call = { id, method, parameters };
      this.#port.postMessage(call);
    });
  }
}
