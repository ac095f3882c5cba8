/** The top-level names of a session: which cell declares each, and how code reaches its value. */
import { MODULE_KEY } from "./boxes.js";

export type NameKind = "let" | "const" | "function" | "class" | "enum" | "namespace" | "import" | "type" | "ambient";

/** A name as a cell declares it. */
export interface DeclaredName {
  readonly name: string;
  readonly kind: NameKind;
  /** The cell that declares it. */
  readonly cell: number;
  /** For an import: the name that the module exports, or undefined for the module itself. */
  readonly imported?: string;
}

export interface SessionName extends DeclaredName {
  /** The cell that declares the value; an older one than `cell` where that adds a type of the same name. */
  readonly valueCell: number;
}

/** Whether the name is an export of a module: its value is read from the module each time, so that it is always the present one. */
export function isModuleMember({ kind, imported }: Pick<DeclaredName, "kind" | "imported">): boolean {
  return kind === "import" && imported !== undefined;
}

/** The box of a name, or undefined where it has no value of its own: types, and what is only declared. */
export function boxKey(name: Pick<DeclaredName, "name" | "kind" | "imported">): string | undefined {
  if (name.kind === "type" || name.kind === "ambient") return undefined;
  // A box holds a value or a module: a name that changes from one to the other gets another box, because earlier functions
  // go on to look where they looked.
  return isModuleMember(name) ? MODULE_KEY + name.name : name.name;
}

/** Whether the declaration makes a value and no type, so that a type of the same name can be beside it. */
export function isValueAlone({ kind }: Pick<DeclaredName, "kind">): boolean {
  return kind === "let" || kind === "const" || kind === "function";
}

export function isTypeAlone({ kind }: Pick<DeclaredName, "kind">): boolean {
  return kind === "type";
}

/**
 * Names by declaration, the last one counts. A later declaration of the same name hides the earlier one and can be withdrawn.
 */
export class SessionNames implements Iterable<SessionName> {
  readonly #names = new Map<string, SessionName[]>();

  get(name: string): SessionName | undefined {
    return this.#names.get(name)?.at(-1);
  }

  declare(name: DeclaredName): void {
    const present = this.#names.get(name.name);
    const last = present?.at(-1);
    // A type beside a value leaves the value as it is: `type User = z.infer<typeof User>`.
    const addsType = isTypeAlone(name) && last !== undefined && isValueAlone(last);
    const declared = addsType ? { ...last, cell: name.cell } : { ...name, valueCell: name.cell };
    // What a cell hid can come back only until the next one declares the name, so two are enough.
    this.#names.set(name.name, last === undefined ? [declared] : [last, declared]);
  }

  /** Withdraws what this cell declared by this name; an earlier declaration holds again. */
  withdraw(name: string, cell: number): void {
    const present = this.#names.get(name);
    if (present?.at(-1)?.cell !== cell) return;
    if (present.length === 1) this.#names.delete(name);
    else this.#names.set(name, present.slice(0, 1));
  }

  *[Symbol.iterator](): IterableIterator<SessionName> {
    for (const declarations of this.#names.values()) yield declarations.at(-1)!;
  }
}
