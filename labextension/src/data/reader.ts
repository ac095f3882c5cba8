/**
 * Reads what comes from a file or a kernel: every field is looked at, nothing of the original object is kept, and no key of it
 * is ever used as a name that code looks up.
 */
import { LIMITS } from "./limits.js";

/** What came is not what it should be; the message is one sentence for the reader of the notebook. */
export class DataError extends Error {
  override readonly name = "DataError";
}

/** One value, and where it stands: `points.costs.normalised[3]`. */
export class Field {
  readonly #value: unknown;
  readonly path: string;

  constructor(value: unknown, path = "") {
    this.#value = value;
    this.path = path;
  }

  /** Whether there is nothing here: undefined or null. */
  get missing(): boolean {
    return this.#value === undefined || this.#value === null;
  }

  /** @throws DataError that names the field, what it should be, and what it is. */
  fail(wanted: string): never {
    const where = this.path === "" ? "The data" : `The field ${shorten(this.path)}`;
    throw new DataError(`${where} should be ${wanted} and is ${describe(this.#value)}.`);
  }

  /** A field of this object; own ones only. */
  get(key: string): Field {
    const object = this.#object();
    const value = Object.hasOwn(object, key) ? object[key] : undefined;
    return new Field(value, this.path === "" ? key : `${this.path}.${key}`);
  }

  string(most: number = LIMITS.name): string {
    if (typeof this.#value !== "string") return this.fail("a text");
    if (this.#value.length > most) return this.fail(`at most ${most} characters`);
    return this.#value;
  }

  boolean(): boolean {
    if (typeof this.#value !== "boolean") return this.fail("true or false");
    return this.#value;
  }

  /** A finite number. */
  number(least = Number.NEGATIVE_INFINITY, most = Number.POSITIVE_INFINITY): number {
    const value = this.#value;
    if (typeof value !== "number" || !Number.isFinite(value)) return this.fail("a number");
    if (value < least || value > most) return this.fail(`a number from ${least} to ${most}`);
    return value;
  }

  integer(least: number, most: number): number {
    const value = this.number(least, most);
    return Number.isInteger(value) ? value : this.fail("a whole number");
  }

  oneOf<T extends string>(names: readonly T[]): T {
    const found = names.find((name) => name === this.#value);
    return found ?? this.fail(`one of ${names.join(", ")}`);
  }

  /** Null where there is nothing. */
  optional<T>(read: (field: Field) => T): T | null {
    return this.missing ? null : read(this);
  }

  /** @param most entries; @param read of each. */
  list<T>(most: number, read: (field: Field, index: number) => T): T[] {
    const value = this.#array(most);
    return value.map((item, i) => read(new Field(item, `${this.path}[${i}]`), i));
  }

  /** A column of finite numbers, NaN where null stands. Looked at in one pass: columns are long. */
  numbers(length: number): Float64Array {
    const value = this.#array(length);
    if (value.length !== length) return this.fail(`a list of ${length} entries`);
    const column = new Float64Array(length);
    for (let i = 0; i < length; i++) {
      const item: unknown = value[i];
      if (item === null) column[i] = Number.NaN;
      else if (typeof item === "number" && Number.isFinite(item)) column[i] = item;
      else return new Field(item, `${this.path}[${i}]`).fail("a number or null");
    }
    return column;
  }

  /** Own entries with safe names. */
  entries(most: number): [string, Field][] {
    const keys = Object.keys(this.#object());
    if (keys.length > most) return this.fail(`an object with at most ${most} entries`);
    return keys.map((key) => [key, this.get(key)]);
  }

  #object(): Record<string, unknown> {
    if (typeof this.#value !== "object" || this.#value === null || Array.isArray(this.#value)) {
      return this.fail("an object");
    }
    return this.#value as Record<string, unknown>;
  }

  #array(most: number): unknown[] {
    if (!Array.isArray(this.#value)) return this.fail("a list");
    if (this.#value.length > most) return this.fail(`a list of at most ${most} entries`);
    return this.#value;
  }
}

function shorten(text: string, most = 60): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}

function describe(value: unknown): string {
  if (value === undefined) return "missing";
  if (value === null) return "null";
  if (typeof value === "string") return value.length > 40 ? `a text of ${value.length} characters` : `"${value}"`;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return Array.isArray(value) ? `a list of ${value.length} entries` : "an object";
}
