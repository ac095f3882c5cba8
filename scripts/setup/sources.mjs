/** What a build was made of, as one hash. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

/** All files below a folder, sorted; none where there is no folder. */
export function filesBelow(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** @param {readonly string[]} folders @param {readonly string[]} files relative to `root`, all of which count. */
export function hashOf(root, folders, files, isSource = () => true) {
  const hash = createHash("sha256");
  const sources = folders.flatMap((folder) => filesBelow(join(root, folder))).filter(isSource);
  for (const file of [...files.map((name) => join(root, name)), ...sources]) {
    hash.update(relative(root, file)).update("\0").update(readFileSync(file)).update("\0");
  }
  return hash.digest("hex");
}
