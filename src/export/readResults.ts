/** Reading a file of results. */
import { readFile } from "node:fs/promises";
import { EspalierError } from "../errors.js";
import { printable } from "./format.js";
import type { Results } from "./results.js";
import { validateResults } from "./validate.js";

/**
 * Parses the text of a file of results.
 *
 * @param text JSON; untrusted.
 * @param source what messages call it.
 * @throws EspalierError for anything that is not valid results of version 1.
 *
 * @example
 * const again = parseResults(stringifyResults(results));
 */
export function parseResults(text: string, source = "these results"): Results {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new EspalierError(
      `The results in ${source} are not JSON (${printable((cause as Error).message).slice(0, 200)}). Write them again with \`--json\`.`,
      { cause },
    );
  }
  return validateResults(value, source);
}

/**
 * Reads a file of results, all of it into memory: about 1 kB a row, and at most 512 MB of text, which is as long as a
 * string can be.
 *
 * @throws EspalierError when the file is missing, unreadable, too long or not valid.
 *
 * @example
 * const { frontier } = await readResults("results.json");
 */
export async function readResults(file: string): Promise<Results> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    const way =
      code === "ERR_STRING_TOO_LONG"
        ? "it is longer than the 512 MB that fit a string; read its rows from the CSV export instead"
        : `${(cause as Error).message}; check the path`;
    throw new EspalierError(`The results in ${file} cannot be read: ${way}.`, { cause });
  }
  return parseResults(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text, file);
}
