/** A front end for tests: signs, talks ZeroMQ, and checks what the kernel sends against the specification. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { Dealer, Request, Subscriber } from "zeromq";
import {
  type Connection,
  decode,
  encode,
  type Header,
  type JsonObject,
  type Message,
  makeHeader,
  newSender,
  type OutgoingChannel,
  parseConnection,
  Signatures,
} from "../../../kernel/src/wire/index.js";
import { checkPublished } from "./specification.js";

export const KEY = "a-key-for-tests";

/** A connection of Unix sockets in a folder of its own; `remove` deletes the folder. */
export function temporaryConnection(key = KEY): { connection: Connection; remove: () => void } {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "wire-"));
  const ports = { shell_port: 1, control_port: 2, iopub_port: 3, stdin_port: 4, hb_port: 5 };
  const text = JSON.stringify({ transport: "ipc", ip: path.join(folder, "k"), key, ...ports });
  return {
    connection: parseConnection(text, "The test's connection"),
    remove: () => fs.rmSync(folder, { recursive: true, force: true }),
  };
}

export interface RequestParts {
  readonly content?: JsonObject;
  readonly header?: Partial<Header>;
  readonly buffers?: readonly Uint8Array[];
}

export class FrontEnd {
  readonly sender = newSender();
  readonly #signatures: Signatures;
  readonly dealers: Readonly<Record<"shell" | "control" | "stdin", Dealer>>;
  readonly subscriber: Subscriber;
  readonly heartbeat: Request;

  constructor(connection: Connection, { identity = "", subscription = "" } = {}) {
    this.#signatures = new Signatures(connection.key, connection.hash);
    const options = { linger: 0, receiveTimeout: 20_000, ...(identity === "" ? {} : { routingId: identity }) };
    this.dealers = { shell: new Dealer(options), control: new Dealer(options), stdin: new Dealer(options) };
    this.subscriber = new Subscriber({ linger: 0, receiveTimeout: 20_000 });
    this.heartbeat = new Request({ linger: 0, receiveTimeout: 20_000 });
    for (const channel of ["shell", "control", "stdin"] as const)
      this.dealers[channel].connect(connection.endpoints[channel]);
    this.subscriber.connect(connection.endpoints.iopub);
    this.subscriber.subscribe(subscription);
    this.heartbeat.connect(connection.endpoints.heartbeat);
  }

  /** The frames of a signed request. */
  frames(type: string, { content = {}, header = {}, buffers = [] }: RequestParts = {}): Uint8Array[] {
    const message: Message = {
      identities: [],
      header: { ...makeHeader(this.sender, type), ...header },
      parent_header: {},
      metadata: {},
      content,
      buffers,
    };
    return encode(message, this.#signatures);
  }

  async send(channel: "shell" | "control" | "stdin", type: string, request: RequestParts = {}): Promise<void> {
    await this.dealers[channel].send(this.frames(type, request));
  }

  /** The next message of the kernel on this channel. @throws when none comes, or it does not follow the specification. */
  async receive(channel: OutgoingChannel): Promise<Message> {
    const socket = channel === "iopub" ? this.subscriber : this.dealers[channel];
    const decoded = decode(await socket.receive(), this.#signatures);
    if (!decoded.ok) throw new Error(`A message of the kernel is wrong: ${decoded.reason}.`);
    checkPublished(decoded.message);
    return decoded.message;
  }

  close(): void {
    for (const socket of [...Object.values(this.dealers), this.subscriber, this.heartbeat]) socket.close();
  }
}
