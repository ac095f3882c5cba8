/** The members of a JSON list in a file of any size, one in memory at a time. */
import fs from "node:fs";
import { decodeUtf8, fileError, openForReading } from "../checkpoint/index.js";
import { EspalierError } from "../errors.js";

const CHUNK_BYTES = 4 * 1024 * 1024;
/** A larger member is none of a list of samples. */
const MAX_MEMBER_BYTES = 64 * 1024 * 1024;

const [QUOTE, BACKSLASH, COMMA, OPEN, CLOSE, BEGIN, END] = [...'"\\,[]{}'].map((mark) => mark.charCodeAt(0));

function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

/** Where a member lies in the file. */
export interface MemberRange {
  /** First byte, and the byte behind the last; blanks around it included. */
  readonly start: number;
  readonly end: number;
  /** From 0. */
  readonly index: number;
}

/** An open file that holds one JSON list. */
export class JsonList {
  readonly path: string;
  readonly #fd: number;
  readonly #size: number;

  /** @throws EspalierError when the file cannot be opened. */
  constructor(file: string) {
    const { fd, size } = openForReading(file);
    this.path = file;
    this.#fd = fd;
    this.#size = size;
  }

  /**
   * Finds the members one after the other, by their brackets and commas; what is between these is looked at by `read`.
   *
   * @throws EspalierError when the file holds no list, ends within it, or a member is larger than 64 MiB.
   */
  *ranges(): Generator<MemberRange> {
    const chunk = new Uint8Array(Math.min(CHUNK_BYTES, Math.max(1, this.#size)));
    /** Open brackets; 0 before the list and behind it. */
    let depth = 0;
    let inString = false;
    let escaped = false;
    let ended = false;
    let start = 0;
    let index = 0;
    /** Whether the member that is begun has anything but blanks. */
    let filled = false;
    for (let base = 0; base < this.#size; base += chunk.length) {
      const count = this.#fill(chunk, base);
      const first = base === 0 && chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf ? 3 : 0;
      for (let i = first; i < count; i++) {
        const byte = chunk[i];
        if (inString) {
          if (escaped) escaped = false;
          else if (byte === BACKSLASH) escaped = true;
          else if (byte === QUOTE) inString = false;
          continue;
        }
        if (isBlank(byte)) continue;
        if (ended || (depth === 0 && byte !== OPEN)) throw this.#error("does not hold one JSON list");
        if (depth === 1 && (byte === COMMA || byte === CLOSE)) {
          if (filled) yield { start, end: base + i, index: index++ };
          else if (byte === COMMA || index > 0) throw this.#error(`has nothing where entry ${index} should be`);
          start = base + i + 1;
          filled = false;
          if (byte === CLOSE) {
            depth = 0;
            ended = true;
          }
          continue;
        }
        if (depth > 0) filled = true;
        if (byte === QUOTE) inString = true;
        else if (byte === OPEN || byte === BEGIN) {
          if (depth++ === 0) start = base + i + 1;
        } else if (byte === CLOSE || byte === END) depth--;
        if (depth === 0) throw this.#error("does not hold one JSON list");
      }
      if (base + count - start > MAX_MEMBER_BYTES && !ended) {
        throw this.#error(`has an entry of more than ${MAX_MEMBER_BYTES} bytes (entry ${index})`);
      }
    }
    if (!ended) throw this.#error(this.#size === 0 ? "is empty" : `ends within entry ${index}`);
  }

  /** A member, parsed. @throws EspalierError when it is not JSON. */
  read({ start, end, index }: MemberRange): unknown {
    const bytes = new Uint8Array(end - start);
    this.#fill(bytes, start);
    const text = decodeUtf8(bytes, `${this.path}, entry ${index},`);
    try {
      return JSON.parse(text) as unknown;
    } catch (cause) {
      const detail = cause instanceof Error ? cause.message.slice(0, 200) : String(cause);
      throw new EspalierError(`${this.path}, entry ${index}, is not valid JSON (${detail}); download it again.`, {
        cause,
      });
    }
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

  #error(what: string): EspalierError {
    return new EspalierError(`${this.path} ${what}; a JSON list with one entry for each sample is wanted.`);
  }
}
