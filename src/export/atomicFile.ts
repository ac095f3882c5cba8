/** Writing a file so that it is either the old one or the whole new one, never a part. */
import { randomUUID } from "node:crypto";
import { type FileHandle, open, realpath, rename, stat, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import { EspalierError } from "../errors.js";
import { makeFolder } from "./makeFolder.js";

const CHUNK = 1 << 18;

async function writeChunks(handle: FileHandle, chunks: Iterable<string> | AsyncIterable<string>): Promise<void> {
  let pending: string[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    pending.push(chunk);
    length += chunk.length;
    if (length >= CHUNK) {
      await handle.writeFile(pending.join(""));
      pending = [];
      length = 0;
    }
  }
  if (length > 0) await handle.writeFile(pending.join(""));
}

/** Where `file` leads, and whether it may be replaced by another file, which a device or a pipe may not. */
async function targetOf(file: string): Promise<{ path: string; replaceable: boolean }> {
  const state = await stat(file).catch(() => null);
  if (state === null) return { path: file, replaceable: true };
  if (state.isDirectory()) {
    throw new EspalierError(`The file ${file} cannot be written: it is a folder. Name a file, such as one in it.`);
  }
  return state.isFile() ? { path: await realpath(file), replaceable: true } : { path: file, replaceable: false };
}

/**
 * Writes `contents` to `file`: into a temporary file beside it, flushed to disk, then renamed over it. Holds at most 256 kB
 * of text at a time. Missing folders are made. If anything fails, `file` is as before and the temporary file is gone.
 * A link is followed; a device or a pipe, such as /dev/stdout, is written to as it is.
 *
 * @param contents text (UTF-8), in pieces or at once, or bytes.
 * @throws EspalierError when the disk refuses (full, read-only, a folder in the way); what `contents` throws, as it is.
 */
export async function writeAtomically(
  file: string,
  contents: string | Uint8Array | Iterable<string> | AsyncIterable<string>,
): Promise<void> {
  let temporary: string | undefined;
  let handle: FileHandle | undefined;
  try {
    makeFolder(dirname(file));
    const target = await targetOf(file);
    if (target.replaceable) temporary = `${target.path}.${randomUUID().slice(0, 8)}.partial`;
    handle = await open(temporary ?? target.path, temporary === undefined ? "w" : "wx");
    if (typeof contents === "string" || contents instanceof Uint8Array) await handle.writeFile(contents);
    else await writeChunks(handle, contents);
    if (temporary !== undefined) await handle.sync();
    await handle.close();
    handle = undefined;
    if (temporary !== undefined) await rename(temporary, target.path);
  } catch (cause) {
    await handle?.close().catch(() => undefined);
    if (temporary !== undefined) await unlink(temporary).catch(() => undefined);
    const code = (cause as NodeJS.ErrnoException).code;
    if (cause instanceof EspalierError || typeof code !== "string" || !/^E[A-Z]+$/.test(code)) throw cause;
    const reason = code === "ENOSPC" ? "the disk is full" : (cause as Error).message;
    throw new EspalierError(
      `The file ${file} cannot be written: ${reason}. What was there before is unchanged; choose another place or make room.`,
      { cause },
    );
  }
}
