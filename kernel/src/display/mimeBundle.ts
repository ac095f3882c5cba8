/** Any value as a MIME bundle. */
import { types } from "node:util";
import type { MimeBundle } from "../wire/index.js";
import { type DisplayBundle, withText } from "./bundle.js";
import { describeThrown } from "./describeError.js";
import { isObject } from "./properties.js";
import { askValue, type Spoken } from "./protocols.js";
import { registered } from "./registered.js";
import { REPRESENTATIONS } from "./representations.js";
import { type MaybePromise, settle } from "./settle.js";
import { toText } from "./text.js";

/**
 * The value in all its representations: what the value says itself (`Symbol.for("Jupyter.display")`, `toHtml` and the like),
 * else what its shape says, else a bounded text. There is always `text/plain`; everything can be written as JSON.
 *
 * Proxies are shown as the text of their target, no trap runs; getters of the value's own do not run.
 *
 * @returns a promise only where a representation needs one. It never rejects, and nothing is thrown: a representation that
 *   fails is left out, and the text says why.
 */
export function toMimeBundle(value: unknown): MaybePromise<DisplayBundle> {
  if (!isObject(value) || types.isProxy(value)) return textOnly(value);
  try {
    const spoken = askValue(value);
    if (spoken === undefined) return byShape(value);
    return spoken instanceof Promise ? spoken.then((it) => finish(value, it)) : finish(value, spoken);
  } catch (error) {
    return textOnly(value, [note(error)]);
  }
}

function finish(value: object, { bundle, faults }: Spoken): DisplayBundle {
  if (Object.keys(bundle.data).length === 0) return textOnly(value, faults);
  const data = withText(bundle.data, () => toText(value));
  return { ...bundle, data: { ...data, "text/plain": [data["text/plain"], ...faults].join("\n\n") } };
}

function byShape(value: object): MaybePromise<DisplayBundle> {
  return settle(
    () => firstShape(value),
    (data) => (data === undefined ? textOnly(value) : { data: withText(data, () => toText(value)), metadata: {} }),
    (error) => textOnly(value, [note(error)]),
  );
}

function firstShape(value: object): MaybePromise<MimeBundle | undefined> {
  for (const represent of [...registered(), ...REPRESENTATIONS]) {
    const data = represent(value);
    if (data !== undefined) return data;
  }
  return undefined;
}

function textOnly(value: unknown, notes: readonly string[] = []): DisplayBundle {
  return { data: { "text/plain": [toText(value), ...notes].join("\n\n") }, metadata: {} };
}

function note(error: unknown): string {
  const { name, message } = describeThrown(error);
  return `It could not be shown in another way: ${name}: ${message}`;
}
