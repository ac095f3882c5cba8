/** The kinds of values that are shown by their shape. To add one: a file, and a line here. */
import { canvas } from "./canvas.js";
import { element } from "./element.js";
import { imageBytes } from "./imageBytes.js";
import { imageData } from "./imageData.js";
import type { Representation } from "./representation.js";
import { table } from "./table.js";
import { tensor } from "./tensor.js";
import { typedArray } from "./typedArray.js";
import { vega } from "./vega.js";

/** In order: the first that recognises the value shows it. */
export const REPRESENTATIONS: readonly Representation[] = [
  tensor,
  imageBytes,
  imageData,
  typedArray,
  vega,
  table,
  canvas,
  element,
];
