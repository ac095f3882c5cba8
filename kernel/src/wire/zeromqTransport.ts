/** The transport of Jupyter: ZeroMQ. */
import { setTimeout as delay } from "node:timers/promises";
import { Router, XPublisher } from "zeromq";
import type { Frames, SocketKind, Transport, TransportSocket } from "./transport.js";

/** How long, in ms, a closed socket goes on delivering: a reply to `shutdown_request` is sent right before the end. */
const LINGER_MS = 1000;

/** How long, in ms, before a full subscriber is tried again. */
const RETRY_MS = 1;

/** Once a subscriber counts as stuck: for how long, in ms, the others get time to read, and after how many messages. */
const BREATH_MS = 20;
const MESSAGES_A_BREATH = 250;

export interface ZeromqOptions {
  /** For how long, in ms, publishing waits for a subscriber that reads nothing; default 10,000. */
  readonly stallMs?: number;
  /** Messages that are kept for one subscriber; default 1,000, ZeroMQ's own. */
  readonly publisherMessages?: number;
}

export class ZeromqTransport implements Transport {
  readonly #options: Required<ZeromqOptions>;

  constructor({ stallMs = 10_000, publisherMessages = 1000 }: ZeromqOptions = {}) {
    this.#options = { stallMs, publisherMessages };
  }

  open(kind: SocketKind, maxFrameBytes: number): TransportSocket {
    return kind === "router" ? new RouterSocket(maxFrameBytes) : new PublisherSocket(maxFrameBytes, this.#options);
  }
}

/** What both kinds have in common. */
abstract class ZeromqSocket<Native extends Router | XPublisher> implements TransportSocket {
  protected readonly socket: Native;
  /** ZeroMQ has let go of every message. */
  readonly #released: Promise<void>;

  constructor(socket: Native) {
    this.socket = socket;
    // Its observer outlives the socket: the last event comes when nothing is left to deliver, or linger is over. ZeroMQ
    // reads the messages where JavaScript keeps them, and a thread that ends before frees them under its hands.
    this.#released = new Promise((resolve) => socket.events.on("end", () => resolve()));
  }

  bind(endpoint: string): Promise<void> {
    return this.socket.bind(endpoint);
  }

  async send(frames: Frames): Promise<void> {
    await this.socket.send(frames as Uint8Array[]);
  }

  close(): Promise<void> {
    this.socket.close();
    return this.#released;
  }

  [Symbol.asyncIterator](): AsyncIterator<Frames> {
    return this.socket[Symbol.asyncIterator]();
  }
}

class RouterSocket extends ZeromqSocket<Router> {
  constructor(maxFrameBytes: number) {
    super(
      new Router({
        linger: LINGER_MS,
        ipv6: true,
        maxMessageSize: maxFrameBytes,
        // A front end that lost its connection comes back under the same identity and takes its place again.
        handover: true,
        // A router drops what a full peer has no room for; replies are as few as requests, so all may wait.
        sendHighWaterMark: 0,
      }),
    );
  }
}

/**
 * ZeroMQ's publishers drop what a slow subscriber has no room for, which would lose output. This one waits for it instead,
 * so that the kernel slows down to the pace of its slowest front end. One that reads nothing at all must not stop a kernel
 * for good: after `stallMs` it misses messages, until it reads again or is gone. ZeroMQ then drops for whoever has no room,
 * so every few messages the others get a moment to read theirs.
 */
class PublisherSocket extends ZeromqSocket<XPublisher> {
  readonly #stallMs: number;
  readonly #messagesABreath: number;
  /** Whether some subscriber reads nothing. */
  #stuck = false;
  /** Messages that are still sent without regard to it. */
  #heedless = 0;

  constructor(maxFrameBytes: number, { stallMs, publisherMessages }: Required<ZeromqOptions>) {
    super(
      new XPublisher({
        linger: LINGER_MS,
        ipv6: true,
        maxMessageSize: maxFrameBytes,
        sendHighWaterMark: publisherMessages,
        noDrop: true,
        // Every subscription is told, not only the first to a topic: each new subscriber is welcomed.
        verbosity: "allSubs",
      }),
    );
    this.#stallMs = stallMs;
    this.#messagesABreath = Math.min(MESSAGES_A_BREATH, Math.ceil(publisherMessages / 4));
  }

  override async send(frames: Frames): Promise<void> {
    if (this.#heedless === 0 && (await this.#sendToAll(frames))) return;
    if (this.#heedless === 0) this.#heedless = this.#messagesABreath;
    setNoDrop(this.socket, false);
    try {
      await super.send(frames);
    } finally {
      setNoDrop(this.socket, true);
    }
    this.#heedless--;
  }

  /** Waits until every subscriber has room; false when one had none for too long. */
  async #sendToAll(frames: Frames): Promise<boolean> {
    const patience = this.#stuck ? Math.min(BREATH_MS, this.#stallMs) : this.#stallMs;
    const start = performance.now();
    do {
      try {
        await super.send(frames);
        this.#stuck = false;
        return true;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EAGAIN" || this.socket.closed) throw error;
      }
      // ZeroMQ does not tell when there is room: a publisher always counts as writable.
      await delay(RETRY_MS);
    } while (performance.now() - start < patience);
    this.#stuck = true;
    return false;
  }
}

/** ZeroMQ heeds this option at once; its binding does not know that and would warn on standard error each time. */
function setNoDrop(socket: XPublisher, noDrop: boolean): void {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    socket.noDrop = noDrop;
  } finally {
    process.emitWarning = emitWarning;
  }
}
