/** The few file operations that checkpoints need: bounded reads, JSON objects, and writes that are whole or absent. */
import fs from "node:fs";
import path from "node:path";
import { EspalierError } from "../errors.js";

/** Largest JSON file that is read: a tokenizer of a million entries stays well below. */
const MAX_JSON_BYTES = 256 * 1024 * 1024;

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "it does not exist; check the path",
  ENOTDIR: "a part of its path is a file, not a folder; check the path",
  EISDIR: "it is a folder; name a file in it",
  EACCES: "permission is denied; change its permissions or choose another place",
  EPERM: "the operation is not permitted; choose another place",
  EROFS: "the file system is read-only; choose another place",
  ENOSPC: "the disk is full; free some space or choose another disk",
  EDQUOT: "the disk quota is used up; free some space or choose another disk",
  EFBIG: "the file would exceed the largest size allowed here; raise the limit or choose another disk",
  EMFILE: "too many files are open; raise the limit (ulimit -n)",
};

/**
 * The sentence for a failed file operation.
 *
 * @param action what was tried, e.g. `"read"` or `"write"`.
 * @param file the path that is named in the sentence.
 * @param cause the error of `node:fs`; its code becomes the reason and the way out.
 */
export function fileError(action: string, file: string, cause: unknown): EspalierError {
  if (cause instanceof EspalierError) return cause;
  const code = (cause as NodeJS.ErrnoException | undefined)?.code ?? "";
  const reason = REASONS[code] ?? (cause instanceof Error ? cause.message : String(cause));
  return new EspalierError(`Cannot ${action} ${file}: ${reason}.`, { cause });
}

/**
 * Opens an ordinary file for reading and gives its size; pipes, devices and folders are refused.
 *
 * @returns the descriptor, which the caller closes, and the size in bytes.
 * @throws EspalierError when the file cannot be opened or is not an ordinary file.
 */
export function openForReading(file: string): { fd: number; size: number } {
  let fd: number | undefined;
  try {
    // Looked at before opening: opening a pipe would wait for its other end.
    if (!fs.statSync(file).isFile()) throw new EspalierError(`Cannot read ${file}: it is not an ordinary file.`);
    fd = fs.openSync(file, "r");
    return { fd, size: fs.fstatSync(fd).size };
  } catch (error) {
    if (fd !== undefined) fs.closeSync(fd);
    throw fileError("read", file, error);
  }
}

/**
 * Reads a whole ordinary file.
 *
 * @param maxBytes a larger file is refused before anything is allocated.
 * @throws EspalierError when it cannot be read or is larger.
 */
export function readBytes(file: string, maxBytes: number): Uint8Array {
  const { fd, size } = openForReading(file);
  try {
    if (size > maxBytes) {
      throw new EspalierError(
        `Cannot read ${file}: it has ${size} bytes, at most ${maxBytes} are accepted; is it the right file?`,
      );
    }
    return fs.readFileSync(fd);
  } catch (error) {
    throw fileError("read", file, error);
  } finally {
    fs.closeSync(fd);
  }
}

/** Decodes UTF-8 strictly (a byte order mark is dropped); `what` is named when the bytes are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array, what: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new EspalierError(`${what} is not UTF-8 text; it is damaged or not the file it should be.`, { cause });
  }
}

/** Whether a parsed JSON value is an object (neither null nor a list). */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Reads a JSON file whose outermost value is an object.
 *
 * @throws EspalierError when it is missing, larger than 256 MiB, not UTF-8, not JSON, or not an object.
 */
export function readJsonObject(file: string): Record<string, unknown> {
  const text = decodeUtf8(readBytes(file, MAX_JSON_BYTES), file);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause);
    throw new EspalierError(`${file} is not valid JSON (${detail}); download it again.`, { cause });
  }
  if (!isObject(value))
    throw new EspalierError(`${file} should hold a JSON object, it holds something else; download it again.`);
  return value;
}

/** `readJsonObject`, or undefined when there is no such file. */
export function readOptionalJsonObject(file: string): Record<string, unknown> | undefined {
  return fs.existsSync(file) ? readJsonObject(file) : undefined;
}

/**
 * Writes a file so that it is there whole or not at all: a temporary file beside it is filled, forced to the disk, and
 * renamed. When anything fails, the temporary file is removed and an earlier file of that name is untouched.
 *
 * @param file destination; its folder must exist. A device or a pipe cannot be replaced and is refused.
 * @param fill writes the bytes in order; every call of its argument appends one piece.
 * @throws EspalierError when the disk is full, the folder is missing, and so on.
 */
export function writeAtomically(file: string, fill: (append: (bytes: Uint8Array) => void) => void): void {
  const before = fs.statSync(file, { throwIfNoEntry: false });
  if (before && !before.isFile()) {
    throw new EspalierError(`${file} cannot be written: it is no regular file. Name a file that may be replaced.`);
  }
  const temporary = path.join(path.dirname(file), `.${path.basename(file)}.${process.pid}.tmp`);
  let fd: number | undefined;
  try {
    fd = fs.openSync(temporary, "w");
    const target = fd;
    fill((bytes) => {
      for (let done = 0; done < bytes.byteLength; ) {
        done += fs.writeSync(target, bytes, done, Math.min(bytes.byteLength - done, 1 << 28));
      }
    });
    fs.fsyncSync(fd);
    fs.closeSync(fd);
    fd = undefined;
    fs.renameSync(temporary, file);
  } catch (error) {
    if (fd !== undefined) fs.closeSync(fd);
    fs.rmSync(temporary, { force: true });
    throw fileError("write", file, error);
  }
}
