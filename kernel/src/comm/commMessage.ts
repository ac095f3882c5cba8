/** What goes through a comm. */
import type { JsonObject } from "../wire/index.js";

/** What a comm carries besides data. */
export interface CommOptions {
  /** Default empty. */
  readonly metadata?: JsonObject;
  /** Binary data beside the JSON; default none. Copied when the message is sent. */
  readonly buffers?: readonly Binary[];
}

export type Binary = ArrayBuffer | ArrayBufferView;

/** A message of the front end. */
export interface CommMessage {
  readonly data: JsonObject;
  readonly metadata: JsonObject;
  readonly buffers: readonly Uint8Array[];
}

export type CommHandler = (message: CommMessage) => unknown;
