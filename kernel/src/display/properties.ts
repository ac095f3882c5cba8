/** Looking at the properties of a value that anybody may have made: no proxy is triggered and no getter of the value's own runs. */
import { types } from "node:util";

/** An object or a function: what can have properties of its own. */
export function isObject(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

/** The descriptor of a property, wherever on the prototype chain, and whether the object itself has it. */
function find(value: object, key: PropertyKey): { own: boolean; descriptor: PropertyDescriptor } | undefined {
  for (let at: object | null = value; at !== null && !types.isProxy(at); at = Object.getPrototypeOf(at)) {
    const descriptor = Object.getOwnPropertyDescriptor(at, key);
    if (descriptor !== undefined) return { own: at === value, descriptor };
  }
  return undefined;
}

/** Whether the object or its prototypes have the property, as data or as an accessor of a class. */
export function hasProperty(value: object, key: PropertyKey): boolean {
  const found = find(value, key);
  return found !== undefined && (!found.own || "value" in found.descriptor);
}

/** The value of a data property; undefined where there is none or where it is an accessor. */
export function dataOf(value: object, key: PropertyKey): unknown {
  return find(value, key)?.descriptor.value;
}

/** A method of the object or of its class; undefined where there is none. */
export function methodOf(value: object, key: PropertyKey): ((...args: unknown[]) => unknown) | undefined {
  const method = dataOf(value, key);
  return typeof method === "function" ? (method as (...args: unknown[]) => unknown) : undefined;
}

/**
 * Reads a property as `value[key]` does, except for an accessor of the object's own. Accessors of its class do run, so it is
 * for values whose shape is known already. Undefined where it throws.
 */
export function readOf(value: object, key: PropertyKey): unknown {
  if (!hasProperty(value, key)) return undefined;
  try {
    return (value as Record<PropertyKey, unknown>)[key];
  } catch {
    return undefined;
  }
}

/** Whether the value is what an object literal makes, or an object without prototype; arrays and proxies are not. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null || types.isProxy(value)) return false;
  const prototype = Object.getPrototypeOf(value) as object | null;
  // The object prototype of another realm is the one without a prototype of its own.
  return prototype === null || (!types.isProxy(prototype) && isObjectPrototype(prototype));
}

function isObjectPrototype(prototype: object): boolean {
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, "hasOwnProperty");
}
