/** The user's copy of a notebook: run, named so that nothing of the user's is written over, and known again when it is unchanged. */
import { createHash } from "node:crypto";
import { existsSync, linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

function hash(value) {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 16);
}

const text = (source) => (Array.isArray(source) ? source.join("") : source);

/** What a reader sees of a notebook: not metadata, which front ends write whenever they save. */
function contentHash({ cells }) {
  return hash(cells.map(({ cell_type, source, outputs = [] }) => [cell_type, text(source), outputs]));
}

/** What a notebook computes: its cells without their outputs. */
export function sourceHash({ cells }) {
  return hash(cells.map(({ cell_type, source }) => [cell_type, text(source)]));
}

/** A notebook from a file; null when there is none or it is no notebook. */
export function readNotebook(file) {
  try {
    const notebook = JSON.parse(readFileSync(file, "utf8"));
    return Array.isArray(notebook.cells) ? notebook : null;
  } catch {
    return null;
  }
}

/** Whether a copy is as `keepCopy` wrote it, from this source. */
function isUnchanged(copy, source) {
  const mark = copy?.metadata?.espalier;
  return mark?.source === sourceHash(source) && mark?.content === contentHash(copy);
}

/** `name.ipynb`, `name-2.ipynb`, … in a folder. */
function* names(folder, name) {
  yield join(folder, `${name}.ipynb`);
  for (let number = 2; ; number++) yield join(folder, `${name}-${number}.ipynb`);
}

/**
 * A copy that is there already, complete and unchanged.
 *
 * @returns its path, null where the notebook has to be run.
 */
export function findCopy(folder, name, source) {
  for (const file of names(folder, name)) {
    if (!existsSync(file)) return null;
    if (isUnchanged(readNotebook(file), source)) return file;
  }
}

/**
 * Puts an executed notebook under the first free name.
 *
 * @param {string} folder @param {string} name without `.ipynb` @param {object} notebook
 * @returns {string} the path
 */
export function keepCopy(folder, name, notebook) {
  const mark = { source: sourceHash(notebook), content: contentHash(notebook) };
  const marked = { ...notebook, metadata: { ...notebook.metadata, espalier: mark } };
  const part = join(folder, `.${name}.${process.pid}.part`);
  try {
    writeFileSync(part, `${JSON.stringify(marked, null, 1)}\n`);
    for (const file of names(folder, name)) {
      if (moveUnlessTaken(part, file)) return file;
    }
  } finally {
    rmSync(part, { force: true });
  }
}

/** Moves a file to a name that is free; false when it is not. */
function moveUnlessTaken(from, to) {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    if (existsSync(to)) return false;
    // A disk without hard links.
    renameSync(from, to);
    return true;
  }
}
