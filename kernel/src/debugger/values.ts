/** Values of the main thread as text. */
import type { Runtime } from "node:inspector";
import { unboxMessage } from "../language/index.js";

type RemoteObject = Runtime.RemoteObject;
type Preview = Runtime.ObjectPreview;
type PropertyPreview = Runtime.PropertyPreview;

/** Characters of a text that are shown. */
const MAX_TEXT = 10_000;

/** One line that says what a value is. */
export function valueText(value: RemoteObject): string {
  const { type, subtype, description = "" } = value;
  if (type === "string") return shorten(JSON.stringify(value.value));
  if (value.unserializableValue !== undefined) return value.unserializableValue;
  if (type === "undefined") return "undefined";
  if (type === "function") return functionText(description);
  if (type !== "object") return description === "" ? String(value.value) : description;
  if (subtype === "null") return "null";
  if (subtype === "error") return shorten(unboxMessage(description.split("\n    at ")[0]!));
  return value.preview === undefined ? shorten(description) : shorten(previewText(value.preview));
}

/** The name of a value's type. */
export function typeName({ type, subtype, className }: RemoteObject): string {
  if (type === "object") return subtype === "null" ? "null" : (className ?? "Object");
  return type;
}

/** Descriptions that say nothing that the contents do not. */
const PLAIN = /^(?:Object|Array\(\d+\))$/;

function previewText({ subtype, description = "Object", overflow, properties, entries }: Preview): string {
  if (subtype === "internal#entry" || subtype === "regexp" || subtype === "date" || subtype === "proxy")
    return description;
  const isList = subtype === "array" || subtype === "typedarray";
  const parts =
    entries?.map(pairText) ??
    (isList ? properties.filter(isElement).map(propertyText) : properties.map(namedPropertyText));
  if (overflow) parts.push("…");
  const inside = isList ? `[${parts.join(", ")}]` : parts.length === 0 ? "{}" : `{ ${parts.join(", ")} }`;
  return PLAIN.test(description) ? inside : `${description} ${inside}`;
}

function isElement({ name }: PropertyPreview): boolean {
  return /^\d+$/.test(name);
}

function namedPropertyText(property: PropertyPreview): string {
  return `${property.name}: ${propertyText(property)}`;
}

function pairText({ key, value }: Runtime.EntryPreview): string {
  return key === undefined ? entryText(value) : `${entryText(key)} => ${entryText(value)}`;
}

function entryText(value: Preview): string {
  if (value.type === "string") return JSON.stringify(value.description ?? "");
  return value.type === "object" && value.subtype !== "null"
    ? (value.description ?? "Object")
    : (value.description ?? value.type);
}

function propertyText({ type, subtype, value = "" }: PropertyPreview): string {
  if (type === "string") return JSON.stringify(value);
  if (type === "function") return "ƒ";
  if (type === "accessor") return "(…)";
  if (type === "object" && value === "Object" && subtype === undefined) return "{…}";
  return value;
}

function functionText(description: string): string {
  const [line] = unboxMessage(description).split("\n");
  const head = line!.startsWith("class")
    ? line!.replace(/\s*\{.*$/, "")
    : `ƒ ${line!.replace(/^(async )?function\*? ?/, "$1")}`;
  return head.replace(/\s*\{$/, "");
}

function shorten(text: string): string {
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
}
