/**
 * The wire: Jupyter's five sockets, from connection file to checked messages. It knows nothing of what messages do, nor of
 * the thread in which it runs.
 *
 * `zeromqTransport.ts` is not here, so that only the sockets' thread loads ZeroMQ: the main thread starts faster without, and
 * ZeroMQ then ends with that thread.
 */

export { AsyncQueue } from "./asyncQueue.js";
export {
  type Connection,
  type ConnectionOptions,
  parseConnection,
  readConnectionFile,
  SOCKET_NAMES,
  type SocketName,
} from "./connectionFile.js";
export {
  DEFAULT_LIMITS,
  DELIMITER,
  type Decoded,
  type DropReason,
  decode,
  encode,
  type Limits,
  type Serialized,
  serialize,
} from "./frames.js";
export type { JsonObject } from "./json.js";
export type {
  DisplayContent,
  ErrorContent,
  ErrorReply,
  ExecuteReplyContent,
  HistoryEntry,
  KernelContents,
  KernelInfoContent,
  MimeBundle,
} from "./kernelContents.js";
export {
  type Header,
  type Incoming,
  type IncomingChannel,
  type Message,
  type MessageOptions,
  makeHeader,
  makeMessage,
  makePublication,
  makeReply,
  newSender,
  type OutgoingChannel,
  PROTOCOL_VERSION,
  type Sender,
} from "./messages.js";
export { isRequestType, type ParsedRequest, parseRequest, type RequestContent, type RequestType } from "./requests.js";
export { Signatures, type Signer, type Verdict, type Verifier } from "./signature.js";
export { Sockets, type SocketsOptions } from "./sockets.js";
export type { Frames, SocketKind, Transport, TransportSocket } from "./transport.js";
export type { Wire, WireStatistics } from "./wire.js";
