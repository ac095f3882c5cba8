/** The worked changes of docs/extend: files to add, and files to change, as the pages show them. */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { blocksOf, pagesUnder, ROOT, readPage } from "./markdown.js";

/** A worked change, laid over the checkout. */
export interface WorkedChange {
  readonly page: string;
  /** Path from the root → whole text, of new and of changed files. */
  readonly files: ReadonlyMap<string, string>;
  /** Those of them that are tests. */
  readonly tests: readonly string[];
}

/** Takes "// path" from the first line of a block. */
function named(text: string): { name: string; rest: string } | null {
  const found = /^\/\/ (\S+\.ts)\n/.exec(text);
  return found === null ? null : { name: found[1], rest: text.slice(found[0].length) };
}

/**
 * Applies hunks, set apart by lines "@@": lines that begin with a blank or "-" must stand in the file once, in that order.
 *
 * @throws Error for a hunk that fits nowhere, or in several places.
 */
export function applyDiff(text: string, diff: string, name: string): string {
  let result = text;
  for (const hunk of diff.split(/^@@$\n/m)) {
    const lines = hunk.split("\n").filter((line) => line !== "");
    const odd = lines.find((line) => !/^[ +-]/.test(line));
    if (odd !== undefined) throw new Error(`${name}: "${odd}" does not begin with a blank, + or -.`);
    const side = (mark: string) => lines.filter((line) => line[0] !== mark).map((line) => line.slice(1));
    const [before, after] = [side("+").join("\n"), side("-").join("\n")];
    const parts = `\n${result}`.split(`\n${before}\n`);
    if (parts.length !== 2) throw new Error(`${name} has these lines ${parts.length - 1} times, not once:\n${before}`);
    result = parts.join(`\n${after}\n`).slice(1);
  }
  return result;
}

/** The change that a page shows. @throws Error for a block without a name, or a file that is there already. */
export function workedChange(page: string): WorkedChange {
  const files = new Map<string, string>();
  for (const { language, text, line } of blocksOf(readPage(page))) {
    if (language !== "ts" && language !== "diff") continue;
    const block = named(`${text}\n`);
    if (block === null) throw new Error(`${page}:${line}: the block does not begin with the name of its file.`);
    const file = path.join(ROOT, block.name);
    if (language === "ts") {
      if (existsSync(file)) throw new Error(`${page}:${line}: ${block.name} exists.`);
      files.set(block.name, block.rest);
    } else {
      const text = files.get(block.name) ?? readFileSync(file, "utf8");
      files.set(block.name, applyDiff(text, block.rest, `${page}:${line}: ${block.name}`));
    }
  }
  return { page, files, tests: [...files.keys()].filter((name) => name.endsWith(".test.ts")) };
}

export function workedChanges(): WorkedChange[] {
  return pagesUnder("docs/extend").map(workedChange);
}
