/**
 * The document of evaluations from elsewhere, as `espalier import` keeps it: what was brought, how it is to be read, and what is
 * compared. Means, frontier and comparisons are a function of it (`summary.ts`). `OUTSIDE.md` explains every field.
 */
import { z } from "zod";
import { EspalierError } from "../../errors.js";
import { printable } from "../format.js";

/**
 * Value of `format` in every document.
 *
 * @example
 * OUTSIDE_FORMAT; // → "espalier.outside"
 */
export const OUTSIDE_FORMAT = "espalier.outside";
/**
 * Version that this program writes, and the newest that it reads.
 *
 * @example
 * OUTSIDE_VERSION; // → 1
 */
export const OUTSIDE_VERSION = 1;
/** Its file's name within the folder of studies and the name that it was imported as. */
export const OUTSIDE_FILE = "outside.json";

const name = z.string().min(1).max(1_000);
const schema = z.object({
  format: z.literal(OUTSIDE_FORMAT),
  version: z.literal(OUTSIDE_VERSION),
  name,
  /** The file that it came from. */
  source: name,
  metric: name,
  better: z.enum(["higher", "lower"]),
  /** In words; null where nobody said. */
  costUnit: name.nullable(),
  /** Relative difference of mean costs up to which a comparison is at matched cost. */
  costTolerance: z.number().min(0),
  evaluations: z
    .array(
      z.object({
        ...{ configuration: name, sample: name, score: z.number(), cost: z.number().min(0) },
        series: name.nullable(),
        budget: z.number().nullable(),
      }),
    )
    .min(1),
  /** Pairs of configurations or series. */
  compared: z.array(z.object({ a: name, b: name })).max(1_000),
});

/**
 * Evaluations from elsewhere, how they are to be read, and what is compared. `OUTSIDE.md` explains every field.
 *
 * @interface
 */
export type OutsideDocument = z.infer<typeof schema>;

/**
 * A document's text, ended by a line feed: one evaluation a line. `parseOutsideDocument` reads it.
 *
 * @example
 * const again = parseOutsideDocument(outsideText(document), "the same");
 */
export function outsideText({ evaluations, ...rest }: OutsideDocument): string {
  const lines = evaluations.map((one) => JSON.stringify(one)).join(",\n");
  return `${JSON.stringify(rest).slice(0, -1)},"evaluations":[\n${lines}\n]}\n`;
}

/**
 * Reads a document that `espalier import` or `outsideText` wrote.
 *
 * @param text JSON. @param source what messages call it.
 * @throws EspalierError for anything but a valid document, and for one of a newer format.
 *
 * @example
 * import { readFileSync } from "node:fs";
 *
 * const document = parseOutsideDocument(readFileSync("runs/theirs/outside.json", "utf8"), "theirs");
 * console.log(renderOutside(document, await summariseOutside(document)));
 */
export function parseOutsideDocument(text: string, source: string): OutsideDocument {
  const wayOut = "import the evaluations again with espalier import";
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new EspalierError(`${printable(source)} is not JSON; ${wayOut}.`, { cause });
  }
  const version = typeof value === "object" && value !== null && "version" in value ? value.version : undefined;
  if (typeof version === "number" && version > OUTSIDE_VERSION) {
    throw new EspalierError(
      `${printable(source)} is of format ${version}, and this Espalier reads up to ${OUTSIDE_VERSION}: update it.`,
    );
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new EspalierError(
    `${printable(source)} is not valid at ${issue.path.join(".") || "the top"} (${printable(issue.message)}); ${wayOut}.`,
  );
}
