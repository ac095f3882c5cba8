/**
 * The sockets in a thread of their own, seen from the main thread: there the user's code runs, for as long as it likes, and
 * the heartbeat is answered all the same.
 */
import { getHeapStatistics } from "node:v8";
import { MessageChannel, type MessagePort, Worker } from "node:worker_threads";
import type { KernelVersions } from "../control/index.js";
import type { CellScript } from "../debugger/index.js";
import { KernelError } from "../errors.js";
import { RunState } from "../interrupt/index.js";
import { type CapturedDescriptors, type StreamName, StreamWriter, streamRingMemory } from "../streams/index.js";
import {
  AsyncQueue,
  type Connection,
  type Incoming,
  type Message,
  type OutgoingChannel,
  type Sender,
  serialize,
  type Wire,
  type WireStatistics,
} from "../wire/index.js";
import {
  type AnswerData,
  detach,
  type FromThread,
  Pressure,
  type ThreadData,
  type ToThread,
  type WireEvent,
} from "./protocol.js";

export interface WireWorkerOptions {
  readonly connection: Connection;
  /** Whose messages the kernel's are. */
  readonly sender: Sender;
  /** Where child processes and native code print; default: they print wherever the process does. */
  readonly descriptors?: CapturedDescriptors | undefined;
  /** What `kernel_info_reply` says; default: nothing in particular. */
  readonly versions?: KernelVersions;
  /** Of `RunState`; default: memory in which nothing ever runs. */
  readonly runState?: SharedArrayBuffer;
  /** Process id of whoever must live for the kernel to live, besides the process's own parent. Default: nobody. */
  readonly parent?: number | undefined;
  /** Told of what the thread decides. Default: it is passed over. */
  readonly onEvent?: (event: WireEvent) => void;
}

const ENDED_EARLY = "The thread of the kernel's sockets ended before it listened; start the kernel again.";

/** How long, in ms, a process that exits waits for its sockets: as long as `close` takes at most, and a little. */
const EXIT_MS = 2500;

type Question = { readonly kind: "flush" | "statistics" } | { readonly kind: "script"; readonly script: CellScript };

type Answer = (statistics: WireStatistics | undefined) => void;

export class WireWorker implements Wire {
  readonly #worker: Worker;
  readonly #port: MessagePort;
  readonly #pressure: Pressure;
  /** Where answers of the user arrive. */
  readonly answers: AnswerData;
  readonly #streams: StreamWriter;
  readonly #onEvent: (event: WireEvent) => void;
  #subshells: ReadonlySet<string> = new Set();
  #isDebugged = false;
  readonly #parents = new WeakMap<Message, number>();
  readonly #incoming = new AsyncQueue<Incoming>();
  readonly #answers = new Map<number, Answer>();
  /** The thread has ended and everything that it said was read. */
  readonly #ended: Promise<void>;
  #failure: KernelError | undefined;
  #lastId = 0;
  #lastParent = 0;
  #closed = false;

