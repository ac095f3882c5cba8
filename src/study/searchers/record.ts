/** What a journal holds of a searcher: its configurations, what was measured of them, and what that took. */
import { type CostedPoint, frontierAtBudgets } from "../../pareto/index.js";
import { meanOf } from "../context.js";
import type { HeaderEntry, JournalEntry, SearcherBlockEntry, SearcherEntry } from "../entries.js";
import { type CostOfShares, validationCosts } from "./validationCosts.js";

/** A configuration that was measured on every validation sample. */
export interface MeasuredConfiguration {
  readonly index: number;
  /** [L] */
  readonly shares: readonly number[];
  /** [validation samples] nats. */
  readonly divergence: Float64Array;
}

export interface SearcherRecord {
  readonly entry: SearcherEntry;
  readonly blocks: readonly SearcherBlockEntry[];
  /** [C][L] every configuration that the searcher asked for, in that order. */
  readonly shares: readonly (readonly number[])[];
  /** Those that all validation samples were measured of, ascending by index. */
  readonly measured: readonly MeasuredConfiguration[];
}

/** Name of a configuration. */
export function searcherConfiguration(method: string, index: number): string {
  return `${method}-${index}`;
}

/** Base64 of float64 numbers, little-endian. @param rows all of one length. */
export function encodeRows(rows: readonly ArrayLike<number>[]): string {
  const width = rows[0].length;
  const bytes = Buffer.alloc(8 * rows.length * width);
  rows.forEach((row, r) => {
    for (let i = 0; i < width; i++) bytes.writeDoubleLE(row[i], 8 * (r * width + i));
  });
  return bytes.toString("base64");
}

/** The rows of a block's divergences. */
export function decodeRows({ divergence, configurations, samples }: SearcherBlockEntry): Float64Array[] {
  const bytes = Buffer.from(divergence, "base64");
  const width = samples.length;
  return configurations.map((_, r) =>
    Float64Array.from({ length: width }, (_, i) => bytes.readDoubleLE(8 * (r * width + i))),
  );
}

/** The searchers of a journal, in the order in which they began. */
export function searcherSeriesOf(entries: readonly JournalEntry[]): string[] {
  return entries.flatMap((entry) => (entry.kind === "searcher" ? [entry.series] : []));
}

/** Null where no searcher of the series has begun. */
export function searcherRecord(
  entries: readonly JournalEntry[],
  header: HeaderEntry,
  series: string,
): SearcherRecord | null {
  const entry = entries.find((one): one is SearcherEntry => one.kind === "searcher" && one.series === series);
  if (entry === undefined) return null;
  const blocks = entries.filter(
    (one): one is SearcherBlockEntry => one.kind === "searcherBlock" && one.series === series,
  );
  const shares = blocks.flatMap((block) => block.shares);
  const samples = header.data.validation.ids.length;
  const values = shares.map(() => new Float64Array(samples));
  const seen = new Int32Array(shares.length);
  for (const block of blocks) {
    decodeRows(block).forEach((row, r) => {
      const configuration = block.configurations[r];
      for (const [i, s] of block.samples.entries()) values[configuration][s] = row[i];
      if (block.configurations.indexOf(configuration) === r) seen[configuration] += row.length;
    });
  }
  const measured = shares.flatMap((row, index) =>
    seen[index] >= samples ? [{ index, shares: row, divergence: values[index] }] : [],
  );
  return { entry, blocks, shares, measured };
}

/** Mean normalised cost and mean divergence of every measured configuration on the validation samples. */
export function searcherPoints(
  record: SearcherRecord,
  header: HeaderEntry,
  costs: CostOfShares = validationCosts(header),
): CostedPoint[] {
  return record.measured.map(({ shares, divergence }) => ({ cost: costs(shares), divergence: meanOf(divergence) }));
}

/** What the validation samples choose at each normalised budget; null where nothing measured is cheap enough. */
export function searcherChoices(
  record: SearcherRecord,
  points: readonly CostedPoint[],
  budgets: readonly number[],
): (MeasuredConfiguration | null)[] {
  return frontierAtBudgets(points, budgets).map(({ index }) => (index === null ? null : record.measured[index]));
}
