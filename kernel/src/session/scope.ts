/** The values of a session's top-level names, each in a box that all cells share. */
import { fieldOf } from "../language/index.js";

/** An object with one field, which converted code reads and writes. */
export type Box = Record<string, unknown>;

/** Stands in a box for a value that was never given. */
interface StoredBox {
  readonly box: Box;
  readonly unset: object;
}

export class Scope {
  readonly #boxes = new Map<string, StoredBox>();

  /** The box of a key, new if there is none. A new one holds what throws ReferenceError whatever is done with it. */
  box(key: string): Box {
    return this.#stored(key).box;
  }

  /** Whether the box has a value. */
  isSet(key: string): boolean {
    const { box, unset } = this.#stored(key);
    return box[fieldOf(key)] !== unset;
  }

  /** Names and values, for who looks at the session from outside. */
  *values(): IterableIterator<readonly [name: string, value: unknown]> {
    for (const [key, { box, unset }] of this.#boxes) {
      const value = box[fieldOf(key)];
      if (value !== unset && fieldOf(key) === "v") yield [key, value];
    }
  }

  #stored(key: string): StoredBox {
    let stored = this.#boxes.get(key);
    if (stored === undefined) {
      const unset = unsetValue(key.split(" ").at(-1)!);
      stored = { box: newBox(fieldOf(key), unset), unset };
      this.#boxes.set(key, stored);
    }
    return stored;
  }
}

/** Each box has a class of its own: the engine keeps what it knows of a field by class, and so learns each variable's type. */
function newBox(field: string, value: unknown): Box {
  return new (class {
    [key: string]: unknown;
    constructor() {
      this[field] = value;
    }
  })();
}

/** What a variable is before it has a value: using it in any way is an error, as JavaScript has it for `let`. */
function unsetValue(name: string): object {
  const refuse = (): never => {
    throw new ReferenceError(`Cannot access '${name}' before it has a value`);
  };
  const traps = Object.getOwnPropertyNames(Reflect).map((trap) => [trap, refuse]);
  return new Proxy(function unset() {}, Object.fromEntries(traps));
}
