/** What the main thread and the sockets' thread say to each other, over one MessagePort. */
import type { MessagePort } from "node:worker_threads";
import type { KernelVersions } from "../control/index.js";
import type { CellScript } from "../debugger/index.js";
import type { CapturedDescriptors } from "../streams/index.js";
import type {
  Connection,
  Header,
  Incoming,
  OutgoingChannel,
  Sender,
  Serialized,
  WireStatistics,
} from "../wire/index.js";

/** What the thread is started with. */
export interface ThreadData {
  readonly connection: Connection;
  readonly sender: Sender;
  readonly port: MessagePort;
  readonly pressure: SharedArrayBuffer;
  /** The ring of what the main thread prints. */
  readonly streams: SharedArrayBuffer;
  readonly descriptors: Pick<CapturedDescriptors, "stdout" | "stderr"> | undefined;
  readonly versions: KernelVersions;
  /** Of `RunState`. */
  readonly runState: SharedArrayBuffer;
  /** Bytes that the main thread's heap may have. */
  readonly heapLimit: number;
  readonly stdin: AnswerData;
  /** Process id of whoever must live for the kernel to live; undefined: the process's own parent alone. */
  readonly parent: number | undefined;
}

/** How what the user types reaches the main thread, also while it waits for nothing else. */
export interface AnswerData {
  readonly port: MessagePort;
  /** One Int32: how many answers were sent. */
  readonly count: SharedArrayBuffer;
}

/**
 * - `interruptRequested`: what can end by itself should;
 * - `outOfMemory`: what runs fills the heap and is about to be stopped;
 * - `interrupted`: what runs was stopped, or only waits: cells are to be ended;
 * - `shutdown`: the process is to end.
 */
export type WireEvent = "interruptRequested" | "outOfMemory" | "interrupted" | "shutdown";

/** To the sockets' thread. */
export type ToThread =
  | {
      readonly kind: "send";
      readonly channel: OutgoingChannel;
      readonly message: Serialized;
      readonly size: number;
      /** Up to where text had been printed: it goes out before, and what is printed later goes out behind. */
      readonly printed: number;
    }
  /** What is printed under this number belongs to this request. */
  | {
      readonly kind: "parent";
      readonly parent: number;
      readonly header: Header;
      /** So does from now on what child processes print. */
      readonly adopts: boolean;
      readonly printed: number;
    }
  /** There is text in the ring. */
  | { readonly kind: "printed" }
  /** What child processes have printed is to go out now. */
  | { readonly kind: "drain"; readonly printed: number }
  /** A port of the TypeScript thread. */
  | { readonly kind: "language"; readonly port: MessagePort }
  /** The process was sent SIGINT. */
  | { readonly kind: "interrupt" }
  /** A cell is about to run; it waits for the answer. */
  | { readonly kind: "script"; readonly id: number; readonly script: CellScript }
  | { readonly kind: "flush"; readonly id: number }
  | { readonly kind: "statistics"; readonly id: number }
  | { readonly kind: "close" };

/** From the sockets' thread. */
export type FromThread =
  | { readonly kind: "bound" }
  /** The sockets cannot be had, or failed later; the sentence is for the user. */
  | { readonly kind: "failed"; readonly reason: string }
  | { readonly kind: "event"; readonly event: WireEvent }
  /** Whether a debugger is attached: then it is to know of each cell before it runs. */
  | { readonly kind: "debugger"; readonly isAttached: boolean }
  /** The subshells that there are now. */
  | { readonly kind: "subshells"; readonly ids: readonly string[] }
  | { readonly kind: "incoming"; readonly incoming: Incoming }
  | { readonly kind: "answer"; readonly id: number; readonly statistics?: WireStatistics };

/** Copies bytes into memory of their own, which can change threads without another copy and without taking more along. */
export function detach(buffers: readonly Uint8Array[]): Uint8Array<ArrayBuffer>[] {
  // Not `slice`: a Buffer's is a view.
  return buffers.map((bytes) => new Uint8Array(bytes));
}

/** What a message weighs without its bytes, in units of a KiB. */
const MESSAGE_UNITS = 32;

/**
 * How much the main thread has sent and the sockets have not taken yet, in memory that both threads see: a cell that prints
 * forever never comes back to its event loop, so only blocking it keeps the memory bounded.
 */
export class Pressure {
  readonly #cells: Int32Array<SharedArrayBuffer>;
  readonly #limit: number;

  /**
   * @param memory of `Pressure.memory()`.
   * @param limit units that may wait; default 65,536: 64 MiB, or 2,000 small messages.
   */
  constructor(memory: SharedArrayBuffer, limit = 65_536) {
    this.#cells = new Int32Array(memory);
    this.#limit = limit;
  }

  static memory(): SharedArrayBuffer {
    return new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT);
  }

  /**
   * Units of a message: one for each KiB, and some for the message itself. A thread reads all messages that wait before it
   * does anything else, so how many may wait decides how long the heartbeat does.
   */
  static sizeOf({ json, buffers }: Serialized): number {
    let bytes = 0;
    for (const text of json) bytes += text.length;
    for (const { length } of buffers) bytes += length;
    return MESSAGE_UNITS + Math.floor(bytes / 1024);
  }

  /** Adds a message, and blocks the thread for as long as more than the limit waits and the other thread lives. */
  add(size: number): void {
    Atomics.add(this.#cells, 0, size);
    for (;;) {
      const waiting = Atomics.load(this.#cells, 0);
      if (waiting <= this.#limit || this.ended) return;
      Atomics.wait(this.#cells, 0, waiting);
    }
  }

  /** The sockets took a message. */
  remove(size: number): void {
    Atomics.sub(this.#cells, 0, size);
    Atomics.notify(this.#cells, 0);
  }

  /** Whether the sockets' thread has ended. */
  get ended(): boolean {
    return Atomics.load(this.#cells, 1) === 1;
  }

  /** Blocks until the sockets' thread has ended, at most for `ms`. */
  waitForEnd(ms: number): void {
    Atomics.wait(this.#cells, 1, 0, ms);
  }

  /** The sockets' thread ends: nobody waits for it any more. */
  end(): void {
    Atomics.store(this.#cells, 1, 1);
    Atomics.notify(this.#cells, 1);
    // The value must change, or a thread that is just about to wait would do so.
    Atomics.store(this.#cells, 0, 0);
    Atomics.notify(this.#cells, 0);
  }
}
