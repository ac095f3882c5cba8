/** A front end and a wire without sockets, for tests of what is between them. */
import type {
  Incoming,
  IncomingChannel,
  JsonObject,
  Message,
  OutgoingChannel,
} from "../../../kernel/src/wire/index.js";
import { checkPublished } from "../wire/specification.js";

export interface Sent {
  readonly channel: OutgoingChannel;
  readonly message: Message;
}

let lastId = 0;

export interface RequestOptions {
  readonly channel?: IncomingChannel;
  readonly subshell?: string | null;
  readonly identities?: readonly Uint8Array[];
}

/** A request of a front end; its `msg_id` is unique. */
export function request(type: string, content: JsonObject = {}, options: RequestOptions = {}): Incoming {
  const { channel = "shell", subshell, identities = [Buffer.from("front end")] } = options;
  const header = {
    msg_id: `${type}-${++lastId}`,
    msg_type: type,
    session: "front end",
    username: "user",
    date: "2026-01-01T00:00:00Z",
    version: "5.4",
    ...(subshell === undefined ? {} : { subshell_id: subshell }),
  };
  return { channel, message: { identities, header, parent_header: {}, metadata: {}, content, buffers: [] } };
}

export function execute(code: string, content: JsonObject = {}, options: RequestOptions = {}): Incoming {
  return request("execute_request", { code, ...content }, options);
}

/** Keeps what is sent, each message checked against the specification; refuses what JSON cannot hold, as a wire does. */
export class MockWire {
  readonly sent: Sent[] = [];

  send(channel: OutgoingChannel, message: Message): void {
    JSON.stringify([message.metadata, message.content]);
    checkPublished(message);
    this.sent.push({ channel, message });
  }

  /** What was sent because of a request, in order: `busy`, `idle`, or the message's type. */
  about({ message: { header } }: Incoming): string[] {
    return this.sent.filter(({ message }) => message.parent_header["msg_id"] === header.msg_id).map(nameOf);
  }

  /** Everything that was sent, in order, with the index of the request among those given. */
  story(...requests: readonly Incoming[]): string[] {
    const ids = requests.map(({ message }) => message.header.msg_id);
    return this.sent.map((sent) => `${nameOf(sent)} ${ids.indexOf(String(sent.message.parent_header["msg_id"]))}`);
  }

  /** The only reply to a request. @throws Error when there is not exactly one. */
  replyTo({ message: { header } }: Incoming): Sent {
    const replies = this.sent.filter(
      ({ channel, message }) => channel !== "iopub" && message.parent_header["msg_id"] === header.msg_id,
    );
    if (replies.length !== 1) throw new Error(`${replies.length} replies to ${header.msg_id}`);
    return replies[0]!;
  }
}

function nameOf({ message }: Sent): string {
  const { msg_type: type } = message.header;
  return type === "status" ? String(message.content["execution_state"]) : type;
}

/** Lets the event loop turn a few times. */
export async function turns(count = 5): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise(setImmediate);
}
