/**
 * A study's journal: one line of JSON per finished evaluation, only ever appended to, on the disk before `append` returns.
 *
 * A line is `{"sum":"<16 hex digits>","entry":{…}}`; the sum is over the entry's bytes. A line that a crash cut off can only
 * be the last one, and is cut off on opening; a broken line before it is an error.
 */
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { fileError } from "../checkpoint/index.js";
import { EspalierError } from "../errors.js";
import type { JournalEntry } from "./entries.js";

const PREFIX = '{"sum":"';
const MIDDLE = '","entry":';
const SUM_DIGITS = 16;
const ENTRY_AT = PREFIX.length + SUM_DIGITS + MIDDLE.length;
const NEWLINE = 10;

function sumOf(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, SUM_DIGITS);
}

function lineOf(entry: JournalEntry): string {
  const text = JSON.stringify(entry);
  return `${PREFIX}${sumOf(text)}${MIDDLE}${text}}\n`;
}

/** The entry of a line (without its end), or null when the line is not whole. */
function parseLine(line: string): JournalEntry | null {
  if (!line.startsWith(PREFIX) || !line.endsWith("}")) return null;
  const sum = line.slice(PREFIX.length, PREFIX.length + SUM_DIGITS);
  const text = line.slice(ENTRY_AT, -1);
  if (line.slice(PREFIX.length + SUM_DIGITS, ENTRY_AT) !== MIDDLE || sumOf(text) !== sum) return null;
  return JSON.parse(text) as JournalEntry;
}

/**
 * Entries of a journal's bytes, and how many bytes hold whole lines: all of them, but for a torn last line.
 *
 * @param file what messages call it.
 * @throws EspalierError for a damaged line that is not the last.
 */
export function parseJournal(bytes: Buffer, file: string): { entries: JournalEntry[]; whole: number } {
  const entries: JournalEntry[] = [];
  let whole = 0;
  while (whole < bytes.length) {
    const end = bytes.indexOf(NEWLINE, whole);
    const entry = end < 0 ? null : parseLine(bytes.toString("utf8", whole, end));
    if (entry === null) {
      // What follows the broken line decides whether it is the last.
      if (end < 0 || end === bytes.length - 1) break;
      throw new EspalierError(
        `Line ${entries.length + 1} of the journal ${file} is damaged: its checksum does not fit. Nothing was changed; ` +
          "restore the file from a copy, or delete that line and all after it to have them evaluated again.",
      );
    }
    entries.push(entry);
    whole = end + 1;
  }
  return { entries, whole };
}

/** Reads a journal without changing it; a torn last line is passed over. @throws EspalierError as `Journal.open`. */
export function readJournal(file: string): JournalEntry[] {
  try {
    return parseJournal(fs.readFileSync(file), file).entries;
  } catch (error) {
    throw fileError("read", file, error);
  }
}

export class Journal {
  readonly #entries: JournalEntry[];
  readonly #file: string;
  #fd: number | null;
  #length: number;
  /** Bytes of a torn last line that opening cut off; 0 where there was none. */
  readonly repaired: number;

  private constructor(file: string, fd: number | null, entries: JournalEntry[], length: number, repaired: number) {
    this.#file = file;
    this.#fd = fd;
    this.#entries = entries;
    this.#length = length;
    this.repaired = repaired;
  }

  /** A journal that is kept in memory only. */
  static inMemory(): Journal {
    return new Journal("", null, [], 0, 0);
  }

  /**
   * Opens a journal for appending, or begins one; cuts off a torn last line.
   *
   * @param file its folder must exist. The caller holds the study's lock.
   * @throws EspalierError for a damaged line that is not the last, or a file that cannot be opened.
   */
  static open(file: string): Journal {
    let fd: number | undefined;
    try {
      const isNew = !fs.existsSync(file);
      fd = fs.openSync(file, isNew ? "wx+" : "r+");
      if (isNew) syncFolder(path.dirname(file));
      const bytes = fs.readFileSync(fd);
      const { entries, whole } = parseJournal(bytes, file);
      if (whole < bytes.length) {
        fs.ftruncateSync(fd, whole);
        fs.fsyncSync(fd);
      }
      return new Journal(file, fd, entries, whole, bytes.length - whole);
    } catch (error) {
      if (fd !== undefined) fs.closeSync(fd);
      throw fileError("open", file, error);
    }
  }

  /** In the order in which they were written. */
  get entries(): readonly JournalEntry[] {
    return this.#entries;
  }

  /**
   * Appends an entry; it is on the disk when this returns.
   *
   * @throws EspalierError when the disk refuses; the journal is then as it was before.
   */
  append(entry: JournalEntry): void {
    if (this.#fd !== null) this.#write(this.#fd, Buffer.from(lineOf(entry)));
    this.#entries.push(entry);
  }

  #write(fd: number, bytes: Buffer): void {
    try {
      for (let done = 0; done < bytes.length; ) {
        done += fs.writeSync(fd, bytes, done, bytes.length - done, this.#length + done);
      }
      fs.fsyncSync(fd);
      this.#length += bytes.length;
    } catch (error) {
      try {
        fs.ftruncateSync(fd, this.#length);
      } catch {
        // The torn line is cut off when the journal is opened again.
      }
      const { message } = fileError("write", this.#file, error);
      throw new EspalierError(
        `${message} Everything that was finished before is kept, and the same study goes on from there.`,
        { cause: error },
      );
    }
  }

  /** Forgets every entry. */
  clear(): void {
    if (this.#fd !== null) fs.ftruncateSync(this.#fd, 0);
    this.#length = 0;
    this.#entries.length = 0;
  }

  /** Closing twice is harmless. */
  close(): void {
    if (this.#fd !== null) fs.closeSync(this.#fd);
    this.#fd = null;
  }
}

/** Makes a new name in a folder survive a crash; file systems that cannot are passed over. */
function syncFolder(folder: string): void {
  try {
    const fd = fs.openSync(folder, "r");
    try {
      fs.fsyncSync(fd);
    } finally {
      fs.closeSync(fd);
    }
  } catch {
    // Windows does not open folders; its file systems order such changes themselves.
  }
}
