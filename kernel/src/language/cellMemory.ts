/** What a language service keeps of a cell: enough for another one to go on after the first has died. */
import type { DeclaredName } from "./sessionNames.js";

/** The file that stands for a cell: as it was written, with what was added, or its declarations alone. */
export interface CellFile {
  readonly path: string;
  readonly text: string;
  /** Length of the user's own text in it; 0: there are declarations alone. */
  readonly length: number;
  /** Whether it stays as it is. */
  readonly isKept: boolean;
}

/** A cell that was converted. */
export interface CellMemory {
  readonly cell: number;
  readonly file: CellFile;
  /** Names that it declares for every cell, as by `declare global`. */
  readonly forAll: readonly string[];
  readonly names: readonly DeclaredName[];
  /** Those of its names that it ran without giving them a value. */
  readonly unset: readonly string[];
  /** Whether it is a module, which others import by the file's path. */
  readonly isModule: boolean;
}

/** What is new of a cell; the first of each cell is whole. */
export type CellMemoryUpdate = Pick<CellMemory, "cell"> & Partial<CellMemory>;

/** The cells of a session, in the order in which they were converted. */
export class CellMemories {
  readonly #cells = new Map<number, CellMemory>();

  get all(): readonly CellMemory[] {
    return [...this.#cells.values()];
  }

  update(update: CellMemoryUpdate): void {
    const before = this.#cells.get(update.cell);
    this.#cells.set(update.cell, { ...before, ...update } as CellMemory);
  }
}
