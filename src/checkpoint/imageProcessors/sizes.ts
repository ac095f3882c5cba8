/** `size` and `crop_size` of preprocessor_config.json, in all the forms that files have. */
import { EspalierError } from "../../errors.js";
import { short } from "../config/index.js";
import { isObject } from "../files.js";

/** Longest side that a processor may be asked for. */
const MAX_SIDE = 4096;

/** Either both sides, or the shorter one while the other follows the picture's proportions. */
export type TargetSize = { readonly height: number; readonly width: number } | { readonly shortestEdge: number };

/**
 * Reads both sides: `{height, width}`, a list of them, or one number for both.
 *
 * @throws EspalierError for anything else.
 */
export function readSides(value: unknown, field: string, where: string): { height: number; width: number } {
  const [height, width] = sidesOf(value);
  if (isSide(height) && isSide(width)) return { height, width };
  throw new EspalierError(
    `${where}: ${field} is ${short(value)}; height and width from 1 to ${MAX_SIDE} pixels are wanted.`,
  );
}

/**
 * Reads a size whose plain number is the shorter side: `{shortest_edge}`, or what `readSides` reads.
 *
 * @throws EspalierError for anything else.
 */
export function readTargetSize(value: unknown, field: string, where: string): TargetSize {
  const shortest = isObject(value) ? value["shortest_edge"] : typeof value === "number" ? value : undefined;
  if (shortest === undefined || shortest === null) return readSides(value, field, where);
  if (isSide(shortest)) return { shortestEdge: shortest };
  throw new EspalierError(
    `${where}: ${field} is ${short(value)}; a shortest edge from 1 to ${MAX_SIDE} pixels is wanted.`,
  );
}

function sidesOf(value: unknown): readonly unknown[] {
  if (typeof value === "number") return [value, value];
  if (Array.isArray(value) && value.length === 2) return value;
  return isObject(value) ? [value["height"], value["width"]] : [];
}

function isSide(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 1 && (value as number) <= MAX_SIDE;
}
