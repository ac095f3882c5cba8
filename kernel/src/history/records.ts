/**
 * The lines of a history file. A line is JSON; one that is not, or not of a known form, is passed over: a kernel that was
 * killed, or a full disk, may have torn it.
 */
import { z } from "zod";

const text = z.string();
const line = z.int().min(0);

const inputSchema = z.object({ session: text, line, input: text, output: text.optional() });
const outputSchema = z.object({ session: text, line, output: text });
const headerSchema = z.object({ earlier: z.int().min(0) });

/** What a cell was, by the session that ran it; the output may come later. */
export type InputRecord = z.infer<typeof inputSchema>;
/** What a cell gave. */
export type OutputRecord = z.infer<typeof outputSchema>;
/** In each file after the first: how many sessions began before it. */
export type HeaderRecord = z.infer<typeof headerSchema>;
export type HistoryRecord = InputRecord | OutputRecord | HeaderRecord;

const recordSchema = z.union([inputSchema, outputSchema, headerSchema]);

/** A record as bytes. It begins on a new line too, so that a torn line before it spoils nothing. */
export function encodeRecord(record: HistoryRecord): Buffer {
  return Buffer.from(`\n${JSON.stringify(record)}\n`);
}

/** The records of a text, in order. */
export function parseRecords(text: string): HistoryRecord[] {
  return text.split("\n").flatMap((line) => {
    const record = line === "" ? undefined : parse(line);
    return record === undefined ? [] : [record];
  });
}

function parse(line: string): HistoryRecord | undefined {
  try {
    return recordSchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
