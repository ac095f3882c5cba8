/** The table from message type to what is done about it. */
import type {
  IncomingChannel,
  JsonObject,
  KernelContents,
  Message,
  RequestContent,
  RequestType,
} from "../wire/index.js";

/** The type of the reply to a request; `never` for comm messages and `input_reply`, which have none. */
export type ReplyType<Type extends RequestType> = Type extends `${infer Name}_request`
  ? `${Name}_reply` & keyof KernelContents
  : never;

/** A request whose content follows the protocol. */
export interface Request<Type extends RequestType> {
  readonly message: Message;
  readonly content: RequestContent<Type>;
  /** The socket on which it came, and on which the reply leaves. */
  readonly channel: IncomingChannel;
}

/** What the dispatcher sends as the reply. */
export interface Reply<Type extends RequestType> {
  readonly content: KernelContents[ReplyType<Type>];
  /** Default: an empty object. */
  readonly metadata?: JsonObject;
  /** Default: none. */
  readonly buffers?: readonly Uint8Array[];
}

/** What a handler gives: a reply, or nothing where the message type has none. */
export type HandlerResult<Type extends RequestType> = [ReplyType<Type>] extends [never] ? undefined : Reply<Type>;

/**
 * Does what a request asks for. Called in the turn of the event loop in which the request's turn comes. What it throws
 * becomes an error reply.
 */
export type Handler<Type extends RequestType> = (request: Request<Type>) => Promise<HandlerResult<Type>>;

/** Handlers by message type; those of other threads are left out. */
export type Handlers = { readonly [Type in RequestType]?: Handler<Type> };

/** The type of the reply to a request; undefined where there is none. */
export function replyTypeOf<Type extends RequestType>(type: Type): ReplyType<Type> | undefined {
  const isRequest = type.endsWith("_request");
  return isRequest ? (type.replace(/request$/, "reply") as ReplyType<Type>) : undefined;
}
