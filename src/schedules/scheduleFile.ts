/**
 * Schedule files: what `espalier evaluate --schedule FILE` reads and a search writes.
 *
 * JSON, one object:
 *
 *     {
 *       "espalierSchedule": 1,                         version of this format
 *       "shares": [1, 1, 0.5, 0.25],                   or "counts": [64, 64, 32, 16]; for every sample not listed below
 *       "samples": [                                   optional
 *         { "id": "17", "shares": [1, 0.5, 0.5, 0.1] },
 *         { "id": "18", "counts": [64, 20, 20, 3] }
 *       ],
 *       "about": { "model": "…", "budget": 0.3 }       optional, any JSON, kept for the reader
 *     }
 *
 * At least one schedule must be there, all of the same length. Counts name the visual tokens per layer outright and so fit
 * only samples with `counts[0]` visual tokens; shares fit any.
 */
import { randomUUID } from "node:crypto";
import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { z } from "zod";
import { EspalierError } from "../errors.js";
import { countsFromShares, validateCounts, validateShares } from "./schedule.js";

/** The version that is written, and the only one that is read. */
const VERSION = 1;
/** A file beyond this is not a schedule file: 80 layers × 100,000 samples stay below it. */
const LARGEST_FILE = 256 * 1024 * 1024;

/** One schedule: shares of the original visual tokens, or token counts, [L] each. */
export type Schedule = { readonly shares: readonly number[] } | { readonly counts: readonly number[] };

/** A schedule file's content, validated. */
export interface ScheduleFile {
  /** L, the length of every schedule in it. */
  readonly layers: number;
  /** The schedule of samples that `samples` does not name, or null. */
  readonly common: Schedule | null;
  /** Schedules of single samples, by sample id. */
  readonly samples: ReadonlyMap<string, Schedule>;
  /** Free-form provenance, any JSON value; undefined when the file has none. */
  readonly about?: unknown;
}

const row = z.array(z.number()).min(1).max(10_000);
const schema = z.strictObject({
  espalierSchedule: z.literal(VERSION),
  shares: row.optional(),
  counts: row.optional(),
  samples: z.array(z.strictObject({ id: z.string(), shares: row.optional(), counts: row.optional() })).optional(),
  about: z.unknown().optional(),
});

/**
 * Reads a schedule file.
 *
 * @throws EspalierError when the file is missing, unreadable, too large, no JSON, of another version, or holds something
 *   that is no schedule.
 *
 * @example
 * await study.evaluate(readScheduleFile("half.json"), { name: "half" });
 */
export function readScheduleFile(path: string): ScheduleFile {
  let text: string;
  try {
    const { size } = statSync(path);
    if (size > LARGEST_FILE) {
      throw new EspalierError(
        `${path} has ${size} bytes; a schedule file has at most ${LARGEST_FILE}. Give the file that a search wrote.`,
      );
    }
    text = readFileSync(path, "utf8");
  } catch (cause) {
    if (cause instanceof EspalierError) throw cause;
    throw new EspalierError(`The schedule file ${path} cannot be read (${(cause as Error).message}); check the path.`, {
      cause,
    });
  }
  return parseScheduleFile(text, path);
}

/**
 * Parses the text of a schedule file.
 *
 * @param name how messages call it, usually its path.
 * @throws EspalierError as `readScheduleFile`.
 *
 * @example
 * parseScheduleFile('{ "espalierSchedule": 1, "counts": [64, 32] }', "half.json").layers; // → 2
 */
export function parseScheduleFile(text: string, name: string): ScheduleFile {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new EspalierError(`${name} is not JSON (${(cause as Error).message}); a schedule file is one JSON object.`, {
      cause,
    });
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const where = issue.path.length === 0 ? "at the top" : `at ${issue.path.join(".")}`;
    throw new EspalierError(
      `${name} is not a schedule file: ${issue.message} ${where}. It needs "espalierSchedule": ${VERSION} and "shares" or ` +
        '"counts", one number per layer; "samples" may hold the same per sample id.',
    );
  }
  const { shares, counts, samples = [], about } = parsed.data;
  const common = shares === undefined && counts === undefined ? null : oneOf(shares, counts, name);
  const byId = new Map<string, Schedule>();
  for (const sample of samples) {
    const what = `${name}: sample "${sample.id}"`;
    if (byId.has(sample.id)) throw new EspalierError(`${what} is listed twice; give each sample one schedule.`);
    byId.set(sample.id, oneOf(sample.shares, sample.counts, what));
  }
  const file = { layers: 0, common, samples: byId, ...(about === undefined ? {} : { about }) };
  return { ...file, layers: checkSchedules(file, name) };
}

