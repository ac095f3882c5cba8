/** What a cached library consists of: sizes and hashes, written last, checked cheaply at every start. */
import { createHash } from "node:crypto";
import { createReadStream, existsSync, lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { rename, writeFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";

const NAME = "manifest.json";
/** Files up to this size are hashed at every start; of larger ones the size is compared. */
const SMALL = 2 ** 20;

async function hashFile(file) {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file, { highWaterMark: 2 ** 20 })) hash.update(chunk);
  return hash.digest("hex");
}

/**
 * Describes every file below `directory` in its manifest.json, written under another name first.
 *
 * @param {string} directory
 * @param {Record<string, unknown>} about what else to keep.
 */
export async function writeManifest(directory, about) {
  const files = [];
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name);
    const path = relative(directory, file).split(sep).join("/");
    if (path === NAME || entry.isDirectory()) continue;
    if (entry.isSymbolicLink()) files.push({ path, link: readlinkSync(file) });
    else files.push({ path, size: lstatSync(file).size, sha256: await hashFile(file) });
  }
  files.sort((a, b) => (a.path < b.path ? -1 : 1));
  const temporary = join(directory, `${NAME}.part`);
  await writeFile(temporary, JSON.stringify({ ...about, files }, null, 1));
  await rename(temporary, join(directory, NAME));
}

function differenceOf(directory, entry) {
  const file = join(directory, entry.path);
  const state = lstatSync(file, { throwIfNoEntry: false });
  if (state === undefined) return `${entry.path} is missing`;
  if (entry.link !== undefined) {
    return state.isSymbolicLink() && readlinkSync(file) === entry.link ? "" : `${entry.path} is not the link it was`;
  }
  if (state.size !== entry.size) return `${entry.path} has ${state.size} of ${entry.size} bytes`;
  if (entry.size > SMALL) return "";
  const hash = createHash("sha256").update(readFileSync(file)).digest("hex");
  return hash === entry.sha256 ? "" : `${entry.path} has changed`;
}

/**
 * Compares a folder with its manifest in milliseconds.
 *
 * @returns {{manifest: object | null, why: string}} `why` is empty when all is as it was; `manifest` is null when there is
 *   none that can be read.
 */
export function checkManifest(directory) {
  const file = join(directory, NAME);
  if (!existsSync(file))
    return { manifest: null, why: existsSync(directory) ? "its manifest is missing" : "it is not there" };
  let manifest;
  try {
    manifest = JSON.parse(readFileSync(file, "utf8"));
    if (!Array.isArray(manifest.files) || manifest.files.length === 0) throw new Error("no files");
  } catch {
    return { manifest: null, why: "its manifest cannot be read" };
  }
  for (const entry of manifest.files) {
    const why = differenceOf(directory, entry);
    if (why !== "") return { manifest, why };
  }
  return { manifest, why: "" };
}
