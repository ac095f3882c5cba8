/** The transport of Jupyter: ZeroMQ. */
import { setTimeout as delay } from "node:timers/promises";
import { Router, XPublisher } from "zeromq";
import type { Frames, SocketKind, Transport, TransportSocket } from "./transport.js";

/** How long, in ms, a closed socket goes on delivering: a reply to `shutdown_request` is sent right before the end. */
const LINGER_MS = 1000;

/** How long, in ms, before a full subscriber is tried again. */
const RETRY_MS = 1;

export interface ZeromqOptions {
  /** For how long, in ms, publishing waits for a subscriber that reads nothing; default 10,000. */
  readonly stallMs?: number;
  /** For how long, in ms, such a subscriber then misses what it has no room for, before it is waited for again; default 60,000. */
  readonly lossyMs?: number;
  /** Messages that are kept for one subscriber; default 1,000, ZeroMQ's own. */
  readonly publisherMessages?: number;
}

export class ZeromqTransport implements Transport {
  readonly #options: Required<ZeromqOptions>;

  constructor({ stallMs = 10_000, lossyMs = 60_000, publisherMessages = 1000 }: ZeromqOptions = {}) {
    this.#options = { stallMs, lossyMs, publisherMessages };
  }

  open(kind: SocketKind, maxFrameBytes: number): TransportSocket {
    return kind === "router" ? new RouterSocket(maxFrameBytes) : new PublisherSocket(maxFrameBytes, this.#options);
  }
}

class RouterSocket implements TransportSocket {
  readonly #socket: Router;

  constructor(maxFrameBytes: number) {
    this.#socket = new Router({
      linger: LINGER_MS,
      ipv6: true,
      maxMessageSize: maxFrameBytes,
      // A front end that lost its connection comes back under the same identity and takes its place again.
      handover: true,
      // A router drops what a full peer has no room for; replies are as few as requests, so all may wait.
      sendHighWaterMark: 0,
    });
  }

  bind(endpoint: string): Promise<void> {
    return this.#socket.bind(endpoint);
  }

  send(frames: Frames): Promise<void> {
    return this.#socket.send(frames as Uint8Array[]);
  }

  close(): void {
    this.#socket.close();
  }

  [Symbol.asyncIterator](): AsyncIterator<Frames> {
    return this.#socket[Symbol.asyncIterator]();
  }
}

/**
 * ZeroMQ's publishers drop what a slow subscriber has no room for, which would lose output. This one waits for it instead,
 * so that the kernel slows down to the pace of its slowest front end. A front end that reads nothing at all must not stop a
 * kernel for good: after `stallMs` it, and only it, misses messages for `lossyMs`.
 */
class PublisherSocket implements TransportSocket {
  readonly #socket: XPublisher;
  readonly #stallMs: number;
  readonly #lossyMs: number;
  #lossyUntil = 0;

  constructor(maxFrameBytes: number, { stallMs, lossyMs, publisherMessages }: Required<ZeromqOptions>) {
    this.#stallMs = stallMs;
    this.#lossyMs = lossyMs;
    this.#socket = new XPublisher({
      linger: LINGER_MS,
      ipv6: true,
      maxMessageSize: maxFrameBytes,
      sendHighWaterMark: publisherMessages,
      noDrop: true,
      // Every subscription is told, not only the first to a topic: each new subscriber is welcomed.
      verbosity: "allSubs",
    });
  }

  bind(endpoint: string): Promise<void> {
    return this.#socket.bind(endpoint);
  }

  async send(frames: Frames): Promise<void> {
    const start = performance.now();
    if (this.#lossyUntil > 0 && start > this.#lossyUntil) this.#setLossyUntil(0);
    for (;;) {
      try {
        return await this.#socket.send(frames as Uint8Array[]);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EAGAIN" || this.#socket.closed) throw error;
      }
      // Whether there is room is not told by ZeroMQ: a publisher always counts as writable.
      if (performance.now() - start > this.#stallMs) this.#setLossyUntil(performance.now() + this.#lossyMs);
      else await delay(RETRY_MS);
    }
  }

  #setLossyUntil(time: number): void {
    this.#lossyUntil = time;
    this.#socket.noDrop = time === 0;
  }

  close(): void {
    this.#socket.close();
  }

  [Symbol.asyncIterator](): AsyncIterator<Frames> {
    return this.#socket[Symbol.asyncIterator]();
  }
}
