/** The values of a session's top-level names, each in a box that all cells share. */
import { fieldOf, nameOf } from "../language/index.js";

/** An object with one field, which converted code reads and writes. */
export type Box = Record<string, unknown>;

interface StoredBox {
  readonly box: Box;
  readonly field: string;
  /** Of a module's box: what the module exports the name as. */
  imported?: string | undefined;
  /** Grows with each declaration; 0: there was none. */
  declared: number;
  /** While a cell runs that declares the name again: what the box held before. */
  before?: { readonly value: unknown };
}

export class Scope {
  readonly #boxes = new Map<string, StoredBox>();
  #declarations = 0;

  /** The box of a key, new if there is none. Reading one that was never written throws ReferenceError. */
  box(key: string): Box {
    return this.#stored(key).box;
  }

  /** Whether the box has a value. */
  isSet(key: string): boolean {
    const { box, field } = this.#stored(key);
    return Object.hasOwn(box, field);
  }

  /**
   * A cell is about to run that declares the name: until it does, the box holds what it held.
   *
   * @param imported where the box holds a module: what that exports the name as.
   */
  expect(key: string, imported?: string): void {
    const stored = this.#stored(key);
    stored.imported = imported;
    if (!this.isSet(key)) return;
    stored.before = { value: stored.box[stored.field] };
    delete stored.box[stored.field];
  }

  /**
   * The cell has run.
   *
   * @returns whether it gave the name a value; otherwise the box holds what it held before, if it held something.
   */
  settle(key: string): boolean {
    const stored = this.#stored(key);
    const isReached = this.isSet(key);
    if (!isReached && stored.before !== undefined) stored.box[stored.field] = stored.before.value;
    delete stored.before;
    if (isReached) stored.declared = ++this.#declarations;
    return isReached;
  }

  /** Names and values, for who looks at the session from outside: of a name that was an import and is none any more, the latter. */
  values(): Iterable<readonly [name: string, value: unknown]> {
    return [...this.#latest()].flatMap(([name, { box, field, imported }]) => {
      try {
        const held = box[field];
        return [[name, field === "v" ? held : (held as Record<string, unknown>)[imported!]] as const];
      } catch {
        // An export of a module that has not run so far.
        return [];
      }
    });
  }

  /** Whether the name means what a module exports, which nobody but that module can change. */
  isImported(name: string): boolean {
    return this.#latest().get(name)?.field === "m";
  }

  /** Of each name the box that holds it. */
  #latest(): ReadonlyMap<string, StoredBox> {
    const latest = new Map<string, StoredBox>();
    for (const [key, stored] of this.#boxes) {
      if (!Object.hasOwn(stored.box, stored.field)) continue;
      const name = nameOf(key);
      const other = latest.get(name);
      if (other === undefined || other.declared <= stored.declared) latest.set(name, stored);
    }
    return latest;
  }

  #stored(key: string): StoredBox {
    let stored = this.#boxes.get(key);
    if (stored === undefined) {
      stored = newStoredBox(key);
      this.#boxes.set(key, stored);
    }
    return stored;
  }
}

/**
 * A box without a value inherits what throws, or gives the value before; the first write makes a field of its own. Each box has a
 * prototype of its own: the engine keeps what it knows of a field by that, and so learns each variable's type.
 */
function newStoredBox(key: string): StoredBox {
  const field = fieldOf(key);
  const prototype = Object.defineProperty({}, field, {
    get(): unknown {
      if (stored.before !== undefined) return stored.before.value;
      throw new ReferenceError(`Cannot access '${nameOf(key)}' before it has a value`);
    },
    set(this: Box, value: unknown): void {
      Object.defineProperty(this, field, { value, writable: true, enumerable: true, configurable: true });
    },
  });
  const stored: StoredBox = { box: Object.create(prototype) as Box, field, declared: 0 };
  return stored;
}
