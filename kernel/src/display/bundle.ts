/** MIME bundles that can be sent: binary as base64, text as strings, JSON types as JSON, and always a plain text. */
import type { JsonObject, MimeBundle } from "../wire/index.js";
import { isPlainObject } from "./properties.js";
import { count, toText } from "./text.js";

/** A value in its representations, and what is said about them. */
export interface DisplayBundle {
  readonly data: MimeBundle;
  /** By MIME type. */
  readonly metadata: JsonObject;
}

const MIME_TYPE = /^[a-z]+\/[\w.+-]+(?:;.*)?$/i;
const JSON_TYPE = /^application\/(?:json|[\w.-]+\+json)(?:;|$)/i;
/** Their source is readable as it is. */
const READABLE = ["text/markdown", "text/latex"] as const;

/** Whether values of this MIME type are sent as JSON and not as text. */
export function isJsonType(type: string): boolean {
  return JSON_TYPE.test(type);
}

/** Whether a value is a bundle by its looks: a plain object with keys, all of which are MIME types. */
export function isMimeBundle(value: unknown): value is MimeBundle {
  if (!isPlainObject(value)) return false;
  const keys = Object.keys(value);
  return keys.length > 0 && keys.every((key) => MIME_TYPE.test(key));
}

/**
 * Bytes of any kind as base64.
 *
 * @returns undefined where the value is not bytes.
 */
export function toBase64(value: unknown): string | undefined {
  if (value instanceof ArrayBuffer) return Buffer.from(value).toString("base64");
  if (!ArrayBuffer.isView(value)) return undefined;
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("base64");
}

/**
 * A copy of the value that JSON can write: big integers become numbers, or text where they are too large for that.
 *
 * @throws TypeError where JSON has no form of it: a cycle, or nothing but functions and symbols.
 */
export function toJson(value: unknown): unknown {
  const text = JSON.stringify(value, (_key, item: unknown) => {
    if (typeof item !== "bigint") return item;
    return Number.isSafeInteger(Number(item)) ? Number(item) : item.toString();
  });
  if (text === undefined) throw new TypeError(`JSON has no form of ${toText(value)}.`);
  return JSON.parse(text);
}

/**
 * Makes the representations that a user gives such that they can be sent. Those that are null or undefined are left out.
 *
 * @param keys whether keys that are no MIME types are kept; default they are left out.
 * @throws TypeError where a JSON type has a value that JSON has no form of.
 */
export function normalizeData(representations: object, keys: "mime" | "any" = "mime"): MimeBundle {
  const data: [string, unknown][] = [];
  for (const [type, value] of Object.entries(representations)) {
    if (value === undefined || value === null || (keys === "mime" && !MIME_TYPE.test(type))) continue;
    data.push([type, normalize(type, value)]);
  }
  // Unlike an assignment, this also takes a key named __proto__.
  return Object.fromEntries(data);
}

function normalize(type: string, value: unknown): unknown {
  if (isJsonType(type)) return toJson(value);
  if (typeof value === "string") return value;
  const base64 = toBase64(value);
  if (base64 !== undefined) return type.startsWith("text/") || type.includes("xml") ? decode(base64) : base64;
  // Notebooks keep a text as a list of lines.
  if (Array.isArray(value) && value.every((line) => typeof line === "string")) return value.join("");
  return type.startsWith("text/") ? toText(value) : toJson(value);
}

function decode(base64: string): string {
  return Buffer.from(base64, "base64").toString("utf8");
}

/**
 * Adds a plain text where there is none: the source of what is readable as it is.
 *
 * @param text what it is else; default a line that says what the representations are.
 */
export function withText(data: MimeBundle, text: () => string = () => summary(data)): MimeBundle {
  if (typeof data["text/plain"] === "string") return data;
  const readable = READABLE.map((type) => data[type]).find((value) => typeof value === "string");
  return { ...data, "text/plain": readable ?? text() };
}

function summary(data: MimeBundle): string {
  const parts = Object.entries(data).map(([type, value]) =>
    typeof value === "string" ? `${type}, ${count(value.length, "character")}` : type,
  );
  return `[${parts.join("; ") || "nothing"}]`;
}
