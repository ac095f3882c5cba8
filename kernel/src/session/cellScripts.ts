/** The scripts that came of cells: what a stack's places in them mean. */
import type { SourceMapPayload } from "node:module";
import { unboxMessage } from "../language/index.js";
import type { MappedSource } from "../traceback/index.js";
import type { ErrorContent } from "../wire/index.js";

export interface CellScript {
  /** The cell's number; unique in a session. */
  readonly serial: number;
  readonly code: string;
  /** How a traceback calls the cell. */
  readonly label: string;
  /** JSON of the source map from the script's lines to the cell's. */
  readonly sourceMap: string;
}

/** So many scripts are known; a notebook has fewer cells, but a program may run them without end. */
const KEPT = 10_000;

export class CellScripts {
  readonly #scripts = new Map<string, CellScript>();
  readonly #mapped = new Map<string, MappedSource>();

  /** Remembers a cell's script. @returns its name, for the engine. */
  add(script: CellScript): string {
    const name = `cell:${script.serial}`;
    this.#scripts.set(name, script);
    if (this.#scripts.size > KEPT) this.#forget(this.#scripts.keys().next().value!);
    return name;
  }

  get(name: string): CellScript | undefined {
    return this.#scripts.get(name);
  }

  /** What a place in the script means. */
  mapped(name: string): MappedSource | undefined {
    const known = this.#mapped.get(name);
    const script = this.#scripts.get(name);
    if (known !== undefined || script === undefined) return known;
    const map = JSON.parse(script.sourceMap) as SourceMapPayload;
    const mapped = { label: script.label, source: script.code, map, prologueLines: 0 };
    this.#mapped.set(name, mapped);
    return mapped;
  }

  /** An error whose texts quote converted code, in the user's names. */
  unboxed({ ename, evalue, traceback }: ErrorContent): ErrorContent {
    return { ename, evalue: unboxMessage(evalue), traceback: traceback.map(unboxMessage) };
  }

  #forget(name: string): void {
    this.#scripts.delete(name);
    this.#mapped.delete(name);
  }
}
