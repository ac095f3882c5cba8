/** The scripts that came of cells: what a stack's places in them mean. */

export interface CellScript {
  /** The cell's number; unique in a session. */
  readonly serial: number;
  readonly code: string;
  /** How a traceback calls the cell. */
  readonly label: string;
  /** JSON of the source map from the script's lines to the cell's. */
  readonly sourceMap: string;
}

export class CellScripts {
  readonly #scripts = new Map<string, CellScript>();

  /** Remembers a cell's script. @returns its name, for the engine. */
  add(script: CellScript): string {
    const name = `cell:${script.serial}`;
    this.#scripts.set(name, script);
    return name;
  }

  get(name: string): CellScript | undefined {
    return this.#scripts.get(name);
  }
}
