/** Any value as plain text of bounded length, made in bounded time. */
import { type InspectOptions, inspect, types } from "node:util";
import { isObject } from "./properties.js";

/** Characters of one text at most. */
export const MAX_TEXT = 100_000;
/** Characters of a string that is the value itself, and of one inside it. */
const MAX_WHOLE_STRING = 50_000;
const MAX_STRING = 10_000;
/** Elements of one array, map or set. */
const MAX_ELEMENTS = 100;
/** Properties of one object; Node's own inspection would list all. */
const MAX_PROPERTIES = 1000;
/** Values that one text may show in all; a value with more is shown less deep. */
const MAX_VALUES = 20_000;
const DEPTHS = [4, 1, 0] as const;
/** From here on decimal digits take long to compute. */
const HUGE = 1n << 100_000n;

const OPTIONS: InspectOptions = {
  colors: false,
  maxStringLength: MAX_STRING,
  maxArrayLength: MAX_ELEMENTS,
  breakLength: 100,
  getters: false,
  showProxy: false,
};

/** The first `max` characters, and how many are left out. Never cuts a character in two. */
export function cutText(text: string, max: number = MAX_TEXT): string {
  if (text.length <= max) return text;
  const last = text.charCodeAt(max - 1);
  const end = last >= 0xd800 && last < 0xdc00 ? max - 1 : max;
  return `${text.slice(0, end)}… ${count(text.length - end, "more character")}`;
}

/** `1 row`, `940 more rows`, with thousands separated. */
export function count(n: number, noun: string): string {
  return `${n.toLocaleString("en-US")} ${noun}${n === 1 ? "" : "s"}`;
}

/**
 * The value as `util.inspect` prints it, without colours: at most `MAX_TEXT` characters, 100 elements of an array, 1,000
 * properties of an object, 50,000 characters of a string and 10,000 of one inside it; what is left out is counted. Getters do not run, proxies are looked
 * through, and a value whose own inspection throws is shown without it. Never throws.
 */
export function toText(value: unknown): string {
  if (typeof value === "bigint" && (value > HUGE || value < -HUGE)) return hugeInteger(value);
  try {
    if (typeof value === "string") return cutText(inspectSafely(value, { maxStringLength: MAX_WHOLE_STRING }));
    const keys = isObject(value) ? propertiesOf(value) : [];
    if (isObject(value) && keys.length > MAX_PROPERTIES) return firstProperties(value, keys);
    const depth = DEPTHS.find((depth) => countValues(value, depth, MAX_VALUES) < MAX_VALUES) ?? 0;
    return cutText(inspectSafely(value, { depth }));
  } catch {
    return "[a value that cannot be shown]";
  }
}

/** The value in one line of at most `max` characters, for a cell of a table. */
export function toLine(value: unknown, max: number): string {
  const text =
    typeof value === "string" ? value : isObject(value) ? inspectSafely(value, shallow(value)) : toText(value);
  const line = text.slice(0, 2 * max).replace(/\s+/g, " ");
  return line.length > max || text.length > 2 * max ? `${[...line.slice(0, max)].slice(0, -1).join("")}…` : line;
}

function shallow(value: object): InspectOptions {
  return {
    depth: countValues(value, 0, MAX_PROPERTIES) < MAX_PROPERTIES ? 0 : -1,
    maxArrayLength: 10,
    maxStringLength: 100,
  };
}

function hugeInteger(value: bigint): string {
  const hex = value.toString(16);
  const digits = Math.round(hex.length * Math.log10(16));
  const start = value < 0n ? `-0x${hex.slice(1, 41)}` : `0x${hex.slice(0, 40)}`;
  return `${start}…n (about ${count(digits, "decimal digit")})`;
}

/** Names of the properties that an inspection lists without limit: those of ordinary objects. */
function propertiesOf(value: object): readonly string[] {
  if (types.isProxy(value) || Array.isArray(value) || ArrayBuffer.isView(value) || isCollection(value)) return [];
  return Object.keys(value);
}

function firstProperties(value: object, keys: readonly string[]): string {
  const shown = Object.create(Object.getPrototypeOf(value)) as object;
  for (const key of keys.slice(0, MAX_PROPERTIES))
    Object.defineProperty(shown, key, Object.getOwnPropertyDescriptor(value, key)!);
  const left = (keys.length - MAX_PROPERTIES).toLocaleString("en-US");
  return `${cutText(inspectSafely(shown, { depth: 0 }))}\n… ${left} more properties`;
}

function isCollection(value: object): value is Map<unknown, unknown> | Set<unknown> {
  return types.isMap(value) || types.isSet(value);
}

function inspectSafely(value: unknown, options: InspectOptions): string {
  try {
    return inspect(value, { ...OPTIONS, ...options });
  } catch {
    // The value's own inspection, its tag or something below it throws.
  }
  try {
    return inspect(value, { ...OPTIONS, ...options, depth: 0, customInspect: false });
  } catch {
    return typeof value === "function" ? "[Function]" : "[Object]";
  }
}

/** How many values an inspection of this depth would visit; counts no further than `max`. */
function countValues(value: unknown, depth: number, max: number): number {
  if (!isObject(value) || types.isProxy(value)) return 1;
  let counted = 1;
  for (const child of children(value)) {
    counted += depth > 0 ? countValues(child, depth - 1, max - counted) : 1;
    if (counted >= max) return max;
  }
  return counted;
}

function* children(value: object): Generator<unknown, void, void> {
  if (ArrayBuffer.isView(value)) return;
  if (isCollection(value)) {
    const entries = types.isMap(value) ? Map.prototype.entries.call(value) : Set.prototype.entries.call(value);
    let left = MAX_ELEMENTS;
    for (const pair of entries) {
      if (left-- === 0) return;
      yield* pair;
    }
    return;
  }
  const keys = Array.isArray(value) ? firstIndices(value) : Object.keys(value);
  for (const key of keys) yield Object.getOwnPropertyDescriptor(value, key)?.value;
}

function firstIndices(array: readonly unknown[]): string[] {
  return Array.from({ length: Math.min(array.length, MAX_ELEMENTS) }, (_, i) => String(i));
}
