/** Evaluations from elsewhere on the command line: finding, printing and drawing them. */
import { existsSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { writeAtomically } from "../export/index.js";
import {
  OUTSIDE_FILE,
  type OutsideDocument,
  outsideMeansCsv,
  outsideSpecification,
  outsideText,
  parseOutsideDocument,
  renderOutside,
  summariseOutside,
} from "../export/outside/index.js";
import { renderPng, renderSvg } from "../figures/index.js";
import { studyFolder } from "../study/index.js";
import { readGiven } from "./bundle.js";
import { type OutputOptions, terminalOptions } from "./output.js";

/** Bytes of a document, or of a file of evaluations, at most. */
export const LARGEST_OUTSIDE = 1 << 28;

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

/**
 * The imported evaluations that a name, or the path of their document, stands for.
 *
 * @returns also the folder where their files go unless told; null where it is something else.
 * @throws EspalierError for a document that cannot be read.
 */
export function findOutside(what: string, storage: string): { document: OutsideDocument; out: string } | null {
  const isDocument = basename(what) === OUTSIDE_FILE;
  if (!isDocument && (what.endsWith(".json") || isFile(what))) return null;
  const file = isDocument ? what : join(studyFolder(storage, what), OUTSIDE_FILE);
  if (!isDocument && !existsSync(file)) return null;
  const text = readGiven(file, "The document", LARGEST_OUTSIDE).toString("utf8");
  return { document: parseOutsideDocument(text, file), out: dirname(file) };
}

/** Prints the table of imported evaluations and writes its files. @throws EspalierError when the disk refuses. */
export async function reportOutside(document: OutsideDocument, options: OutputOptions, out: string): Promise<void> {
  const summary = await summariseOutside(document);
  const directory = options.out ?? out;
  const specification = outsideSpecification(document, summary);
  const files: Record<string, string | Uint8Array> = {
    "table.txt": renderOutside(document, summary),
    "means.csv": outsideMeansCsv(summary),
    "frontier.svg": await renderSvg(specification),
    "frontier.png": await renderPng(specification),
    "frontier.vl.json": `${JSON.stringify(specification, null, 1)}\n`,
  };
  for (const [name, contents] of Object.entries(files)) await writeAtomically(join(directory, name), contents);
  if (options.json !== undefined) {
    const { evaluations, ...head } = JSON.parse(outsideText(document)) as OutsideDocument;
    await writeAtomically(options.json, `${JSON.stringify({ ...head, ...summary, evaluations })}\n`);
  }
  process.stdout.write(renderOutside(document, summary, terminalOptions()));
  process.stdout.write(`\nFiles in ${directory}: ${Object.keys(files).join(", ")}.\n`);
  if (options.json !== undefined) process.stdout.write(`As JSON: ${options.json}.\n`);
}
