/** Verifying a bundle: every file against its digest, and everything that was made against what is made again from the scores. */
import type { KeyObject } from "node:crypto";
import { EspalierError } from "../../errors.js";
import { Pacer } from "../../tensor/index.js";
import { printable } from "../format.js";
import { readArchive } from "./archive.js";
import { type Artefact, makeArtefacts } from "./artefacts.js";
import {
  type CheckVerdict,
  compareJson,
  compareText,
  compareValues,
  type Outcome,
  TOLERANCE,
  type Tolerance,
} from "./compare.js";
import { type JournalContents, readJournalContents } from "./journalContents.js";
import {
  type BundledStudy,
  describeStudy,
  digestOf,
  MANIFEST,
  type Manifest,
  parseManifest,
  SIGNATURE,
} from "./manifest.js";
import { resultsOf } from "./pack.js";
import { checkSignature } from "./signature.js";

/** One thing that was checked. */
export interface Check extends Outcome {
  /** What: a file, or one of "archive", "files", "signature", "seeds of …", "samples of …", "settings of …". */
  readonly what: string;
}

/** How a bundle is verified. */
export interface VerifyOptions {
  /** What messages call the bundle. */
  readonly source: string;
  /** The key that it must be signed by; default any, or none. */
  readonly publicKey?: KeyObject;
  /** Default 1e-9 relative and 1e-12 absolute: what rounding may do between machines. */
  readonly tolerance?: Tolerance;
  /** Its signal stops the verification; default one without a signal. */
  readonly pacer?: Pacer;
}

/** What verifying found. */
export interface Verification {
  /** What the bundle says of itself. */
  readonly manifest: Manifest;
  /** SHA-256 of the manifest. */
  readonly digest: string;
  /** SHA-256 of the key that signed it; null without a signature that fits. */
  readonly signedBy: string | null;
  /** All that was compared, in the order in which it was. */
  readonly checks: readonly Check[];
  /** The studies' journals, as far as they can be read, by name. */
  readonly journals: ReadonlyMap<string, JournalContents>;
  /** Whether nothing differs. */
  readonly ok: boolean;
}

function outcome(verdict: CheckVerdict, differences: readonly string[] = []): Outcome {
  return { verdict, differences: differences.map(printable), count: differences.length };
}

/** One outcome from a list of what is wrong, empty for nothing. */
function fromProblems(problems: readonly string[]): Outcome {
  return { ...outcome(problems.length === 0 ? "same" : "differs", problems.slice(0, 5)), count: problems.length };
}

/**
 * Verifies a bundle, without its model and within seconds.
 *
 * @param bytes the file; nothing of it is unpacked to a disk or run.
 * @returns also for a bundle that was changed: `ok` is false, and `checks` say where it differs.
 * @throws EspalierError for what cannot be opened safely, no manifest, and one of a newer format; Stopped.
 *
 * @example
 * import { readFileSync } from "node:fs";
 *
 * const { ok, checks } = await verifyBundle(readFileSync("evidence.zip"), { source: "evidence.zip" });
 * const differing = checks.filter(({ verdict }) => verdict === "differs").map(({ what }) => what);
 */
export async function verifyBundle(bytes: Buffer, options: VerifyOptions): Promise<Verification> {
  const { source, publicKey, tolerance = TOLERANCE, pacer = new Pacer() } = options;
  const { files, damaged, intact } = readArchive(bytes, source);
  const manifestFile = files.get(MANIFEST);
  if (manifestFile === undefined) {
    throw new EspalierError(
      `The bundle ${printable(source)} has no ${MANIFEST} that can be read; get it again from where it was published.`,
    );
  }
  const manifest = parseManifest(manifestFile, source);
  const checks: Check[] = [];
  const check = (what: string, found: Outcome) => checks.push({ what, ...found });
  check("archive", intact ? outcome("same") : outcome("differs", ["its bytes are not those that were written"]));
  check("files", fromProblems(fileProblems(manifest, files, damaged)));
  const signer = signatureOutcome(manifestFile, files.get(SIGNATURE), publicKey);
  if (signer.outcome !== null) check("signature", signer.outcome);
  const journals = new Map<string, JournalContents>();
  const known = new Set<string>();
  for (const study of manifest.studies) {
    const name = `${study.folder}/journal.jsonl`;
    try {
      const journal = readJournalContents(files.get(name) ?? Buffer.alloc(0), name);
      journals.set(study.name, journal);
      checks.push(...factChecks(study, journal));
      for (const made of await artefactChecks(study, journal, manifest, files, tolerance, pacer)) {
        checks.push(made);
        known.add(made.what);
      }
    } catch (error) {
      // A journal that was made up may break anything in the making; whatever it was, nothing could be recomputed.
      if (pacer.signal?.aborted) throw error;
      check(
        name,
        outcome("differs", [error instanceof EspalierError ? error.message : "no results can be made from it"]),
      );
    }
  }
  const surplus = manifest.files.filter(({ name, from }) => from.length > 0 && !known.has(name));
  for (const { name } of surplus) check(name, outcome("differs", ["nothing like it is made from the journals"]));
  return {
    manifest,
    digest: `sha256:${digestOf(manifestFile)}`,
    signedBy: signer.fingerprint,
    checks,
    journals,
    ok: checks.every(({ verdict }) => verdict !== "differs"),
  };
}

