/** The manifest of a bundle: what is in it, what each file is made from, and how the study was set. `BUNDLE.md` explains it. */
import { createHash } from "node:crypto";
import { z } from "zod";
import { EspalierError } from "../../errors.js";
import { INTERVALS } from "../../study/index.js";
import { printable } from "../format.js";
import { FILE_KINDS, type FileKind } from "./artefacts.js";
import type { JournalContents } from "./journalContents.js";

/** Value of `format` in every manifest. */
export const BUNDLE_FORMAT = "espalier.bundle";
/** Version that this program writes, and the newest that it reads. */
export const BUNDLE_VERSION = 1;
/** Names of the files that every bundle has, or may have. */
export const MANIFEST = "manifest.json";
export const SIGNATURE = "signature.json";

const text = z.string().max(10_000);
const name = z.string().min(1).max(1_000);
const sampleList = z.object({ digest: name, ids: z.array(name).max(1_000_000) });

const studySchema = z.object({
  name,
  folder: name,
  model: z.object({ name, architecture: text, embedded: z.boolean(), digest: name }),
  data: z.object({
    name,
    split: name,
    train: z.object({ digest: name, samples: z.int().min(0) }),
    validation: sampleList,
    test: sampleList,
  }),
  settings: z.record(name, z.union([z.string(), z.number(), z.boolean(), z.null()])),
  seeds: z.record(name, z.int()),
  intervals: z.record(name, z.union([z.string(), z.number()])),
  /** Every process that worked on it, by backend and versions. */
  machines: z.array(z.object({ backend: z.record(name, z.union([text, z.number()])), versions: z.record(name, text) })),
});

const fileSchema = z.object({
  name,
  bytes: z.int().min(0),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  kind: z.enum(FILE_KINDS),
  /** Files that it is made from; none for what was measured or written by hand. */
  from: z.array(name).max(100),
});

const manifestSchema = z.object({
  format: z.literal(BUNDLE_FORMAT),
  version: z.literal(BUNDLE_VERSION),
  generator: z.record(name, text),
  studies: z
    .array(studySchema)
    .min(1)
    .max(1_000)
    // One journal that many studies name would be recomputed for each.
    .refine(
      (studies) => new Set(studies.map(({ folder }) => folder)).size === studies.length,
      "folders are named twice",
    )
    .refine((studies) => new Set(studies.map((one) => one.name)).size === studies.length, "studies are named twice"),
  files: z.array(fileSchema).max(10_000),
});

/**
 * A study as a manifest describes it: all of it follows from the study's journal.
 *
 * @interface
 */
export type BundledStudy = z.infer<typeof studySchema>;
/**
 * A file as a manifest lists it.
 *
 * @interface
 */
export type BundledFile = z.infer<typeof fileSchema>;
/**
 * What is in a bundle, and what each file is made from. `BUNDLE.md` explains every field.
 *
 * @interface
 */
export type Manifest = z.infer<typeof manifestSchema>;

/** SHA-256 in hexadecimal. */
export function digestOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** A study as the manifest describes it: from its journal, and from nothing else. */
export function describeStudy({ header, entries }: JournalContents): BundledStudy {
  const { settings, model, data } = header;
  const { model: modelDigest, train, validation, test, seed, ...rest } = settings;
  const machines = new Map<string, BundledStudy["machines"][number]>();
  const seeds: Record<string, number> = { study: seed, bootstrap: INTERVALS.seed };
  for (const entry of entries) {
    if (entry.kind === "session") {
      const { backend, versions } = entry;
      machines.set(JSON.stringify([backend, versions]), { backend: { ...backend }, versions: { ...versions } });
    } else if (entry.kind === "searcher") seeds[entry.series] = entry.seed;
  }
  return {
    name: header.name,
    folder: `studies/${header.name}`,
    model: { name: model.name, architecture: model.architecture, embedded: model.embedded, digest: modelDigest },
    data: {
      ...{ name: data.name, split: data.split },
      train: { digest: train, samples: data.trainSamples },
      validation: { digest: validation, ids: [...data.validation.ids] },
      test: { digest: test, ids: [...data.test.ids] },
    },
    settings: { ...rest },
    seeds,
    intervals: { ...INTERVALS },
    machines: [...machines.values()],
  };
}

/** A file as the manifest lists it. */
export function describeFile(file: string, bytes: Uint8Array, kind: FileKind, from: readonly string[]): BundledFile {
  return { name: file, bytes: bytes.length, sha256: digestOf(bytes), kind, from: [...from] };
}

/** The bytes of a manifest; a signature is over them. */
export function manifestBytes(manifest: Manifest): Buffer {
  return Buffer.from(`${JSON.stringify(manifest, null, 1)}\n`);
}

/**
 * Reads a manifest.
 *
 * @param source what messages call the bundle.
 * @throws EspalierError for a manifest of a newer format, and for one that is not valid.
 */
export function parseManifest(bytes: Uint8Array, source: string): Manifest {
  const subject = `The manifest of the bundle ${printable(source)}`;
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes).toString("utf8"));
  } catch (cause) {
    throw new EspalierError(`${subject} is not JSON; get the bundle again from where it was published.`, { cause });
  }
  const { format, version } = (typeof value === "object" && value !== null ? value : {}) as Record<string, unknown>;
  if (format === BUNDLE_FORMAT && typeof version === "number" && version > BUNDLE_VERSION) {
    throw new EspalierError(
      `The bundle ${printable(source)} is of format ${version}, and this Espalier reads up to ${BUNDLE_VERSION}: update it.`,
    );
  }
  const parsed = manifestSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const place = issue.path.length === 0 ? "at the top" : `at ${issue.path.join(".")}`;
  throw new EspalierError(
    `${subject} is not valid ${printable(place).slice(0, 120)} (${printable(issue.message).slice(0, 200)}); get the bundle again from where it was published.`,
  );
}
