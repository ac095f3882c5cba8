/** JSON of which there is one text for one value, so that its hash names the value (RFC 8785, JSON Canonicalization Scheme). */

/** What JSON can hold. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/**
 * The canonical text of a value: keys sorted by UTF-16 code units, no white space, numbers as ECMAScript writes them.
 *
 * @throws TypeError for a number that is not finite, which JSON cannot hold.
 */
export function canonicalJson(value: Json): string {
  if (typeof value === "number" && !Number.isFinite(value)) throw new TypeError(`JSON cannot hold ${value}.`);
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  // Counts are most of what is written: the built-in writer is as exact, and faster.
  if (Array.isArray(value) && value.every(Number.isFinite)) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  members.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`).join(",")}}`;
}
