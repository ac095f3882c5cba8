/**
 * The archive of a bundle: a zip with fixed times and order, so that the same files give the same bytes, and a digest of
 * all bytes at its end, so that a changed one is found wherever it is.
 *
 * Only what `writeArchive` writes is read, and all of it in memory: nothing is ever unpacked to a disk.
 * Source: PKWARE APPNOTE 6.3, sections 4.3 and 4.4.
 */
import { createHash } from "node:crypto";
import { crc32, deflateRawSync, inflateRawSync } from "node:zlib";
import { EspalierError } from "../../errors.js";
import { printable } from "../format.js";
import { nameIdentity, nameProblem } from "./names.js";

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const LOCAL_BYTES = 30;
const CENTRAL_BYTES = 46;
const END_BYTES = 22;
/** 2.0: deflate. */
const VERSION_NEEDED = 20;
/** Names are UTF-8. */
const UTF8 = 1 << 11;
/** 1 January 1980, the earliest date that a zip knows. */
const DATE = 0x0021;
const STORED = 0;
const DEFLATED = 8;
const COMMENT = "espalier sha256 ";
const COMMENT_BYTES = COMMENT.length + 64;

/** What a bundle may hold at most. */
export const LIMITS = {
  /** Files. */
  files: 10_000,
  /** Bytes of the archive. */
  archive: 1 << 30,
  /** Bytes of one file, unpacked. */
  file: 1 << 29,
  /** Bytes of all files, unpacked. */
  total: 1 << 30,
  /** Bytes that one byte of the archive may become; `writeArchive` stores what packs better. */
  ratio: 100,
} as const;

/** What an archive holds. */
export interface ArchiveContents {
  /** In the archive's order. */
  readonly files: ReadonlyMap<string, Buffer>;
  /** Why a file could not be read, by name. */
  readonly damaged: ReadonlyMap<string, string>;
  /** Whether the digest at the end is that of all bytes before it. */
  readonly intact: boolean;
}

