/** Whose text it is that comes through the ring: numbers there, headers here. */
import type { Header } from "../wire/index.js";

/** So many requests can still print; older ones print for the latest. */
const KEPT = 1000;

export class Parents {
  readonly #headers = new Map<number, Header>();
  #latest = 0;

  /** The latest request, whose children print. */
  get latest(): number {
    return this.#latest;
  }

  add(parent: number, header: Header): void {
    this.#headers.delete(parent);
    this.#headers.set(parent, header);
    this.#latest = parent;
    if (this.#headers.size > KEPT) this.#headers.delete(this.#headers.keys().next().value!);
  }

  /** Undefined before the first request. */
  get(parent: number): Header | undefined {
    return this.#headers.get(parent) ?? this.#headers.get(this.#latest);
  }
}
