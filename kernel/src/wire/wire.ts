/** What the rest of the kernel sees of its sockets, in whichever thread they run. */
import type { DropReason } from "./frames.js";
import type { Incoming, IncomingChannel, Message, OutgoingChannel } from "./messages.js";

/** Counts since the start. */
export interface WireStatistics {
  /** Messages that were handed on. */
  readonly received: Readonly<Record<IncomingChannel, number>>;
  /** Messages that were dropped, by reason; none of them got an answer. */
  readonly dropped: Readonly<Partial<Record<DropReason, number>>>;
  /** Messages that the transport took. */
  readonly sent: Readonly<Record<OutgoingChannel, number>>;
  /** Messages that it refused. */
  readonly failed: number;
  readonly heartbeats: number;
  /** Subscriptions to iopub that were welcomed. */
  readonly welcomed: number;
}

export interface Wire {
  /**
   * Genuine messages of shell, control and stdin in the order of their arrival. Ends after `close`; throws KernelError when
   * the sockets fail. One loop at a time.
   */
  readonly incoming: AsyncIterable<Incoming>;
  /**
   * Sends a message; the order within a channel is kept. Who sends more than the sockets take is held back, either by
   * blocking or by the promise. After `close` messages are passed over.
   *
   * @throws TypeError for contents that JSON cannot hold.
   */
  send(channel: OutgoingChannel, message: Message): void | Promise<void>;
  /** Resolves when the transport has everything that was sent before. */
  flush(): Promise<void>;
  statistics(): Promise<WireStatistics>;
  /** Flushes for at most a second, delivers for at most another, and releases everything. Closing twice is harmless. */
  close(): Promise<void>;
}