interface Entry {
  readonly name: string;
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  readonly offset: number;
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function localHeader({ name, method, crc, packed, size }: Entry): Buffer {
  const text = Buffer.from(name);
  const header = Buffer.alloc(LOCAL_BYTES);
  header.writeUInt32LE(LOCAL, 0);
  header.writeUInt16LE(VERSION_NEEDED, 4);
  header.writeUInt16LE(UTF8, 6);
  header.writeUInt16LE(method, 8);
  header.writeUInt16LE(DATE, 12);
  header.writeUInt32LE(crc, 14);
  header.writeUInt32LE(packed, 18);
  header.writeUInt32LE(size, 22);
  header.writeUInt16LE(text.length, 26);
  return Buffer.concat([header, text]);
}

function centralHeader(entry: Entry): Buffer {
  const text = Buffer.from(entry.name);
  const header = Buffer.alloc(CENTRAL_BYTES);
  header.writeUInt32LE(CENTRAL, 0);
  header.writeUInt16LE(VERSION_NEEDED, 4);
  header.writeUInt16LE(VERSION_NEEDED, 6);
  header.writeUInt16LE(UTF8, 8);
  header.writeUInt16LE(entry.method, 10);
  header.writeUInt16LE(DATE, 14);
  header.writeUInt32LE(entry.crc, 16);
  header.writeUInt32LE(entry.packed, 20);
  header.writeUInt32LE(entry.size, 24);
  header.writeUInt16LE(text.length, 28);
  header.writeUInt32LE(entry.offset, 42);
  return Buffer.concat([header, text]);
}

/**
 * Packs files.
 *
 * @param files by name, in the order in which they will stand.
 * @throws EspalierError for a name that is no relative path, and for more than `LIMITS` allow.
 */
export function writeArchive(files: ReadonlyMap<string, Uint8Array>): Buffer {
  const parts: Buffer[] = [];
  const entries: Entry[] = [];
  let offset = 0;
  let total = 0;
  const names = new Set<string>();
  for (const [name, bytes] of files) {
    const problem = names.has(nameIdentity(name)) ? "stands for two files" : nameProblem(name);
    if (problem !== null)
      throw new EspalierError(`The name "${printable(name)}" in a bundle ${problem}; choose another.`);
    names.add(nameIdentity(name));
    total += bytes.length;
    if (bytes.length > LIMITS.file || total > LIMITS.total || names.size > LIMITS.files) {
      throw new EspalierError(
        `A bundle holds at most ${LIMITS.files} files of ${LIMITS.file} bytes and ${LIMITS.total} bytes in all, and ${printable(name)} goes beyond; bundle fewer studies at a time.`,
      );
    }
    const deflated = deflateRawSync(bytes, { level: 9 });
    const packs = deflated.length < bytes.length && bytes.length <= deflated.length * LIMITS.ratio;
    const data = packs ? deflated : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const method = packs ? DEFLATED : STORED;
    const entry = { name, method, crc: crc32(bytes), packed: data.length, size: bytes.length, offset };
    const header = localHeader(entry);
    entries.push(entry);
    parts.push(header, data);
    offset += header.length + data.length;
  }
  const directory = Buffer.concat(entries.map(centralHeader));
  const end = Buffer.alloc(END_BYTES);
  end.writeUInt32LE(END, 0);
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  end.writeUInt16LE(COMMENT_BYTES, 20);
  const before = Buffer.concat([...parts, directory, end]);
  return Buffer.concat([before, Buffer.from(COMMENT + sha256(before))]);
}

/**
 * Opens an archive.
 *
 * @param source what messages call it, for example the file's name.
 * @returns also the files of an archive that was changed, as far as they can be read: what is wrong with which is then known.
 * @throws EspalierError for bytes that are no whole bundle, and for everything that could do harm: names that lead outside, names
 *   that are there twice, links, sizes beyond `LIMITS`, files that lie over one another or unpack to more than they say.
 */
export function readArchive(bytes: Buffer, source: string): ArchiveContents {
  const refuse = (reason: string) =>
    new EspalierError(
      `The bundle ${printable(source)} is refused: ${reason}. Get it again from where it was published.`,
    );
  const comment = bytes.length - COMMENT_BYTES;
  const end = comment - END_BYTES;
  if (bytes.length > LIMITS.archive) throw refuse(`it has ${bytes.length} bytes, and ${LIMITS.archive} are the most`);
  if (end < 0 || bytes.readUInt32LE(end) !== END || bytes.readUInt16LE(end + 20) !== COMMENT_BYTES) {
    throw refuse(
      "it is no whole archive of espalier bundle: cut off, packed again by another program, or something else",
    );
  }
  const count = bytes.readUInt16LE(end + 10);
  const length = bytes.readUInt32LE(end + 12);
  const directory = bytes.readUInt32LE(end + 16);
  if (directory + length !== end) throw refuse("its list of files is not where it should be");
  if (count > LIMITS.files) throw refuse(`it has ${count} files, and ${LIMITS.files} are the most`);
  const entries = readDirectory(bytes.subarray(directory, end), count, refuse);
  demandModest(entries, directory, refuse);
  const files = new Map<string, Buffer>();
  const damaged = new Map<string, string>();
  let at = 0;
  for (const entry of entries) {
    const { name, offset, packed } = entry;
    // One behind the other without gaps: nothing lies over anything else, and nothing is hidden between.
    if (offset !== at) throw refuse(`the file ${printable(name)} in it does not begin where the one before it ends`);
    const start = offset + LOCAL_BYTES + Buffer.byteLength(name);
    at = start + packed;
    if (at > directory) throw refuse(`the file ${printable(name)} in it reaches beyond its place`);
    const content = unpack(entry, bytes.subarray(start, at), refuse);
    if (typeof content === "string") damaged.set(name, content);
    else if (!bytes.subarray(offset, start).equals(localHeader(entry))) damaged.set(name, "its header was changed");
    else files.set(name, content);
  }
  if (at !== directory) throw refuse("it holds bytes that belong to no file");
  const intact = bytes.toString("latin1", comment) === COMMENT + sha256(bytes.subarray(0, comment));
  return { files, damaged, intact };
}

type Refusal = (reason: string) => EspalierError;

function readDirectory(directory: Buffer, count: number, refuse: Refusal): Entry[] {
  const entries: Entry[] = [];
  const names = new Set<string>();
  let at = 0;
  for (let i = 0; i < count; i++) {
    if (at + CENTRAL_BYTES > directory.length || directory.readUInt32LE(at) !== CENTRAL) {
      throw refuse("its list of files is damaged");
    }
    const next = at + CENTRAL_BYTES + directory.readUInt16LE(at + 28);
    if (next > directory.length) throw refuse("its list of files is damaged");
    const name = directory.toString("utf8", at + CENTRAL_BYTES, next);
    const problem = nameProblem(name);
    if (problem !== null) throw refuse(`the name "${printable(name).slice(0, 80)}" in it ${problem}`);
    if (names.has(nameIdentity(name))) throw refuse(`it has two files of the name ${printable(name)}`);
    names.add(nameIdentity(name));
    const entry = {
      name,
      method: directory.readUInt16LE(at + 10),
      crc: directory.readUInt32LE(at + 16),
      packed: directory.readUInt32LE(at + 20),
      size: directory.readUInt32LE(at + 24),
      offset: directory.readUInt32LE(at + 42),
    };
    // Unix keeps a file's kind in the upper half of the attributes.
    const kind = (directory.readUInt32LE(at + 38) >>> 16) & 0o170000;
    if (kind !== 0 && kind !== 0o100000) throw refuse(`${printable(name)} in it is a link or a device, not a file`);
    if (entry.method !== STORED && entry.method !== DEFLATED) {
      throw refuse(`${printable(name)} in it is packed by method ${entry.method}, and only 0 and 8 are read`);
    }
    if (!directory.subarray(at, next).equals(centralHeader(entry))) {
      throw refuse(`the entry of ${printable(name)} in its list of files is not as espalier bundle writes it`);
    }
    entries.push(entry);
    at = next;
  }
  if (at !== directory.length) throw refuse("its list of files is longer than it says");
  return entries;
}

/** Sizes as they are stated; `unpack` sees to it that they are true. */
function demandModest(entries: readonly Entry[], bytes: number, refuse: Refusal): void {
  let total = 0;
  for (const { name, method, packed, size } of entries) {
    total += size;
    if (packed > bytes) throw refuse(`the file ${printable(name)} in it reaches beyond its place`);
    if (method === STORED && packed !== size) throw refuse(`${printable(name)} in it states two sizes`);
    if (size > packed * LIMITS.ratio) {
      throw refuse(
        `${printable(name)} in it would unpack to ${size} bytes, more than ${LIMITS.ratio} times what it is packed in`,
      );
    }
    if (size > LIMITS.file || total > LIMITS.total) {
      throw refuse(`its files would unpack to more than the ${LIMITS.total} bytes that a bundle may hold`);
    }
  }
}

/** The content of a file, or what is wrong with it. */
function unpack({ name, method, crc, size }: Entry, packed: Buffer, refuse: Refusal): Buffer | string {
  let content: Buffer;
  try {
    // A limit of 0 would be none.
    content = method === STORED ? packed : inflateRawSync(packed, { maxOutputLength: Math.max(1, size) });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") {
      throw refuse(`${printable(name)} in it unpacks to more than the ${size} bytes that it states`);
    }
    return "it cannot be unpacked";
  }
  if (content.length !== size) return `it has ${content.length} bytes instead of ${size}`;
  return crc32(content) === crc ? content : "its checksum does not fit";
}