/**
 * The text of a schedule file; the same schedules give the same text.
 *
 * @throws EspalierError when a schedule in it is invalid.
 */
export function scheduleFileText(file: Omit<ScheduleFile, "layers">): string {
  checkSchedules(file, "The schedule to be written");
  const json = {
    espalierSchedule: VERSION,
    ...file.common,
    ...(file.samples.size === 0 ? {} : { samples: [...file.samples].map(([id, schedule]) => ({ id, ...schedule })) }),
    ...(file.about === undefined ? {} : { about: file.about }),
  };
  return `${JSON.stringify(json)}\n`;
}

/**
 * Writes a schedule file through a temporary file beside it, so that a reader never sees half of one.
 *
 * @throws EspalierError when a schedule in it is invalid or the file cannot be written (no such folder, no permission, disk
 *   full); an older file of that name then stays as it was.
 *
 * @example
 * const { schedule } = await study.best({ budget: 0.3 });
 * writeScheduleFile("three tenths.json", schedule);
 */
export function writeScheduleFile(path: string, file: Omit<ScheduleFile, "layers">): void {
  const text = scheduleFileText(file);
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    writeFileSync(temporary, text, { flag: "wx" });
    renameSync(temporary, path);
  } catch (cause) {
    rmSync(temporary, { force: true });
    throw new EspalierError(
      `The schedule file ${path} cannot be written (${(cause as Error).message}); check the folder, its permissions and ` +
        "the free space.",
      { cause },
    );
  }
}

/**
 * The counts that a schedule file asks for on one sample.
 *
 * @param id the sample's id; its own schedule if the file has one, else the common one.
 * @param visualTokens V of the sample.
 * @returns [L] whole numbers.
 * @throws EspalierError when the file has no schedule for it, or counts for another number of visual tokens.
 *
 * @example
 * const file = parseScheduleFile('{ "espalierSchedule": 1, "shares": [1, 0.5, 0.25] }', "half.json");
 * countsForSample(file, "17", 64); // → [64, 32, 16]
 */
export function countsForSample(file: ScheduleFile, id: string, visualTokens: number): number[] {
  const schedule = file.samples.get(id) ?? file.common;
  if (schedule === null) {
    throw new EspalierError(
      `The schedule file has no schedule for sample "${id}" and none for all samples; add "shares" or "counts" at its top.`,
    );
  }
  if ("shares" in schedule) return countsFromShares(schedule.shares, visualTokens);
  validateCounts(schedule.counts, file.layers, visualTokens, `The schedule of sample "${id}"`);
  return [...schedule.counts];
}

function oneOf(shares: number[] | undefined, counts: number[] | undefined, what: string): Schedule {
  if (shares !== undefined && counts === undefined) return { shares };
  if (counts !== undefined && shares === undefined) return { counts };
  throw new EspalierError(`${what} needs either "shares" or "counts", and exactly one of the two.`);
}

/** Checks every schedule and their common length, which it returns. */
function checkSchedules(file: Omit<ScheduleFile, "layers">, name: string): number {
  const entries: [string, Schedule][] = [...file.samples].map(([id, s]) => [`${name}: sample "${id}"`, s]);
  if (file.common !== null) entries.unshift([name, file.common]);
  if (entries.length === 0) throw new EspalierError(`${name} holds no schedule; give "shares", "counts" or "samples".`);
  const length = (schedule: Schedule): number =>
    "shares" in schedule ? schedule.shares.length : schedule.counts.length;
  const layers = length(entries[0][1]);
  for (const [what, schedule] of entries) {
    if (length(schedule) !== layers) {
      throw new EspalierError(
        `${what} has ${length(schedule)} layers and ${entries[0][0]} has ${layers}; every schedule of a file must have ` +
          "the same number of layers.",
      );
    }
    if ("shares" in schedule) validateShares(schedule.shares, layers, what);
    else validateCounts(schedule.counts, layers, undefined, what);
  }
  return layers;
}
