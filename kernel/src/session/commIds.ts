/**
 * Ids of the comms that a notebook opens. They follow from the cell, because outputs that are saved may name them: a notebook
 * that is executed anew is then the same, byte for byte.
 *
 * An id is one comm's alone: of a cell it counts how many it has opened in this process, and cells of a notebook have ids of
 * their own. After a restart the counts begin again, so what a cell shows may find its comm again only through that same cell,
 * whose old output is gone by then.
 */
import { createHash } from "node:crypto";
import type { CellContexts } from "./cellContext.js";

/** In the environment of kernels that Jupyter's server starts: the notebook's path. */
const NOTEBOOK = "JPY_SESSION_NAME";

export class CommIds {
  readonly #contexts: Pick<CellContexts, "current">;
  readonly #notebook: string;
  readonly #opened = new Map<string, number>();

  constructor(contexts: Pick<CellContexts, "current">, env: NodeJS.ProcessEnv = process.env) {
    this.#contexts = contexts;
    // Its name alone, so that a notebook may be moved; a copy beside it, which has the same cells, is another.
    this.#notebook = env[NOTEBOOK]?.split(/[/\\]/).at(-1) ?? "";
  }

  /** For a comm that what runs now opens: in the form of a UUID, which some front ends may expect. */
  next(): string {
    const request = this.#contexts.current?.request;
    // Front ends that do not name the cell send its text.
    const { cellId } = request?.metadata ?? {};
    const cell = JSON.stringify(cellId === undefined ? { code: request?.content["code"] } : { cellId });
    const count = (this.#opened.get(cell) ?? 0) + 1;
    this.#opened.set(cell, count);
    const hash = createHash("sha256")
      .update(JSON.stringify([this.#notebook, cell, count]))
      .digest("hex");
    // Version 8, which is free for such uses, and the variant of RFC 9562.
    return [
      hash.slice(0, 8),
      hash.slice(8, 12),
      `8${hash.slice(13, 16)}`,
      `8${hash.slice(17, 20)}`,
      hash.slice(20, 32),
    ].join("-");
  }
}
