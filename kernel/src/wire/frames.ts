/**
 * The multipart form of a message:
 *
 *     identity…  <IDS|MSG>  signature  header  parent_header  metadata  content  buffer…
 *
 * What arrives is not trusted: nothing is parsed before its signature was verified, everything has a limit, and whatever is
 * wrong becomes a reason, never an exception.
 */
import { type JsonFault, type JsonObject, parseJsonObject } from "./json.js";
import { type Header, headerSchema, type Message } from "./messages.js";
import type { Signer, Verifier } from "./signature.js";

/** Separates the routing prefix from the message. */
export const DELIMITER: Buffer = Buffer.from("<IDS|MSG>");

const SIGNED_PARTS = 4;

/** What a message may be at most. */
export interface Limits {
  readonly identities: number;
  /** Bytes of one identity; ZeroMQ itself allows 255. */
  readonly identityBytes: number;
  /** Bytes of the header, and of the parent header. */
  readonly headerBytes: number;
  /** Bytes of the metadata, and of the content. */
  readonly jsonBytes: number;
  /** Nesting of arrays and objects in each JSON part. */
  readonly jsonDepth: number;
  readonly buffers: number;
  /** Bytes of all buffers together. */
  readonly bufferBytes: number;
}

export const DEFAULT_LIMITS: Limits = {
  identities: 16,
  identityBytes: 255,
  headerBytes: 64 * 2 ** 10,
  jsonBytes: 128 * 2 ** 20,
  jsonDepth: 512,
  buffers: 16_384,
  bufferBytes: 2 ** 30,
};

/** Why a message was dropped. */
export type DropReason =
  | "no-delimiter"
  | "too-many-identities"
  | "too-few-frames"
  | "too-many-buffers"
  | "too-large"
  | "bad-signature"
  | "replayed"
  | "bad-header"
  | "reflected"
  | JsonFault;

export type Decoded =
  | { readonly ok: true; readonly message: Message }
  | { readonly ok: false; readonly reason: DropReason };

function drop(reason: DropReason): Decoded {
  return { ok: false, reason };
}

/**
 * Takes a message out of its frames. The buffers and identities are the frames themselves, not copies.
 *
 * @param verifier remembers the signature of a genuine message, so decoding the same frames twice gives "replayed".
 */
export function decode(frames: readonly Uint8Array[], verifier: Verifier, limits: Limits = DEFAULT_LIMITS): Decoded {
  const at = frames.slice(0, limits.identities + 1).findIndex((frame) => DELIMITER.equals(frame));
  if (at < 0) return drop(frames.length > limits.identities ? "too-many-identities" : "no-delimiter");
  const identities = frames.slice(0, at);
  const signature = frames[at + 1];
  const parts = frames.slice(at + 2, at + 2 + SIGNED_PARTS);
  if (signature === undefined || parts.length < SIGNED_PARTS) return drop("too-few-frames");
  const buffers = frames.slice(at + 2 + SIGNED_PARTS);
  if (buffers.length > limits.buffers) return drop("too-many-buffers");
  if (isTooLarge(identities, parts, buffers, limits)) return drop("too-large");
  const verdict = verifier.verify(signature, parts);
  if (verdict !== "genuine") return drop(verdict === "forged" ? "bad-signature" : "replayed");
  return parse(identities, parts, buffers, limits);
}

function isTooLarge(
  identities: readonly Uint8Array[],
  parts: readonly Uint8Array[],
  buffers: readonly Uint8Array[],
  limits: Limits,
): boolean {
  const { headerBytes, jsonBytes } = limits;
  const allowed = [headerBytes, headerBytes, jsonBytes, jsonBytes];
  return (
    identities.some(({ length }) => length > limits.identityBytes) ||
    parts.some(({ length }, i) => length > allowed[i]!) ||
    buffers.reduce((sum, { length }) => sum + length, 0) > limits.bufferBytes
  );
}

function parse(
  identities: readonly Uint8Array[],
  parts: readonly Uint8Array[],
  buffers: readonly Uint8Array[],
  limits: Limits,
): Decoded {
  const objects: JsonObject[] = [];
  for (const part of parts) {
    const parsed = parseJsonObject(part, limits.jsonDepth);
    if (!parsed.ok) return parsed;
    objects.push(parsed.value);
  }
  const [header, parent_header, metadata, content] = objects as [JsonObject, JsonObject, JsonObject, JsonObject];
  if (!headerSchema.safeParse(header).success) return drop("bad-header");
  const message = { identities, header: header as unknown as Header, parent_header, metadata, content, buffers };
  return { ok: true, message };
}

/** A message whose JSON is written but not yet signed: what crosses from the thread that made it to the sockets' thread. */
export interface Serialized {
  readonly identities: readonly Uint8Array[];
  /** Header, parent header, metadata, content. */
  readonly json: readonly [string, string, string, string];
  readonly buffers: readonly Uint8Array[];
}

/**
 * Writes the JSON of a message.
 *
 * @throws TypeError for contents that JSON cannot hold (a cycle, a bigint), where the message was made.
 */
export function serialize({ identities, header, parent_header, metadata, content, buffers }: Message): Serialized {
  const json = [header, parent_header, metadata, content].map((part) => JSON.stringify(part));
  return { identities, json: json as [string, string, string, string], buffers };
}

/** Signs a serialized message and gives its frames. */
export function toFrames({ identities, json, buffers }: Serialized, signer: Signer): Uint8Array[] {
  const parts = json.map((text) => Buffer.from(text));
  return [...identities, DELIMITER, signer.sign(parts), ...parts, ...buffers];
}

/** The frames of a message. @throws TypeError as `serialize`. */
export function encode(message: Message, signer: Signer): Uint8Array[] {
  return toFrames(serialize(message), signer);
}
