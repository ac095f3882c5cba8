/** JSON from outside: parsed with limits, and a reason instead of an exception. */

/** A JSON object whose contents nobody has checked yet. */
export type JsonObject = Readonly<Record<string, unknown>>;

export type JsonFault = "bad-encoding" | "bad-json" | "not-an-object" | "too-deep";
export type ParsedJson =
  | { readonly ok: true; readonly value: JsonObject }
  | { readonly ok: false; readonly reason: JsonFault };

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENING = new Set([0x5b, 0x7b]);
const CLOSING = new Set([0x5d, 0x7d]);

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Parses the bytes of one JSON object.
 *
 * @param maxDepth how deep arrays and objects may be nested; the object itself counts as 1. What is deeper would overflow
 *   the stack of whoever walks the value.
 */
export function parseJsonObject(bytes: Uint8Array, maxDepth: number): ParsedJson {
  if (isDeeper(bytes, maxDepth)) return { ok: false, reason: "too-deep" };
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch {
    return { ok: false, reason: "bad-encoding" };
  }
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || Array.isArray(value))
      return { ok: false, reason: "not-an-object" };
    return { ok: true, value: value as JsonObject };
  } catch {
    return { ok: false, reason: "bad-json" };
  }
}

/** Whether brackets outside of strings nest deeper than `maxDepth`; bytes that are not JSON get some answer. */
function isDeeper(bytes: Uint8Array, maxDepth: number): boolean {
  // So short a text cannot nest that deep, and most are short.
  if (bytes.length <= 2 * maxDepth) return false;
  let depth = 0;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!;
    if (byte === QUOTE) i = endOfString(bytes, i);
    else if (OPENING.has(byte) && ++depth > maxDepth) return true;
    else if (CLOSING.has(byte)) depth--;
  }
  return false;
}

function endOfString(bytes: Uint8Array, start: number): number {
  for (let end = bytes.indexOf(QUOTE, start + 1); end >= 0; end = bytes.indexOf(QUOTE, end + 1)) {
    let slashes = 0;
    while (bytes[end - 1 - slashes] === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return end;
  }
  return bytes.length;
}
