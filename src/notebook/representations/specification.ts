/** Vega-Lite specifications that a cell makes itself: drawn for pages as the library's own figures are. */
import type { Representation } from "../../../kernel/src/api/index.js";
import type { FigureSpecification } from "../../figures/index.js";
import { figureBundle } from "./figure.js";
import { fieldsOf } from "./shape.js";

const SCHEMA = /^https:\/\/vega\.github\.io\/schema\/vega-lite\/v[56](\.[\d.]+)?\.json$/;
/** The kernel's own text of a specification is the whole of it; a figure's reader needs what it is called. */
const UNTITLED = "Figure";

/**
 * With its schema and its data inside. One that loads something, or that cannot be drawn here, is left to the kernel, which hands
 * it to the front end as it is.
 */
export const specification: Representation = (value) => {
  const schema = fieldsOf(value, ["$schema"])?.["$schema"];
  if (typeof schema !== "string" || !SCHEMA.test(schema)) return undefined;
  const text = JSON.stringify(value);
  if (/"url":/.test(text)) return undefined;
  return figureBundle(JSON.parse(text) as FigureSpecification, titleOf(value));
};

function titleOf(value: object): string {
  const title = fieldsOf(value, ["title"])?.["title"];
  const words = typeof title === "string" ? title : fieldsOf(title, ["text"])?.["text"];
  const lines = (Array.isArray(words) ? words : [words]).filter((line) => typeof line === "string");
  return lines.join(" ") || UNTITLED;
}
