/**
 * The five sockets of a kernel, in one thread: messages in and out, signed and verified; the heartbeat; the welcome of
 * subscribers. What is not genuine is dropped and counted, and never answered.
 */
import { setTimeout as delay } from "node:timers/promises";
import { KernelError } from "../errors.js";
import { AsyncQueue } from "./asyncQueue.js";
import { type Connection, SOCKET_NAMES, type SocketName } from "./connectionFile.js";
import {
  DEFAULT_LIMITS,
  type Decoded,
  type DropReason,
  decode,
  type Limits,
  type Serialized,
  serialize,
  toFrames,
} from "./frames.js";
import {
  type Incoming,
  type IncomingChannel,
  type Message,
  makeMessage,
  type OutgoingChannel,
  type Sender,
} from "./messages.js";
import { SendQueue } from "./sendQueue.js";
import { Signatures } from "./signature.js";
import type { Frames, Transport, TransportSocket } from "./transport.js";
import type { Wire, WireStatistics } from "./wire.js";

const INCOMING = ["shell", "control", "stdin"] as const;
const OUTGOING = ["shell", "control", "stdin", "iopub"] as const;

/** Front ends ping with a few bytes, and subscribe to short topics. */
const MAX_SMALL_FRAME_BYTES = 4096;
const SUBSCRIBE = 1;
const FLUSH_MS = 1000;

export interface SocketsOptions {
  readonly connection: Connection;
  /** Whose messages the kernel's are. */
  readonly sender: Sender;
  readonly transport: Transport;
  /** Default `DEFAULT_LIMITS`. */
  readonly limits?: Limits;
}

/** Bytes of a message that waits, text counted in characters. */
function bytesOf({ json, buffers }: Serialized): number {
  return json.reduce((sum, { length }) => sum + length, 0) + buffers.reduce((sum, { length }) => sum + length, 0);
}

export class Sockets implements Wire {
  readonly #sender: Sender;
  readonly #limits: Limits;
  readonly #signatures: Signatures;
  readonly #sockets: Readonly<Record<SocketName, TransportSocket>>;
  readonly #queues: Readonly<Record<OutgoingChannel, SendQueue<Serialized>>>;
  readonly #incoming = new AsyncQueue<Incoming>();
  readonly #received = { shell: 0, control: 0, stdin: 0 };
  readonly #sent = { shell: 0, control: 0, stdin: 0, iopub: 0 };
  readonly #dropped: Partial<Record<DropReason, number>> = {};
  #failed = 0;
  #heartbeats = 0;
  #welcomed = 0;
  #closing: Promise<void> | undefined;

