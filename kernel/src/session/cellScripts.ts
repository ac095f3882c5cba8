/** The scripts that came of cells: what a stack's places in them mean. */
import type { CellScript } from "../debugger/index.js";
import type { MappedSource } from "../traceback/index.js";

/** So many scripts are known; a notebook has fewer cells, but a program may run them without end. */
const KEPT = 10_000;

export class CellScripts implements Iterable<CellScript> {
  readonly #scripts = new Map<string, CellScript>();

  add(script: CellScript): void {
    this.#scripts.set(script.label, script);
    if (this.#scripts.size > KEPT) this.#scripts.delete(this.#scripts.keys().next().value!);
  }

  /** The oldest first. */
  [Symbol.iterator](): IterableIterator<CellScript> {
    return this.#scripts.values();
  }

  /** The source map of a script, as JSON. */
  mapOf(label: string): string | undefined {
    return this.#scripts.get(label)?.sourceMap;
  }

  /** What stands in a script whose stacks have been mapped already. */
  sourceOf(label: string): MappedSource | undefined {
    const script = this.#scripts.get(label);
    return script && { label, source: script.code, prologueLines: 0 };
  }
}
