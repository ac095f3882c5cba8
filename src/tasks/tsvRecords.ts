/**
 * Tab-separated records of a file of any size, as pandas' `read_csv(sep="\t")` splits them: a field may be quoted, a quote
 * inside is doubled, a quoted field may hold tabs and line ends; a quote that does not open a field is an ordinary character.
 */
import fs from "node:fs";
import { decodeUtf8, fileError, openForReading } from "../checkpoint/index.js";
import { EspalierError } from "../errors.js";

const TAB = 9;
const NEWLINE = 10;
const RETURN = 13;
const QUOTE = 34;
const CHUNK_BYTES = 4 * 1024 * 1024;
/** A picture of this size is no benchmark picture; a larger record is most likely an unclosed quote. */
const MAX_RECORD_BYTES = 256 * 1024 * 1024;

/** Where a record lies in the file. */
export interface RecordRange {
  /** First byte, and the byte behind the last (its line end not included). */
  readonly start: number;
  readonly end: number;
  /** Line on which it begins, from 1. */
  readonly line: number;
}

/** An open tab-separated file. */
export class TsvRecords {
  readonly path: string;
  readonly #fd: number;
  readonly #size: number;

  /** @throws EspalierError when the file cannot be opened. */
  constructor(path: string) {
    const { fd, size } = openForReading(path);
    this.path = path;
    this.#fd = fd;
    this.#size = size;
  }

  /**
   * Finds the records one after the other; empty lines are passed over.
   *
   * @throws EspalierError when a quote is not closed or a record is larger than 256 MiB.
   */
  *ranges(): Generator<RecordRange> {
    const chunk = new Uint8Array(Math.min(CHUNK_BYTES, Math.max(1, this.#size)));
    let start = 0;
    let line = 1;
    let lineOfRecord = 1;
    let inQuotes = false;
    // Whether the next byte is the first of a field, and whether the last one was a quote that may have closed the field.
    let fieldStart = true;
    let afterQuote = false;
    let previous = 0;
    for (let base = 0; base < this.#size; base += chunk.length) {
      const count = this.#fill(chunk, base);
      // A byte order mark belongs to no record.
      const skipped = base === 0 && chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf ? 3 : 0;
      if (skipped > 0) start = skipped;
      for (let i = skipped; i < count; i++) {
        const byte = chunk[i]!;
        if (byte === NEWLINE || byte === RETURN) {
          // The second byte of \r\n ends nothing.
          const second = byte === NEWLINE && previous === RETURN;
          if (!second) line++;
          if (!inQuotes || afterQuote) {
            if (!second && base + i > start) yield { start, end: base + i, line: lineOfRecord };
            start = base + i + 1;
            lineOfRecord = line;
            inQuotes = false;
            afterQuote = false;
            fieldStart = true;
          }
        } else if (inQuotes) {
          if (byte === QUOTE) afterQuote = !afterQuote;
          else if (afterQuote) {
            inQuotes = false;
            afterQuote = false;
            fieldStart = byte === TAB;
          }
        } else if (byte === TAB) fieldStart = true;
        else {
          inQuotes = fieldStart && byte === QUOTE;
          fieldStart = false;
        }
        previous = byte;
      }
      if (base + count - start > MAX_RECORD_BYTES) {
        throw new EspalierError(
          `${this.path} has a record of more than ${MAX_RECORD_BYTES} bytes from line ${lineOfRecord} on; is a quote not closed there?`,
        );
      }
    }
    if (inQuotes && !afterQuote) {
      throw new EspalierError(
        `${this.path} ends inside a quoted field of the record that begins on line ${lineOfRecord}; close the quote.`,
      );
    }
    if (this.#size > start) yield { start, end: this.#size, line: lineOfRecord };
  }

  /** The fields of a record, unquoted. @throws EspalierError when they are not UTF-8. */
  fields({ start, end, line }: RecordRange): string[] {
    const bytes = new Uint8Array(end - start);
    this.#fill(bytes, start);
    const fields: string[] = [];
    const where = `${this.path}, line ${line},`;
    let position = 0;
    while (position <= bytes.length) {
      if (bytes[position] !== QUOTE) {
        const tab = bytes.indexOf(TAB, position);
        const stop = tab < 0 ? bytes.length : tab;
        fields.push(decodeUtf8(bytes.subarray(position, stop), where));
        position = stop + 1;
        continue;
      }
      const quoteEnd = closingQuote(bytes, position + 1);
      const tab = bytes.indexOf(TAB, quoteEnd + 1);
      const stop = tab < 0 ? bytes.length : tab;
      const inside = decodeUtf8(bytes.subarray(position + 1, quoteEnd), where).replaceAll('""', '"');
      fields.push(inside + decodeUtf8(bytes.subarray(quoteEnd + 1, stop), where));
      position = stop + 1;
    }
    return fields;
  }

  close(): void {
    fs.closeSync(this.#fd);
  }

  /** Fills `into` from a position, as far as the file goes. */
  #fill(into: Uint8Array, position: number): number {
    try {
      let done = 0;
      while (done < into.length) {
        const count = fs.readSync(this.#fd, into, done, into.length - done, position + done);
        if (count === 0) break;
        done += count;
      }
      return done;
    } catch (error) {
      throw fileError("read", this.path, error);
    }
  }
}

/** Position of the quote that closes a field (a doubled one does not), or the end of the bytes. */
function closingQuote(bytes: Uint8Array, from: number): number {
  let position = bytes.indexOf(QUOTE, from);
  while (position >= 0 && bytes[position + 1] === QUOTE) position = bytes.indexOf(QUOTE, position + 2);
  return position < 0 ? bytes.length : position;
}