  private constructor({
    connection,
    sender,
    descriptors,
    versions = { kernel: "0", typescript: "0" },
    runState = RunState.memory(),
    parent,
    onEvent = () => {},
  }: WireWorkerOptions) {
    const { port1, port2 } = new MessageChannel();
    const pressure = Pressure.memory();
    const streams = streamRingMemory();
    const answers = new MessageChannel();
    const stdin = { port: answers.port2, count: new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT) };
    const workerData: ThreadData = {
      connection,
      sender,
      port: port2,
      pressure,
      streams,
      descriptors,
      versions,
      runState,
      heapLimit: getHeapStatistics().heap_size_limit,
      stdin,
      parent,
    };
    this.answers = { port: answers.port1, count: stdin.count };
    this.#onEvent = onEvent;
    this.#pressure = new Pressure(pressure);
    this.#port = port1;
    this.#streams = new StreamWriter(streams, () => this.#post({ kind: "printed" }));
    this.#worker = new Worker(new URL("./program.js", import.meta.url), {
      workerData,
      transferList: [port2, answers.port2],
      // Otherwise Node makes its own standard streams in this thread, which changes what child processes print to.
      stdout: true,
      stderr: true,
    });
    this.#worker.once("error", (cause) => {
      const reason = `The thread of the kernel's sockets failed (${cause.message}); restart the kernel.`;
      this.#failure = new KernelError(reason, { cause });
    });
    // The last messages may come after the thread's exit.
    const exited = new Promise((resolve) => this.#worker.once("exit", resolve));
    const drained = new Promise((resolve) => this.#port.once("close", resolve));
    this.#ended = Promise.all([exited, drained]).then(() => this.#end());
    process.once("exit", this.#closeAtExit);
  }

  /**
   * A process that exits stops its threads wherever they are, and when one of them is at work in ZeroMQ, that aborts the
   * process. So who exits without closing waits here, and what was sent before is delivered.
   */
  readonly #closeAtExit = (): void => {
    if (!this.#closed) this.#post({ kind: "close" });
    this.#closed = true;
    this.#pressure.waitForEnd(EXIT_MS);
  };

  /**
   * Starts the thread; resolves when the five sockets are bound.
   *
   * @throws KernelError when an endpoint cannot be had; nothing is left running then.
   */
  static async start(options: WireWorkerOptions): Promise<WireWorker> {
    const wire = new WireWorker(options);
    await wire.#bound();
    return wire;
  }

  #bound(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#port.on("message", (message: FromThread) => {
        if (message.kind === "bound") resolve();
        else this.#receive(message);
      });
      void this.#ended.then(() => reject(this.#failure ?? new KernelError(ENDED_EARLY)));
    });
  }

  #receive(message: Exclude<FromThread, { kind: "bound" }>): void {
    switch (message.kind) {
      case "incoming":
        this.#incoming.push(message.incoming);
        break;
      case "event":
        this.#onEvent(message.event);
        break;
      case "debugger":
        this.#isDebugged = message.isAttached;
        break;
      case "subshells":
        this.#subshells = new Set(message.ids);
        break;
      case "failed":
        this.#failure = new KernelError(message.reason);
        break;
      case "answer":
        this.#answers.get(message.id)?.(message.statistics);
        this.#answers.delete(message.id);
    }
  }

  get incoming(): AsyncIterable<Incoming> {
    return this.#incoming;
  }

  /**
   * As `Wire.send`; never waits on the event loop, so it works while a cell spins. Blocks for as long as 64 MiB wait for the
   * sockets. The buffers are copied, so they may be changed afterwards.
   */
  send(channel: OutgoingChannel, message: Message): void {
    const serialized = serialize(message);
    if (this.#closed || this.#pressure.ended) return;
    const identities = detach(message.identities);
    const buffers = detach(message.buffers);
    const size = Pressure.sizeOf(serialized);
    const printed = this.#streams.position;
    this.#post(
      {
        kind: "send",
        channel,
        message: { identities, json: serialized.json, buffers },
        size,
        printed,
      },
      [...identities, ...buffers].map(({ buffer }) => buffer),
    );
    this.#streams.fence(printed);
    this.#pressure.add(size);
  }

  /**
   * Prints. Never waits on the event loop; blocks while the ring is full. Messages arrive in the same order as they are sent
   * and printed.
   *
   * @param request the cell or comm message that prints.
   */
  write(request: Message, name: StreamName, text: string): void {
    if (!this.#closed) this.#streams.write(this.#parents.get(request) ?? this.#introduce(request).parent, name, text);
  }

  /**
   * From now on what child processes and native code print belongs to this request. Blocks until the sockets' thread knows: what it
   * reads from their pipes before that it takes for the former request's, and a child may print at once.
   */
  adopt(request: Message): void {
    if (!this.#closed) this.#streams.waitUntilPassed(this.#introduce(request, true).printed);
  }

  /** Gives a request a number in the ring. */
  #introduce(request: Message, adopts = false): { readonly parent: number; readonly printed: number } {
    const parent = this.#parents.get(request) ?? ++this.#lastParent;
    this.#parents.set(request, parent);
    const printed = this.#streams.position;
    this.#post({ kind: "parent", parent, header: request.header, adopts, printed });
    // What it prints is not read before it is known whose it is.
    this.#streams.fence(printed);
    return { parent, printed };
  }

  /**
   * What child processes have printed by now goes out before any message that is sent later.
   *
   * @returns the fence behind which what is printed later waits.
   */
  drain(): number | undefined {
    if (this.#closed) return undefined;
    const printed = this.#streams.position;
    this.#post({ kind: "drain", printed });
    // What is printed from now on follows.
    this.#streams.fence(printed);
    return printed;
  }

  /** As `drain`, and blocks until it is done: for what a child prints that follows at once. */
  drainNow(): void {
    const printed = this.drain();
    if (printed !== undefined) this.#streams.waitUntilPassed(printed);
  }

  /** Interrupts what runs, as a front end's request does. */
  interrupt(): void {
    this.#post({ kind: "interrupt" });
  }

  /** Tells the debugger of a cell that is about to run; the cell must wait. @returns undefined: no debugger is attached. */
  announce(script: CellScript): Promise<unknown> | undefined {
    return this.#isDebugged ? this.#ask({ kind: "script", script }) : undefined;
  }

  /** Whether there is a subshell of this id. */
  hasSubshell(id: string): boolean {
    return this.#subshells.has(id);
  }

  /** Gives the thread a port of the TypeScript thread: it then answers what that one knows. */
  connectLanguage(port: MessagePort): void {
    this.#port.postMessage({ kind: "language", port } satisfies ToThread, [port]);
  }

  async flush(): Promise<void> {
    await this.#ask({ kind: "flush" });
  }

  async statistics(): Promise<WireStatistics> {
    const statistics = await this.#ask({ kind: "statistics" });
    if (statistics === undefined)
      throw new KernelError(
        "The kernel's sockets are closed, so they count nothing any more; ask before closing them.",
      );
    return statistics;
  }

  async close(): Promise<void> {
    if (!this.#closed) this.#post({ kind: "close" });
    this.#closed = true;
    await this.#ended;
  }

  #ask(question: Question): Promise<WireStatistics | undefined> {
    if (this.#closed || this.#pressure.ended) return Promise.resolve(undefined);
    const id = ++this.#lastId;
    return new Promise((resolve) => {
      this.#answers.set(id, resolve);
      this.#post({ ...question, id });
    });
  }

  #post(message: ToThread, transfer: ArrayBuffer[] = []): void {
    this.#port.postMessage(message, transfer);
  }

  /** The thread is gone: nobody waits for an answer of it. */
  #end(): void {
    process.off("exit", this.#closeAtExit);
    this.#closed = true;
    for (const answer of this.#answers.values()) answer(undefined);
    this.#answers.clear();
    this.#incoming.end(this.#failure);
  }
}
