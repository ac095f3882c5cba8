/** Packing a bundle: studies' journals, everything that is made from them, notebooks, and a signature. */
import type { KeyObject } from "node:crypto";
import { EspalierError } from "../../errors.js";
import { assembleResults } from "../../study/index.js";
import { Pacer } from "../../tensor/index.js";
import { printable } from "../format.js";
import type { Results } from "../results.js";
import { writeArchive } from "./archive.js";
import { type FileKind, makeArtefacts } from "./artefacts.js";
import { type JournalContents, readJournalContents } from "./journalContents.js";
import {
  BUNDLE_FORMAT,
  BUNDLE_VERSION,
  type BundledFile,
  type BundledStudy,
  describeFile,
  describeStudy,
  digestOf,
  MANIFEST,
  manifestBytes,
  SIGNATURE,
} from "./manifest.js";
import { parseNotebook } from "./notebook.js";
import { signManifest } from "./signature.js";

/** A study to be bundled. */
export interface StudyToBundle {
  /** Bytes of its journal, whole lines only. */
  readonly journal: Buffer;
  /** What messages call it. */
  readonly source: string;
}

/** A notebook to be bundled. */
export interface NotebookToBundle {
  /** Name of its file, without a folder. */
  readonly name: string;
  /** Its text, nbformat 4. */
  readonly bytes: Buffer;
}

/** What a bundle is packed from. */
export interface BundleOptions {
  /** At least one; each name once. */
  readonly studies: readonly StudyToBundle[];
  /** Default none. */
  readonly notebooks?: readonly NotebookToBundle[];
  /** Ed25519; default unsigned. */
  readonly privateKey?: KeyObject;
  /** Versions of what packs, such as `{ espalier: "0.1.0" }`. */
  readonly generator: Readonly<Record<string, string>>;
  /** Its signal stops the packing; default one without a signal. */
  readonly pacer?: Pacer;
}

/** A packed bundle. */
export interface Bundle {
  /** The file itself, a zip. */
  readonly bytes: Buffer;
  /** SHA-256 of the manifest, which says what all of it holds. */
  readonly digest: string;
  /** What is in it, without the manifest and the signature. */
  readonly files: readonly BundledFile[];
  /** Of each study, in the order given. */
  readonly results: readonly Results[];
}

/** A study's results. @throws EspalierError for a study that nothing can be read from; Stopped. */
export async function resultsOf({ entries }: JournalContents, pacer: Pacer): Promise<Results> {
  return assembleResults(entries, pacer);
}

/**
 * Packs a bundle. The same journals, notebooks and key give the same bytes.
 *
 * @throws EspalierError for a journal that is damaged, two studies or notebooks of one name, a notebook that is none, and more than
 *   a bundle may hold; Stopped.
 *
 * @example
 * import { readFileSync, writeFileSync } from "node:fs";
 *
 * const journal = readFileSync("runs/chartqa/journal.jsonl");
 * const studies = [{ journal, source: "chartqa" }];
 * const { bytes, digest } = await packBundle({ studies, generator: { espalier: "0.1.0" } });
 * writeFileSync("evidence.zip", bytes); // `digest` goes into the paper
 */
export async function packBundle(options: BundleOptions): Promise<Bundle> {
  const { studies, notebooks = [], privateKey, generator, pacer = new Pacer() } = options;
  if (studies.length === 0) throw new EspalierError("A bundle needs a study; name one.");
  const contents = new Map<string, Buffer>();
  const files: BundledFile[] = [];
  const described: BundledStudy[] = [];
  const results: Results[] = [];
  const add = (name: string, kind: FileKind, bytes: Buffer, from: readonly string[] = []) => {
    if (contents.has(name)) {
      throw new EspalierError(`Two things to be bundled are called ${printable(name)}; give each its own name.`);
    }
    contents.set(name, bytes);
    files.push(describeFile(name, bytes, kind, from));
  };
  for (const { journal, source } of studies) {
    const read = readJournalContents(journal, source);
    const found = await resultsOf(read, pacer);
    const study = describeStudy(read);
    const journalName = `${study.folder}/journal.jsonl`;
    add(journalName, "journal", journal);
    for (const { name, kind, text } of await makeArtefacts(found)) {
      add(`${study.folder}/${name}`, kind, Buffer.from(text), [journalName]);
    }
    described.push(study);
    results.push(found);
  }
  for (const { name, bytes } of notebooks) {
    parseNotebook(bytes, name);
    add(`notebooks/${name.normalize("NFC")}`, "notebook", bytes);
  }
  const manifest = manifestBytes({
    format: BUNDLE_FORMAT,
    version: BUNDLE_VERSION,
    generator: { ...generator },
    studies: described,
    files,
  });
  const all = new Map<string, Buffer>([[MANIFEST, manifest]]);
  if (privateKey !== undefined) all.set(SIGNATURE, signManifest(manifest, privateKey));
  for (const [name, bytes] of contents) all.set(name, bytes);
  return {
    bytes: writeArchive(all),
    digest: `sha256:${digestOf(manifest)}`,
    files,
    results,
  };
}
