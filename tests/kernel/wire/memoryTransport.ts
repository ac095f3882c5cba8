/** A transport in memory: a test plays the front end, and nothing leaves the process. */
import { AsyncQueue } from "../../../kernel/src/wire/asyncQueue.js";
import type { Frames, SocketKind, Transport, TransportSocket } from "../../../kernel/src/wire/index.js";

export class MemorySocket implements TransportSocket {
  readonly #arriving = new AsyncQueue<Frames>();
  readonly #leaving = new AsyncQueue<Frames>();
  readonly #leavingFrames = this.#leaving[Symbol.asyncIterator]();
  endpoint = "";
  closed = false;
  /** What `bind` and `send` reject with; undefined: they succeed. */
  failure: Error | undefined;

  constructor(
    readonly kind: SocketKind,
    readonly maxFrameBytes: number,
  ) {}

  async bind(endpoint: string): Promise<void> {
    if (this.failure !== undefined) throw this.failure;
    this.endpoint = endpoint;
  }

  async send(frames: Frames): Promise<void> {
    if (this.failure !== undefined) throw this.failure;
    if (!this.closed) this.#leaving.push(frames);
  }

  async close(): Promise<void> {
    this.closed = true;
    this.#arriving.end();
  }

  [Symbol.asyncIterator](): AsyncIterator<Frames> {
    return this.#arriving[Symbol.asyncIterator]();
  }

  /** The front end sends. */
  arrive(...frames: readonly (Uint8Array | string)[]): void {
    this.#arriving.push(frames.map((frame) => (typeof frame === "string" ? Buffer.from(frame) : frame)));
  }

  /** Receiving fails. */
  break(error: Error): void {
    this.#arriving.end(error);
  }

  /** The next frames that the kernel sent; waits for them. */
  async next(): Promise<Frames> {
    return (await this.#leavingFrames.next()).value!;
  }
}

export class MemoryTransport implements Transport {
  /** In the order of opening: shell, control, stdin, iopub, heartbeat. */
  readonly sockets: MemorySocket[] = [];

  open(kind: SocketKind, maxFrameBytes: number): MemorySocket {
    const socket = new MemorySocket(kind, maxFrameBytes);
    this.sockets.push(socket);
    return socket;
  }
}