  private constructor({ connection, sender, transport, limits = DEFAULT_LIMITS }: SocketsOptions) {
    this.#sender = sender;
    this.#limits = limits;
    this.#signatures = new Signatures(connection.key, connection.hash);
    const maxFrame = Math.max(limits.jsonBytes, limits.bufferBytes, limits.headerBytes);
    const small = MAX_SMALL_FRAME_BYTES;
    this.#sockets = {
      shell: transport.open("router", maxFrame),
      control: transport.open("router", maxFrame),
      stdin: transport.open("router", maxFrame),
      iopub: transport.open("publisher", small),
      heartbeat: transport.open("router", small),
    };
    this.#queues = {
      shell: this.#queueOf("shell"),
      control: this.#queueOf("control"),
      stdin: this.#queueOf("stdin"),
      iopub: this.#queueOf("iopub"),
    };
  }

  /**
   * Binds the five sockets and begins to receive.
   *
   * @throws KernelError when an endpoint cannot be had; nothing is left open then.
   */
  static async open(options: SocketsOptions): Promise<Sockets> {
    const sockets = new Sockets(options);
    for (const name of SOCKET_NAMES) {
      const endpoint = options.connection.endpoints[name];
      try {
        await sockets.#sockets[name].bind(endpoint);
      } catch (cause) {
        await sockets.close();
        const { code = "unknown error" } = cause as NodeJS.ErrnoException;
        throw new KernelError(
          `The ${name} socket cannot listen at ${endpoint} (${code}); start the kernel again, so that Jupyter chooses other ports.`,
          { cause },
        );
      }
    }
    for (const channel of INCOMING) void sockets.#watch(channel, (frames) => sockets.#receive(channel, frames));
    void sockets.#watch("heartbeat", (frames) => sockets.#echo(frames));
    void sockets.#watch("iopub", (frames) => sockets.#welcome(frames));
    return sockets;
  }

  get incoming(): AsyncIterable<Incoming> {
    return this.#incoming;
  }

  send(channel: OutgoingChannel, message: Message): Promise<void> {
    return this.sendSerialized(channel, serialize(message));
  }

  /** As `send`, for a message whose JSON is already written. */
  sendSerialized(channel: OutgoingChannel, message: Serialized): Promise<void> {
    return this.#queues[channel].push(message);
  }

  async flush(): Promise<void> {
    await Promise.all(OUTGOING.map((channel) => this.#queues[channel].flush()));
  }

  async statistics(): Promise<WireStatistics> {
    return {
      received: { ...this.#received },
      dropped: { ...this.#dropped },
      sent: { ...this.#sent },
      failed: this.#failed,
      heartbeats: this.#heartbeats,
      welcomed: this.#welcomed,
    };
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const timer = new AbortController();
    const tooLate = delay(FLUSH_MS, undefined, { signal: timer.signal }).catch(() => {});
    await Promise.race([this.flush(), tooLate]);
    timer.abort();
    for (const channel of OUTGOING) this.#queues[channel].close();
    const released = SOCKET_NAMES.map((name) => this.#sockets[name].close());
    this.#incoming.end();
    await Promise.all(released);
  }

  #queueOf(channel: OutgoingChannel): SendQueue<Serialized> {
    // Signed when its turn comes and not when it is pushed, so that the work of a burst is spread over the queue's turns.
    const send = async (message: Serialized) => {
      await this.#sockets[channel].send(toFrames(message, this.#signatures));
      this.#sent[channel]++;
    };
    const onError = () => {
      this.#failed++;
    };
    return new SendQueue({ send, bytesOf, onError });
  }

  async #watch(name: SocketName, handle: (frames: Frames) => void | Promise<void>): Promise<void> {
    try {
      for await (const frames of this.#sockets[name]) await handle(frames);
    } catch (cause) {
      if (this.#closing === undefined)
        this.#incoming.end(new KernelError(`The ${name} socket failed (${cause}); restart the kernel.`, { cause }));
    }
  }

  #receive(channel: IncomingChannel, frames: Frames): void {
    const decoded = this.#decode(frames);
    if (decoded.ok) {
      this.#received[channel]++;
      this.#incoming.push({ channel, message: decoded.message });
    } else {
      this.#dropped[decoded.reason] = (this.#dropped[decoded.reason] ?? 0) + 1;
    }
  }

  #decode(frames: Frames): Decoded {
    const decoded = decode(frames, this.#signatures, this.#limits);
    // Everyone on this machine can subscribe to iopub, and what the kernel publishes is signed: a message that it published
    // itself is no message to it.
    const reflected = decoded.ok && decoded.message.header.session === this.#sender.session;
    return reflected ? { ok: false, reason: "reflected" } : decoded;
  }

  /** The frames that came, identity first, are what goes back. */
  async #echo(frames: Frames): Promise<void> {
    await this.#sockets.heartbeat.send(frames);
    this.#heartbeats++;
  }

  /** Source: JEP 65: no parent header, and the subscription as topic, so that it reaches who subscribed to just that. */
  #welcome(frames: Frames): void {
    const [event] = frames;
    if (frames.length !== 1 || event?.[0] !== SUBSCRIBE) return;
    const topic = event.subarray(1);
    const subscription = Buffer.from(topic).toString();
    const welcome = makeMessage(this.#sender, "iopub_welcome", { subscription }, { identities: [topic] });
    this.#welcomed++;
    void this.send("iopub", welcome);
  }
}
