/**
 * What a value itself says of how it is shown: by a method named by Jupyter's symbol, or by methods that give one
 * representation each.
 *
 * Source: the symbol as Deno's kernel has it.
 */
import type { JsonObject } from "../wire/index.js";
import { type DisplayBundle, isMimeBundle, normalizeData, toJson } from "./bundle.js";
import { describeThrown } from "./describeError.js";
import { isObject, isPlainObject, methodOf } from "./properties.js";
import { type MaybePromise, settle } from "./settle.js";

export const DISPLAY_SYMBOL: unique symbol = Symbol.for("Jupyter.display") as never;

/** Methods that give one representation, and its MIME type. */
const METHODS: Readonly<Record<string, string>> = {
  toHtml: "text/html",
  toSvg: "image/svg+xml",
  toPng: "image/png",
  toMarkdown: "text/markdown",
  toLatex: "text/latex",
};

/** What the methods gave. */
export interface Spoken {
  readonly bundle: DisplayBundle;
  /** What went wrong, a sentence each. */
  readonly faults: readonly string[];
}

type Part = { readonly ok: DisplayBundle } | { readonly fault: string };

/**
 * Asks the value. The symbol's method goes before all others; each of the others adds its representation.
 *
 * @returns undefined where the value has no such method; a promise only where one of its methods gives one.
 */
export function askValue(value: object): MaybePromise<Spoken> | undefined {
  const display = methodOf(value, DISPLAY_SYMBOL);
  if (display !== undefined) return collect([ask(value, '[Symbol.for("Jupyter.display")]', display, bundleOf)]);
  const parts = Object.entries(METHODS).flatMap(([name, type]) => {
    const method = methodOf(value, name);
    return method === undefined ? [] : [ask(value, name, method, (result) => ofType(type, result))];
  });
  const whole = methodOf(value, "toMimeBundle");
  if (whole !== undefined) parts.push(ask(value, "toMimeBundle", whole, bundleOf));
  return parts.length === 0 ? undefined : collect(parts);
}

function ask(
  value: object,
  name: string,
  method: () => unknown,
  read: (result: unknown) => DisplayBundle,
): MaybePromise<Part> {
  return settle<unknown, Part>(
    () => method.call(value),
    (result) => ({ ok: read(result) }),
    (error) => {
      const { name: kind, message } = describeThrown(error);
      return { fault: `The value's method ${name} failed: ${kind}: ${message}` };
    },
  );
}

function collect(parts: readonly MaybePromise<Part>[]): MaybePromise<Spoken> {
  if (parts.some((part) => part instanceof Promise)) return Promise.all(parts).then(merge);
  return merge(parts as readonly Part[]);
}

function merge(parts: readonly Part[]): Spoken {
  const bundles = parts.flatMap((part) => ("ok" in part ? [part.ok] : []));
  return {
    bundle: {
      data: Object.assign({}, ...bundles.map(({ data }) => data)),
      metadata: Object.assign({}, ...bundles.map(({ metadata }) => metadata)),
    },
    faults: parts.flatMap((part) => ("fault" in part ? [part.fault] : [])),
  };
}

function ofType(type: string, result: unknown): DisplayBundle {
  const data = normalizeData({ [type]: result });
  if (typeof data[type] !== "string") throw new TypeError(`it gave no ${type}`);
  return { data, metadata: {} };
}

/** A bundle, or a bundle beside metadata: `{ data, metadata }`. */
function bundleOf(result: unknown): DisplayBundle {
  if (isMimeBundle(result)) return { data: normalizeData(result), metadata: {} };
  if (isPlainObject(result) && isMimeBundle(result["data"])) {
    const { metadata } = result;
    return {
      data: normalizeData(result["data"]),
      metadata: isObject(metadata) ? (toJson(metadata) as JsonObject) : {},
    };
  }
  throw new TypeError("it gave no MIME bundle: an object whose keys are MIME types");
}
