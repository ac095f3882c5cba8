/** Which file a relative import means, as TypeScript's users write it: with or without extension, `.js` for a `.ts`. */
import fs from "node:fs";
import path from "node:path";

const SOURCE_EXTENSIONS = [".ts", ".tsx", ".mts", ".cts"] as const;
const EXTENSIONS = [...SOURCE_EXTENSIONS, ".js", ".mjs", ".cjs", ".json"] as const;
const COMPILED: Readonly<Record<string, readonly string[]>> = {
  ".js": [".ts", ".tsx"],
  ".mjs": [".mts"],
  ".cjs": [".cts"],
};

/** Whether an import names a file: relative, absolute, or a file URL. */
export function isFileSpecifier(specifier: string): boolean {
  return /^(?:\.{1,2}(?:\/|$)|\/|file:)/.test(specifier) || path.isAbsolute(specifier);
}

/** Whether Node cannot run the file as it is. */
export function isTypeScript(file: string): boolean {
  return SOURCE_EXTENSIONS.some((extension) => file.endsWith(extension)) && !file.endsWith(".d.ts");
}

/**
 * The file that a path means; undefined when there is none.
 *
 * @param isThere whether a file that is not on disk is there all the same.
 */
export function findLocalFile(file: string, isThere: (file: string) => boolean): string | undefined {
  const { ext } = path.parse(file);
  const candidates = [
    file,
    ...(COMPILED[ext] ?? []).map((extension) => file.slice(0, -ext.length) + extension),
    ...EXTENSIONS.map((extension) => file + extension),
    ...EXTENSIONS.map((extension) => path.join(file, `index${extension}`)),
  ];
  return candidates.find((candidate) => isThere(candidate) || isFile(candidate));
}

function isFile(file: string): boolean {
  return fs.statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;
}
