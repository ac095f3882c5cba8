/** Checks parts of a checkpoint's JSON files: schemas of single values, and sentences for what does not fit. */
import { z } from "zod";
import { EspalierError } from "../../errors.js";
import { isObject } from "../files.js";

export type JsonObject = Record<string, unknown>;

/** A width or a number of positions. */
export const size = z.int().min(1).max(10_000_000);
/** A number of layers, heads or pixels. */
export const count = z.int().min(1).max(10_000);
export const positive = z.number().positive().max(1e12);

/**
 * Checks a JSON value against a schema.
 *
 * @param where the file's name, for errors.
 * @param prefix goes before the field's path in errors, e.g. `"text_config."`.
 * @throws EspalierError that names the first wrong field, the value found and the value wanted.
 */
export function check<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  where: string,
  prefix: string,
): z.infer<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  let found: unknown = value;
  for (const key of issue.path) found = isObject(found) || Array.isArray(found) ? Reflect.get(found, key) : undefined;
  const field = `${prefix}${issue.path.join(".")}`.replace(/\.$/, "") || "the whole";
  const wanted = issue.message.replace(/^(Invalid input|Too small|Too big|Invalid option): /, "");
  throw new EspalierError(`${where}: ${field} is ${short(found)}; ${wanted}.`);
}

/** @throws EspalierError when `divisor` does not divide `value`. */
export function divides(divisor: number, value: number, divisorName: string, valueName: string, where: string): void {
  if (value % divisor === 0) return;
  throw new EspalierError(`${where}: ${valueName} is ${value}, which ${divisorName} (${divisor}) does not divide.`);
}

/**
 * The kind of a part such as `text_config`, where the file states it.
 *
 * @throws EspalierError when it is another than `wanted`.
 */
export function checkPartType(part: unknown, name: string, wanted: string, model: string, where: string): void {
  const type = isObject(part) ? part["model_type"] : undefined;
  if (type === undefined || type === null || type === wanted) return;
  throw new EspalierError(
    `${where}: ${name}.model_type is ${short(type)}; ${model} is supported with "${wanted}" only.`,
  );
}

/** JSON of a value, at most 80 characters of it, for errors. */
export function short(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
