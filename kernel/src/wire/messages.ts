/**
 * Messages as the protocol has them: header, parent header, metadata, content, buffers, and who they are for.
 *
 * Source: Jupyter's messaging specification 5.4; `subshell_id` in the header from 5.5.
 */
import { randomUUID } from "node:crypto";
import { userInfo } from "node:os";
import { z } from "zod";
import type { JsonObject } from "./json.js";
import type { KernelContents } from "./kernelContents.js";

/** The version of the protocol that the kernel speaks, in each header that it makes. */
export const PROTOCOL_VERSION = "5.5";

/** Sockets on which messages arrive. */
export type IncomingChannel = "shell" | "control" | "stdin";
/** Sockets on which messages leave. */
export type OutgoingChannel = IncomingChannel | "iopub";

/** Says which message this is and whose. What a front end adds to it stays in it, and so comes back as parent header. */
export interface Header {
  /** Unique for each message. */
  readonly msg_id: string;
  readonly msg_type: string;
  /** Unique for each run of a kernel or a front end. */
  readonly session: string;
  readonly username: string;
  /** ISO 8601 with time zone; front ends before 5.1 leave it out. */
  readonly date?: string | null;
  /** Front ends before 5.0 leave it out. */
  readonly version?: string | null;
  /** The subshell that a shell message is for; absent or null: the main shell. */
  readonly subshell_id?: string | null;
}

/** A header as it comes from outside; fields that are not listed are kept. */
export const headerSchema = z.looseObject({
  msg_id: z.string().min(1),
  msg_type: z.string().min(1),
  session: z.string(),
  username: z.string(),
  date: z.string().nullish(),
  version: z.string().nullish(),
  subshell_id: z.string().nullish(),
});

export interface Message {
  /** ZeroMQ's routing prefix; on iopub the topic. */
  readonly identities: readonly Uint8Array[];
  readonly header: Header;
  /** Header of the message that caused this one, or an empty object. */
  readonly parent_header: Header | JsonObject;
  readonly metadata: JsonObject;
  readonly content: JsonObject;
  readonly buffers: readonly Uint8Array[];
}

/** A message and the socket on which it came. */
export interface Incoming {
  readonly channel: IncomingChannel;
  readonly message: Message;
}

/** Whoever makes messages: one for each run of a kernel. */
export interface Sender {
  readonly session: string;
  readonly username: string;
}

/** A sender with a new session, in the name of the user that runs the process. */
export function newSender(): Sender {
  return { session: randomUUID(), username: userName() };
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // In a container the user's number may have no name.
    return "kernel";
  }
}

/**
 * A new header.
 *
 * @param now for the date; default the present.
 */
export function makeHeader(sender: Sender, type: string, now: Date = new Date()): Header {
  const { session, username } = sender;
  return {
    msg_id: randomUUID(),
    msg_type: type,
    session,
    username,
    date: now.toISOString(),
    version: PROTOCOL_VERSION,
  };
}

export interface MessageOptions {
  /** The message that caused this one; its header becomes the parent header. Default none: an empty parent header. */
  readonly parent?: Pick<Message, "header">;
  /** Routing prefix: for a reply, the identities of the request; on iopub the topic. Default none. */
  readonly identities?: readonly Uint8Array[];
  readonly metadata?: JsonObject;
  readonly buffers?: readonly Uint8Array[];
}

/** A message of the kernel, with a new header. */
export function makeMessage<Type extends keyof KernelContents>(
  sender: Sender,
  type: Type,
  content: KernelContents[Type],
  { parent, identities = [], metadata = {}, buffers = [] }: MessageOptions = {},
): Message {
  return {
    identities,
    header: makeHeader(sender, type),
    parent_header: parent?.header ?? {},
    metadata,
    content: content as unknown as JsonObject,
    buffers,
  };
}

/** A reply goes to whom the request came from, and names it as its parent. */
export function makeReply<Type extends keyof KernelContents>(
  sender: Sender,
  request: Message,
  type: Type,
  content: KernelContents[Type],
  options: Pick<MessageOptions, "metadata" | "buffers"> = {},
): Message {
  return makeMessage(sender, type, content, { ...options, parent: request, identities: request.identities });
}

/** A message for everyone on iopub. Its topic is its type, as front ends that filter expect; streams add their name. */
export function makePublication<Type extends keyof KernelContents>(
  sender: Sender,
  type: Type,
  content: KernelContents[Type],
  options: Omit<MessageOptions, "identities"> = {},
): Message {
  const topic = type === "stream" ? `stream.${(content as KernelContents["stream"]).name}` : type;
  return makeMessage(sender, type, content, { ...options, identities: [Buffer.from(topic)] });
}
