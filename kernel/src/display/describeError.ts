/** What a thrown value calls itself, read so that nothing it does can throw again. */
import { types } from "node:util";
import { dataOf, isObject } from "./properties.js";
import { cutText, toText } from "./text.js";

/** Characters of a message at most. */
const MAX_MESSAGE = 10_000;
const MAX_NAME = 200;

/** Whether a thrown value is an error: of this realm or another, or something with a message and a stack of text. */
export function isError(value: unknown): value is Error {
  if (!isObject(value) || types.isProxy(value)) return false;
  if (types.isNativeError(value)) return true;
  return value instanceof Error || (typeof dataOf(value, "stack") === "string" && read(value, "message") !== undefined);
}

/** An own or inherited property, even if its getter throws: undefined then. */
export function read(value: object, key: PropertyKey): unknown {
  try {
    return (value as Record<PropertyKey, unknown>)[key];
  } catch {
    return undefined;
  }
}

/**
 * The name and the message of a thrown value. Of an error: its `name`, or that of its constructor; of anything else, the name
 * of its constructor or its type, and the value as text. At most 200 and 10,000 characters.
 */
export function describeThrown(value: unknown): { readonly name: string; readonly message: string } {
  if (isError(value)) return { name: errorName(value), message: errorMessage(value) };
  const message = typeof value === "string" ? value : toText(value);
  return { name: typeName(value), message: cutText(message, MAX_MESSAGE) };
}

function errorName(error: object): string {
  const className = constructorName(error);
  const name = read(error, "name");
  // A class that extends Error without setting a name inherits "Error", which says less than its own.
  if (typeof name === "string" && name !== "" && (name !== "Error" || className === undefined))
    return cutText(name, MAX_NAME);
  return className ?? "Error";
}

function errorMessage(error: object): string {
  const message = read(error, "message");
  if (typeof message === "string") return cutText(message, MAX_MESSAGE);
  return message === undefined ? "" : cutText(toText(message), MAX_MESSAGE);
}

function constructorName(value: object): string | undefined {
  const maker = dataOf(value, "constructor");
  const name = typeof maker === "function" ? dataOf(maker, "name") : undefined;
  return typeof name === "string" && name !== "" ? cutText(name, MAX_NAME) : undefined;
}

function typeName(value: unknown): string {
  if (value === null) return "null";
  if (!isObject(value)) return typeof value;
  return (
    (types.isProxy(value) ? undefined : constructorName(value)) ?? (typeof value === "function" ? "Function" : "Object")
  );
}
