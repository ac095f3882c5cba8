/** Markdown of the documentation, as far as its tests need it: fenced blocks, links, anchors. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

/** The root of the checkout; tests run from dist/tests/docs. */
export const ROOT = path.join(import.meta.dirname, "..", "..", "..");

/** Pages outside of docs/ that are checked as well. */
const BESIDE = [
  "README.md",
  "CONTRIBUTING.md",
  "CHANGELOG.md",
  "src/METHOD.md",
  "src/export/RESULTS.md",
  "kernel/README.md",
  "labextension/README.md",
];

/** A fenced block. */
export interface Block {
  /** The first word behind the fence, such as "ts". */
  readonly language: string;
  /** The words after it. */
  readonly flags: readonly string[];
  readonly text: string;
  /** Line of the page on which its text begins, from 1. */
  readonly line: number;
}

/** Every page of a folder of the checkout, as paths from the root, in order. */
export function pagesUnder(folder: string): string[] {
  return readdirSync(path.join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => path.posix.join(folder, name.split(path.sep).join("/")))
    .sort();
}

/** All pages whose links are checked. */
export function allPages(): string[] {
  return [...BESIDE, ...pagesUnder("docs")];
}

export function readPage(page: string): string {
  return readFileSync(path.join(ROOT, page), "utf8");
}

/** The fenced blocks of a page, in order. */
export function blocksOf(markdown: string): Block[] {
  const blocks: Block[] = [];
  const lines = markdown.split("\n");
  for (let i = 0; i < lines.length; i++) {
    const opened = /^```(\S*)\s*(.*)$/.exec(lines[i]);
    if (opened === null) continue;
    const end = lines.indexOf("```", i + 1);
    if (end < 0) throw new Error(`The block that begins on line ${i + 1} has no end.`);
    blocks.push({
      language: opened[1],
      flags: opened[2].split(" ").filter((word) => word !== ""),
      text: lines.slice(i + 1, end).join("\n"),
      line: i + 2,
    });
    i = end;
  }
  return blocks;
}

/** A page without its code: fenced blocks, and what stands in backticks where `spans` is set. Lines stay where they are. */
export function proseOf(markdown: string, spans = true): string {
  const blank = (text: string) => text.replaceAll(/[^\n]/g, " ");
  const prose = markdown.replaceAll(/^```[^\n]*\n[\s\S]*?^```$/gm, blank);
  return spans ? prose.replaceAll(/`[^`\n]+`/g, blank) : prose;
}

/** The anchors of a page's headings, as GitHub makes them. */
export function anchorsOf(markdown: string): Set<string> {
  const seen = new Map<string, number>();
  const anchors = new Set<string>();
  for (const [, heading] of proseOf(markdown, false).matchAll(/^#{1,6}\s+(.+?)\s*$/gm)) {
    const plain = heading
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1")
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}_\s-]/gu, "")
      .trim()
      .replaceAll(/\s/g, "-");
    const before = seen.get(plain) ?? 0;
    seen.set(plain, before + 1);
    anchors.add(before === 0 ? plain : `${plain}-${before}`);
  }
  return anchors;
}
