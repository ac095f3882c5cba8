/** Replies to requests that could not be carried out, in the form that each message type has for it. */
import { KernelError } from "../errors.js";
import type { ErrorContent, KernelContents, Message, RequestType } from "../wire/index.js";
import type { ReplyType } from "./handlers.js";

/** Why a request got no answer: it does not follow the protocol, or names what there is not. */
export function refusal(reason: string): ErrorContent {
  return { ename: "ProtocolError", evalue: reason, traceback: [] };
}

/** What a handler threw. A KernelError is a sentence for the user; anything else is a defect and keeps its stack. */
export function failure(thrown: unknown): ErrorContent {
  if (!(thrown instanceof Error)) return { ename: "Error", evalue: describe(thrown), traceback: [] };
  const traceback = thrown instanceof KernelError ? [] : (thrown.stack ?? "").split("\n");
  return { ename: thrown.name, evalue: thrown.message, traceback };
}

function describe(thrown: unknown): string {
  try {
    return String(thrown);
  } catch {
    // An object without a prototype has no text.
    return "A value that has no text was thrown.";
  }
}

/**
 * The content of an error reply.
 *
 * `is_complete_reply` has no error: what cannot be told is "unknown". `debug_reply` is a response of the Debug Adapter
 * Protocol, which has its own way to fail.
 */
export function errorReply<Type extends RequestType>(
  type: Type,
  { content }: Message,
  error: ErrorContent,
): KernelContents[ReplyType<Type>] {
  return contentOf(type, content, error) as KernelContents[ReplyType<Type>];
}

function contentOf(type: RequestType, { seq, command }: Message["content"], error: ErrorContent): object {
  if (type === "is_complete_request") return { status: "unknown" };
  if (type !== "debug_request") return { status: "error", ...error };
  const request = Number.isInteger(seq) ? seq : 0;
  return {
    type: "response",
    seq: request,
    request_seq: request,
    success: false,
    command: typeof command === "string" ? command : "",
    message: `${error.ename}: ${error.evalue}`,
  };
}
