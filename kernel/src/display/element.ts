/** Elements of a document, of any implementation: they have a node type and their HTML. */
import { hasProperty, readOf } from "./properties.js";
import type { Representation } from "./representation.js";
import { cutText } from "./text.js";

const TEXT = 1000;

export const element: Representation = (value) => {
  if (!hasProperty(value, "outerHTML")) return undefined;
  const html = readOf(value, "outerHTML");
  if (typeof html !== "string") return undefined;
  const type = /^\s*<svg[\s>]/i.test(html) ? "image/svg+xml" : "text/html";
  return { [type]: html, "text/plain": cutText(html, TEXT) };
};
