/** Whose text it is that comes through the ring: numbers there, headers here. */
import type { Header } from "../wire/index.js";

/** So many requests can still print; older ones print for the one that runs. */
const KEPT = 1000;

export class Parents {
  readonly #headers = new Map<number, Header>();
  #adopter = 0;

  /** The request whose children print. */
  get adopter(): number {
    return this.#adopter;
  }

  /** @param adopts whether what child processes print is this request's from now on. */
  add(parent: number, header: Header, adopts: boolean): void {
    if (adopts) this.#adopter = parent;
    this.#headers.delete(parent);
    this.#headers.set(parent, header);
    if (this.#headers.size > KEPT) this.#forgetOldest();
  }

  /** Undefined before the first request. */
  get(parent: number): Header | undefined {
    return this.#headers.get(parent) ?? this.#headers.get(this.#adopter);
  }

  /** A cell may run while a thousand messages of comms come. */
  #forgetOldest(): void {
    for (const parent of this.#headers.keys()) {
      if (parent === this.#adopter) continue;
      this.#headers.delete(parent);
      return;
    }
  }
}