/** Every file against its digest, and the list against what is there. */
function fileProblems(
  manifest: Manifest,
  files: ReadonlyMap<string, Buffer>,
  damaged: ReadonlyMap<string, string>,
): string[] {
  const problems = [...damaged].map(([name, reason]) => `${name}: ${reason}`);
  const listed = new Set([MANIFEST, SIGNATURE]);
  for (const { name, sha256, bytes } of manifest.files) {
    if (listed.has(name)) problems.push(`${name}: listed twice`);
    listed.add(name);
    const content = files.get(name);
    if (content === undefined) {
      if (!damaged.has(name)) problems.push(`${name}: missing`);
    } else if (content.length !== bytes || digestOf(content) !== sha256) {
      problems.push(`${name}: its digest is not the one in the manifest`);
    }
  }
  for (const name of files.keys()) if (!listed.has(name)) problems.push(`${name}: not in the manifest`);
  return problems;
}

function signatureOutcome(
  manifest: Buffer,
  file: Buffer | undefined,
  publicKey: KeyObject | undefined,
): { outcome: Outcome | null; fingerprint: string | null } {
  if (file === undefined) {
    const missing = outcome("differs", ["it is not signed, and a key was given"]);
    return { outcome: publicKey === undefined ? null : missing, fingerprint: null };
  }
  const found = checkSignature(manifest, file, publicKey);
  if (typeof found === "string") return { outcome: outcome("differs", [found]), fingerprint: null };
  return { outcome: outcome("same"), fingerprint: found.fingerprint };
}

/** What the manifest says of a study, against its journal. */
function factChecks(study: BundledStudy, journal: JournalContents): Check[] {
  const { seeds, data, name: _, ...rest } = describeStudy(journal);
  const { seeds: saidSeeds, data: saidData, name, ...saidRest } = study;
  const { train, validation, test, ...source } = data;
  const { train: saidTrain, validation: saidValidation, test: saidTest, ...saidSource } = saidData;
  const check = <T>(what: string, said: T, found: T): Check => ({
    what: `${what} of ${printable(name)}`,
    ...compareValues(said, found, { relative: 0, absolute: 0 }),
  });
  return [
    check("seeds", saidSeeds, seeds),
    check("samples", { train: saidTrain, validation: saidValidation, test: saidTest }, { train, validation, test }),
    check("settings", { data: saidSource, ...saidRest }, { data: source, ...rest }),
  ];
}

/** Every file that is made from a study's journal. */
async function artefactChecks(
  study: BundledStudy,
  journal: JournalContents,
  manifest: Manifest,
  files: ReadonlyMap<string, Buffer>,
  tolerance: Tolerance,
  pacer: Pacer,
): Promise<Check[]> {
  const checks: Check[] = [];
  const listed = new Set(manifest.files.map(({ name }) => name));
  for (const made of await makeArtefacts(await resultsOf(journal, pacer))) {
    await pacer.pause();
    const file = `${study.folder}/${made.name}`;
    const bundled = listed.has(file) ? files.get(file) : undefined;
    if (bundled === undefined) checks.push({ what: file, ...outcome("differs", ["it is missing"]) });
    else checks.push({ what: file, ...compareArtefact(bundled.toString("utf8"), made, tolerance) });
  }
  return checks;
}

function compareArtefact(bundled: string, { name, text }: Artefact, tolerance: Tolerance): Outcome {
  return name.endsWith(".json") ? compareJson(bundled, text, tolerance) : compareText(bundled, text, tolerance);
}
