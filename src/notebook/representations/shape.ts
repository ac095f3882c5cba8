/** Recognising plain data by its shape. Only property descriptors are looked at, so no getter of a stranger's value runs. */
import type { Interval } from "../../export/index.js";

/** The data properties of these names; undefined where the value lacks one, or has it as an accessor. */
export function fieldsOf<Key extends string>(value: unknown, keys: readonly Key[]): Record<Key, unknown> | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const fields: Partial<Record<Key, unknown>> = {};
  for (const key of keys) {
    const descriptor = Object.getOwnPropertyDescriptor(value, key);
    if (descriptor === undefined || !("value" in descriptor)) return undefined;
    fields[key] = descriptor.value;
  }
  return fields as Record<Key, unknown>;
}

export function isNumber(value: unknown): value is number {
  return typeof value === "number";
}

/** A mean with the interval around it. */
export function isInterval(value: unknown): value is Interval {
  const fields = fieldsOf(value, ["mean", "low", "high"]);
  return fields !== undefined && Object.values(fields).every(isNumber);
}

/** An array of nothing but such items. */
export function isArrayOf<Item>(value: unknown, isItem: (item: unknown) => item is Item): value is Item[] {
  return Array.isArray(value) && value.every(isItem);
}
