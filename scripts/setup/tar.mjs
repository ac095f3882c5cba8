/**
 * Unpacks chosen files of a gzipped tar archive as it streams by: plain files and symbolic links, long names in either
 * extension. Source: POSIX.1-2017 pax, "ustar Interchange Format"; GNU tar's type L.
 */
import { once } from "node:events";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, rm, symlink } from "node:fs/promises";
import { dirname } from "node:path";
import { createGunzip } from "node:zlib";

const BLOCK = 512;

const text = (buffer, from, length) => buffer.toString("utf8", from, from + length).split("\0", 1)[0];
const octal = (buffer, from, length) => Number.parseInt(text(buffer, from, length).trim() || "0", 8);

function checksumHolds(header) {
  let sum = 0;
  for (let i = 0; i < BLOCK; i++) sum += i >= 148 && i < 156 ? 32 : header[i];
  return sum === octal(header, 148, 8);
}

/** `path` of the records of a pax header. */
function paxPath(records) {
  return /(?:^|\n)\d+ path=([^\n]*)\n/.exec(records)?.[1] ?? null;
}

/** Hands out exact numbers of bytes from a stream of chunks. */
class Source {
  #chunks;
  #rest = Buffer.alloc(0);

  constructor(stream) {
    this.#chunks = stream[Symbol.asyncIterator]();
  }

  /** Yields exactly `length` bytes in pieces. */
  async *pieces(length) {
    for (let left = length; left > 0; ) {
      if (this.#rest.length === 0) {
        const { value, done } = await this.#chunks.next();
        if (done) throw new Error("the archive is cut off");
        this.#rest = value;
      }
      const piece = this.#rest.subarray(0, left);
      this.#rest = this.#rest.subarray(piece.length);
      left -= piece.length;
      yield piece;
    }
  }

  async bytes(length) {
    const parts = [];
    for await (const piece of this.pieces(length)) parts.push(piece);
    return Buffer.concat(parts);
  }
}

async function writeFile(destination, pieces) {
  const out = createWriteStream(destination);
  const failed = once(out, "error").then(([error]) => Promise.reject(error));
  failed.catch(() => {});
  for await (const piece of pieces) {
    if (!out.write(piece)) await Promise.race([once(out, "drain"), failed]);
  }
  out.end();
  await Promise.race([once(out, "finish"), failed]);
}

/**
 * @param {string} archive a .tar.gz file
 * @param {(name: string) => string | null} place where a file goes; null leaves it out.
 * @throws Error when the archive is cut off or damaged.
 */
export async function extractTarGz(archive, place) {
  const input = createReadStream(archive);
  const stream = createGunzip();
  input.on("error", (error) => stream.destroy(error));
  input.pipe(stream);
  const source = new Source(stream);
  let longName = null;
  try {
    for (;;) {
      const header = await source.bytes(BLOCK);
      if (header.every((byte) => byte === 0)) return;
      if (!checksumHolds(header)) throw new Error("the archive is damaged");
      const size = octal(header, 124, 12);
      const type = String.fromCharCode(header[156] || 48);
      const prefix = text(header, 257, 5) === "ustar" ? text(header, 345, 155) : "";
      const name = longName ?? (prefix ? `${prefix}/` : "") + text(header, 0, 100);
      longName = null;
      const padded = Math.ceil(size / BLOCK) * BLOCK - size;
      if (type === "L" || type === "x") {
        const body = (await source.bytes(size)).toString("utf8");
        longName = type === "L" ? body.split("\0", 1)[0] : paxPath(body);
      } else {
        const destination = type === "0" || type === "2" ? place(name) : null;
        if (destination !== null) {
          await mkdir(dirname(destination), { recursive: true });
          await rm(destination, { force: true });
        }
        if (destination !== null && type === "2") await symlink(text(header, 157, 100), destination);
        else if (destination !== null) await writeFile(destination, source.pieces(size));
        else for await (const _ of source.pieces(size));
        if (destination !== null && type === "2") await source.bytes(size);
      }
      await source.bytes(padded);
    }
  } finally {
    input.destroy();
    stream.destroy();
  }
}
