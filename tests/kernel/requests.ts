/** Requests as a dispatcher hands them to handlers. */
import type { Request } from "../../kernel/src/dispatch/index.js";
import { type JsonObject, parseRequest, type RequestType } from "../../kernel/src/wire/index.js";
import { request } from "./dispatch/mockWire.js";

/** @throws Error where the content does not follow the protocol. */
export function requestOf<Type extends RequestType>(type: Type, content: JsonObject = {}): Request<Type> {
  const { message, channel } = request(type, content);
  const parsed = parseRequest(type, message.content);
  if (!parsed.ok) throw new Error(parsed.reason);
  return { message, channel, content: parsed.value };
}
