/**
 * What the sockets of a kernel need from the network. ZeroMQ gives it in `zeromqTransport.ts`; tests have one in memory.
 */

/**
 * `router`: talks to many peers; what arrives begins with the identity of who sent it, and what is sent goes to whom its
 * first frame names, or nowhere when that peer is gone.
 * `publisher`: what is sent goes to all who subscribed to a beginning of its first frame; what arrives says who did: one
 * frame, the byte 1 and the beginning subscribed to, or the byte 0 and the one given up.
 */
export type SocketKind = "router" | "publisher";

/** The frames of one multipart message. */
export type Frames = readonly Uint8Array[];

/** Iterating gives what arrives, and ends after `close`. One loop and one `send` at a time. */
export interface TransportSocket extends AsyncIterable<Frames> {
  /** Listens. @throws Error with a `code` (as `EADDRINUSE`) when the endpoint cannot be had. */
  bind(endpoint: string): Promise<void>;
  /** Resolves when the transport has the frames and will deliver them; that they arrived is not known. */
  send(frames: Frames): Promise<void>;
  /**
   * Takes no more. Resolves when what `send` took is delivered, or given up after the transport's linger; until then its
   * bytes must stay in memory, so the thread that sent them must not end. Closing twice is harmless.
   */
  close(): Promise<void>;
}

export interface Transport {
  open(kind: SocketKind, maxFrameBytes: number): TransportSocket;
}
