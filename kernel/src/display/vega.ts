/**
 * Vega and Vega-Lite specifications, known by `$schema`, or by `data`, `mark` and `encoding`; and builders of them that have
 * a method `toSpec`.
 *
 * JupyterLab 4 renders vega.v5 and vegalite.v3, v4 and v5, by one renderer that warns of a later schema and draws it; so what
 * is later than v5 is sent as v5, and what is earlier than v3 as v3.
 */
import type { MimeBundle } from "../wire/index.js";
import { toJson } from "./bundle.js";
import { dataOf, isPlainObject, methodOf } from "./properties.js";
import type { Representation } from "./representation.js";
import { toText } from "./text.js";

const SCHEMA = /^https?:\/\/vega\.github\.io\/schema\/(vega|vega-lite)\/v(\d+)(?:\.[\d.]+)?\.json(?:#.*)?$/;

export const vega: Representation = (value) => bundleOf(value) ?? bundleOf(methodOf(value, "toSpec")?.call(value));

function bundleOf(spec: unknown): MimeBundle | undefined {
  const type = isPlainObject(spec) ? mimeTypeOf(spec) : undefined;
  return type === undefined ? undefined : { [type]: toJson(spec), "text/plain": toText(spec) };
}

function mimeTypeOf(spec: object): string | undefined {
  const schema = dataOf(spec, "$schema");
  const match = typeof schema === "string" ? SCHEMA.exec(schema) : null;
  if (match?.[1] === "vega") return "application/vnd.vega.v5+json";
  if (match !== null) return `application/vnd.vegalite.v${Math.min(5, Math.max(3, Number(match[2])))}+json`;
  const isChart =
    isMark(dataOf(spec, "mark")) && isPlainObject(dataOf(spec, "encoding")) && Object.hasOwn(spec, "data");
  return isChart ? "application/vnd.vegalite.v5+json" : undefined;
}

function isMark(mark: unknown): boolean {
  return typeof mark === "string" || (isPlainObject(mark) && typeof dataOf(mark, "type") === "string");
}
