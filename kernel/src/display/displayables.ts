/**
 * Values that show themselves in one way: what a notebook calls as a function, `html("<b>…</b>")`, or as a tag of a template,
 * html`<b>${name}</b>`. They are shown as a cell's result, or by `display`.
 */
import type { JsonObject, MimeBundle } from "../wire/index.js";
import { type DisplayBundle, normalizeData, withText } from "./bundle.js";
import { escapeHtml } from "./escapeHtml.js";
import { DISPLAY_SYMBOL } from "./protocols.js";

/** A value that shows itself as this bundle. */
export class Displayable {
  readonly #bundle: DisplayBundle;

  /** @throws TypeError where JSON has no form of a representation that must be JSON. */
  constructor(data: MimeBundle, metadata: JsonObject = {}) {
    this.#bundle = { data: withText(normalizeData(data)), metadata };
  }

  [DISPLAY_SYMBOL](): DisplayBundle {
    return this.#bundle;
  }

  /** The representation of this MIME type, undefined where there is none. */
  get(type: string): unknown {
    return this.#bundle.data[type];
  }
}

type Tag = (text: string | TemplateStringsArray, ...values: readonly unknown[]) => Displayable;

function isTemplate(text: string | TemplateStringsArray): text is TemplateStringsArray {
  return typeof text !== "string" && Array.isArray(text);
}

/** A tag of a markup language: values of the template are text, and escaped, except those that are such markup already. */
function markup(type: string): Tag {
  const embed = (value: unknown): string => {
    if (value === undefined || value === null || value === false) return "";
    if (Array.isArray(value)) return value.map(embed).join("");
    const inner = value instanceof Displayable ? (value.get(type) ?? value.get("image/svg+xml")) : undefined;
    return typeof inner === "string" ? inner : escapeHtml(String(value));
  };
  return (text, ...values) => {
    if (!isTemplate(text)) return new Displayable({ [type]: String(text) });
    return new Displayable({ [type]: text.reduce((all, part, i) => all + embed(values[i - 1]) + part) });
  };
}

/** A tag of a language that uses backslashes itself: the template is taken as typed; a backquote and `${` are still escaped. */
function source(type: string, finish: (text: string) => string = (text) => text): Tag {
  const clean = (part: string) => part.replace(/\\([`$])/g, "$1");
  return (text, ...values) => {
    if (!isTemplate(text)) return new Displayable({ [type]: finish(String(text)) });
    const joined = text.raw.reduce((all, part, i) => `${all}${i === 0 ? "" : String(values[i - 1])}${clean(part)}`, "");
    return new Displayable({ [type]: finish(joined) });
  };
}

/**
 * HTML. As a tag, values are escaped; undefined, null and false give nothing, arrays their elements, and what `html` or `svg`
 * gave is inserted as it is.
 *
 * **Differs from** Deno's `html`, which inserts values as they are: a file name must not become markup.
 */
export const html: Tag = markup("text/html");

/** SVG. As a tag, as `html`. */
export const svg: Tag = markup("image/svg+xml");

/** Markdown. As a tag, values are inserted as they are and backslashes stay, as in `$\alpha$`. */
export const markdown: Tag = source("text/markdown");

/** The name that Deno's kernel gives to `markdown`. */
export const md: Tag = markdown;

/** LaTeX. As a tag, as `markdown`. A formula without delimiters gets `$$`. */
export const latex: Tag = source("text/latex", (text) =>
  /\$|\\begin\{|\\\(|\\\[/.test(text) ? text : `$$${text.trim()}$$`,
);

/** JavaScript that the front end runs, where it trusts the notebook. */
export function javascript(code: string): Displayable {
  return new Displayable({ "text/javascript": code });
}

/**
 * JSON, as a tree to open and close.
 *
 * @param options `expanded`: whether the tree is open; default false.
 * @throws TypeError where the value has a cycle or no JSON form.
 */
export function json(value: unknown, { expanded = false }: { readonly expanded?: boolean } = {}): Displayable {
  return new Displayable({ "application/json": value }, { "application/json": { expanded } });
}

/** @param image bytes of a PNG file, or their base64. */
export function png(image: Uint8Array | string): Displayable {
  return new Displayable({ "image/png": image });
}

/** @param image bytes of a JPEG file, or their base64. */
export function jpeg(image: Uint8Array | string): Displayable {
  return new Displayable({ "image/jpeg": image });
}
