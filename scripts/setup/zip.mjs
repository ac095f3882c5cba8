/**
 * Reads single files out of a zip archive (a Python wheel is one) by ranges: the archive is never in memory as a whole.
 *
 * Stored and deflated entries, zip64 sizes and offsets; every extracted file is checked against its CRC-32 and size.
 * Source: PKWARE APPNOTE 6.3, sections 4.3–4.5.
 */
import { createWriteStream } from "node:fs";
import { mkdir, open, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { crc32, createInflateRaw } from "node:zlib";

const END = 0x06054b50;
const END64 = 0x06064b50;
const END64_LOCATOR = 0x07064b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const MAX_DIRECTORY = 256 * 2 ** 20;

/** A zip archive that cannot be read; the message names the file. */
export class ZipError extends Error {
  name = "ZipError";
}

/** The 8-byte fields of the zip64 extra field that stand in for those which are 0xffffffff, in the standard's order. */
function zip64Values(extra, count) {
  for (let at = 0; at + 4 <= extra.length; ) {
    const id = extra.readUInt16LE(at);
    const length = extra.readUInt16LE(at + 2);
    if (id === 1 && length >= 8 * count && at + 4 + 8 * count <= extra.length) {
      return Array.from({ length: count }, (_, i) => Number(extra.readBigUInt64LE(at + 4 + 8 * i)));
    }
    at += 4 + length;
  }
  return null;
}

export class ZipReader {
  #file;
  #path;
  #size = 0;
  /** @type {Map<string, {name: string, method: number, crc: number, compressedSize: number, size: number, offset: number}>} */
  entries = new Map();

  constructor(file, path) {
    this.#file = file;
    this.#path = path;
  }

  /** Opens an archive and reads its directory. @throws ZipError when it is not one, or is cut off. */
  static async open(path) {
    const file = await open(path, "r");
    const reader = new ZipReader(file, path);
    try {
      reader.#size = (await file.stat()).size;
      await reader.#readDirectory(reader.#size);
    } catch (error) {
      await file.close();
      throw error;
    }
    return reader;
  }

  async close() {
    await this.#file.close();
  }

  async #bytes(position, length) {
    if (position + length > this.#size) throw new ZipError(`${this.#path} points beyond its ${this.#size} bytes.`);
    const buffer = Buffer.alloc(length);
    const { bytesRead } = await this.#file.read(buffer, 0, length, position);
    if (bytesRead < length) throw new ZipError(`${this.#path} is cut off at byte ${position + bytesRead}.`);
    return buffer;
  }

  async #readDirectory(fileSize) {
    const tail = await this.#bytes(Math.max(0, fileSize - 65557), Math.min(fileSize, 65557));
    let end = tail.length - 22;
    while (end >= 0 && tail.readUInt32LE(end) !== END) end--;
    if (end < 0) throw new ZipError(`${this.#path} is not a zip archive, or its end is missing.`);
    let count = tail.readUInt16LE(end + 10);
    let length = tail.readUInt32LE(end + 12);
    let offset = tail.readUInt32LE(end + 16);
    if (end >= 20 && tail.readUInt32LE(end - 20) === END64_LOCATOR) {
      const record = await this.#bytes(Number(tail.readBigUInt64LE(end - 12)), 56);
      if (record.readUInt32LE(0) !== END64) throw new ZipError(`${this.#path} has a broken zip64 directory.`);
      count = Number(record.readBigUInt64LE(32));
      length = Number(record.readBigUInt64LE(40));
      offset = Number(record.readBigUInt64LE(48));
    }
    if (offset + length > fileSize || length > MAX_DIRECTORY) {
      throw new ZipError(`${this.#path} has a directory outside of the file.`);
    }
    this.#readEntries(await this.#bytes(offset, length), count);
  }

  #readEntries(directory, count) {
    const broken = () => new ZipError(`${this.#path} has a broken directory.`);
    let at = 0;
    for (let i = 0; i < count; i++) {
      if (at + 46 > directory.length || directory.readUInt32LE(at) !== CENTRAL) throw broken();
      const nameEnd = at + 46 + directory.readUInt16LE(at + 28);
      const extraEnd = nameEnd + directory.readUInt16LE(at + 30);
      if (extraEnd > directory.length) throw broken();
      const name = directory.toString("utf8", at + 46, nameEnd);
      const wide = [24, 20, 42].filter((field) => directory.readUInt32LE(at + field) === 0xffffffff);
      const values = wide.length === 0 ? [] : zip64Values(directory.subarray(nameEnd, extraEnd), wide.length);
      if (values === null) throw broken();
      const read = (field) => (wide.includes(field) ? values[wide.indexOf(field)] : directory.readUInt32LE(at + field));
      this.entries.set(name, {
        name,
        encrypted: (directory.readUInt16LE(at + 8) & 1) === 1,
        method: directory.readUInt16LE(at + 10),
        crc: directory.readUInt32LE(at + 16),
        compressedSize: read(20),
        size: read(24),
        offset: read(42),
      });
      at = extraEnd + directory.readUInt16LE(at + 32);
    }
  }

  /**
   * Extracts one file. Its folder is made; a file that fails its check is removed.
   *
   * @param {string} name the entry's name
   * @param {string} destination
   * @param {(bytes: number) => void} [onBytes] called with the number of bytes written since the last call.
   * @throws ZipError when there is no such entry, or its bytes are not what the directory says.
   */
  async extract(name, destination, onBytes = () => {}) {
    const entry = this.entries.get(name);
    if (entry === undefined) throw new ZipError(`${this.#path} has no file ${name}.`);
    if (entry.encrypted || (entry.method !== 0 && entry.method !== 8)) {
      throw new ZipError(
        `${name} in ${this.#path} is encrypted or packed by method ${entry.method}; only 0 and 8 are read.`,
      );
    }
    const local = await this.#bytes(entry.offset, 30);
    if (local.readUInt32LE(0) !== LOCAL) throw new ZipError(`${name} in ${this.#path} does not begin where it should.`);
    const start = entry.offset + 30 + local.readUInt16LE(26) + local.readUInt16LE(28);
    await mkdir(dirname(destination), { recursive: true });

    let size = 0;
    let crc = 0;
    const check = new Transform({
      transform(chunk, _encoding, done) {
        size += chunk.length;
        crc = crc32(chunk, crc);
        onBytes(chunk.length);
        done(size > entry.size ? new ZipError(`${name} is longer than its ${entry.size} bytes.`) : null, chunk);
      },
    });
    const chunks = this.#range(start, entry.compressedSize);
    const out = createWriteStream(destination);
    try {
      if (entry.method === 8) await pipeline(chunks, createInflateRaw({ chunkSize: 2 ** 18 }), check, out);
      else await pipeline(chunks, check, out);
      if (size !== entry.size || crc !== entry.crc) {
        throw new ZipError(`${name} in ${this.#path} is damaged: ${size} of ${entry.size} bytes, or a wrong checksum.`);
      }
    } catch (error) {
      await rm(destination, { force: true });
      if (String(error.code).startsWith("Z_"))
        throw new ZipError(`${name} in ${this.#path} is damaged: ${error.message}.`);
      throw error;
    }
  }

  async *#range(start, length) {
    const step = 2 ** 20;
    for (let at = 0; at < length; at += step) yield await this.#bytes(start + at, Math.min(step, length - at));
  }
}
