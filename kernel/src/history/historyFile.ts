/**
 * The files of the history: one that all kernels append to, and the one before it. A file that has grown to its limit takes
 * the place of the one before it, by renaming, so that a kernel which is just appending loses nothing.
 */
import { closeSync, constants, mkdirSync, openSync, type Stats, writeSync } from "node:fs";
import fs from "node:fs/promises";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { encodeRecord, type HistoryRecord, parseRecords } from "./records.js";
import { numberSessions } from "./sessions.js";

const CURRENT = "history.jsonl";
const EARLIER = "history.1.jsonl";
const LOCK = "rotation.lock";

const { O_APPEND, O_CREAT, O_WRONLY } = constants;
/** Appending happens at the end even while other processes append. */
const FLAGS = O_APPEND | O_CREAT | O_WRONLY;
const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;

/** A rotation takes far less; a lock that is older, in ms, was left by a process that ended. */
const LOCK_MS = 30_000;
const WAIT_MS = 20;

/** Bytes of one file, about 50,000 cells; of the two, twice as many are kept. */
const MAX_BYTES = 10 * 2 ** 20;

/** What was read of a file. */
interface Read {
  /** Bytes up to the last line that was whole. */
  readonly bytes: number;
  readonly records: readonly HistoryRecord[];
}

const NOTHING: Read = { bytes: 0, records: [] };

export class HistoryFile {
  readonly #folder: string;
  readonly #maxBytes: number;
  /** By what identifies a file, whatever its name is: of one that has grown, only the rest is read. */
  #known: ReadonlyMap<string, Read> = new Map();

  /**
   * @param folder is made, with its parents, when something is appended.
   * @param maxBytes of one file; default 10 MiB.
   */
  constructor(folder: string, maxBytes: number = MAX_BYTES) {
    this.#folder = folder;
    this.#maxBytes = maxBytes;
  }

  /** @throws where the folder cannot be written or the disk is full. */
  async append(record: HistoryRecord): Promise<void> {
    await fs.mkdir(this.#folder, { recursive: true, mode: FOLDER_MODE });
    const file = await fs.open(this.#path(CURRENT), FLAGS, FILE_MODE);
    try {
      const bytes = encodeRecord(record);
      // One write: what several processes write in one piece each does not mix.
      const { bytesWritten } = await file.write(bytes);
      if (bytesWritten < bytes.length) throw new Error("the disk is full");
    } finally {
      await file.close();
    }
  }

  /** As `append`, for a process that exits. */
  appendSync(records: readonly HistoryRecord[]): void {
    mkdirSync(this.#folder, { recursive: true, mode: FOLDER_MODE });
    const file = openSync(this.#path(CURRENT), FLAGS, FILE_MODE);
    try {
      for (const record of records) writeSync(file, encodeRecord(record));
    } finally {
      closeSync(file);
    }
  }

  /**
   * All records, the oldest first. A file that is missing has none.
   *
   * @throws where a file cannot be read.
   */
  async read(): Promise<HistoryRecord[]> {
    // A rotation between the two reads would show the later file's records twice, or not at all.
    for (;;) {
      const before = await this.#identity(CURRENT);
      const files = [await this.#records(EARLIER), await this.#records(CURRENT)];
      if (before !== (await this.#identity(CURRENT))) continue;
      this.#known = new Map(files.filter((file) => file !== undefined));
      return files.flatMap((file) => file?.[1].records ?? []);
    }
  }

  /** Makes room where the file has reached its limit. Of several kernels that try, one does it. */
  async rotate(): Promise<void> {
    if (!(await this.#isFull())) return;
    const lock = this.#path(LOCK);
    if (!(await takeLock(lock))) return;
    try {
      // Another kernel may have done it while this one waited.
      if (!(await this.#isFull())) return;
      const { last } = numberSessions(await this.read());
      await fs.rename(this.#path(CURRENT), this.#path(EARLIER));
      await this.append({ earlier: last });
    } finally {
      await fs.rm(lock, { force: true });
    }
  }

  async #isFull(): Promise<boolean> {
    const { size } = await fs.stat(this.#path(CURRENT)).catch(absent({ size: 0 }));
    return size >= this.#maxBytes;
  }

  async #identity(name: string): Promise<string | undefined> {
    const status = await fs.stat(this.#path(name)).catch(absent(undefined));
    return status && identityOf(status);
  }

  /** What the file holds, by its identity; undefined where it is missing. */
  async #records(name: string): Promise<[string, Read] | undefined> {
    const file = await fs.open(this.#path(name), "r").catch(absent(undefined));
    if (file === undefined) return undefined;
    try {
      const status = await file.stat();
      const identity = identityOf(status);
      const known = this.#known.get(identity) ?? NOTHING;
      return [identity, await readOn(file, status.size, known.bytes > status.size ? NOTHING : known)];
    } finally {
      await file.close();
    }
  }

  #path(name: string): string {
    return path.join(this.#folder, name);
  }
}

function identityOf({ ino, birthtimeMs }: Stats): string {
  return `${ino} ${birthtimeMs}`;
}

/** Reads what comes after what is known, up to `size`; a last line that is not yet whole is left for the next time. */
async function readOn(file: fs.FileHandle, size: number, known: Read): Promise<Read> {
  const buffer = Buffer.alloc(size - known.bytes);
  const { bytesRead } = await file.read(buffer, 0, buffer.length, known.bytes);
  const whole = buffer.subarray(0, bytesRead).lastIndexOf("\n") + 1;
  if (whole === 0) return known;
  const records = [...known.records, ...parseRecords(buffer.toString("utf8", 0, whole))];
  return { bytes: known.bytes + whole, records };
}

/** For what is not there, this value; other errors stay. */
function absent<Value>(value: Value): (error: NodeJS.ErrnoException) => Value {
  return (error) => {
    if (error.code === "ENOENT") return value;
    throw error;
  };
}

/** @returns false where another process has it and keeps it. */
async function takeLock(lock: string): Promise<boolean> {
  for (let tries = 0; tries < 3; tries++) {
    try {
      await (await fs.open(lock, "wx", FILE_MODE)).close();
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const { mtimeMs } = await fs.stat(lock).catch(absent({ mtimeMs: Date.now() }));
    if (Date.now() - mtimeMs > LOCK_MS) await fs.rm(lock, { force: true });
    else await delay(WAIT_MS);
  }
  return false;
}
