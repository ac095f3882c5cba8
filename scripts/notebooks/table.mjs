/** The table of the notebooks in notebooks/README.md: what each asks, and what it takes to run it. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const HEAD = `# Notebooks

Each asks one question and answers it above its first cell; figures and tables are there without a kernel. \`npm run notebooks\` runs
them again, \`npm run notebooks -- 20 60\` some of them; two runs differ in nothing but what is marked as a time.

| | question | time | memory |
|---|---|---|---|
`;
const FOOT = `
Time and peak of resident memory of the whole notebook, the kernel's start included, from a run in an empty folder, on two
processor cores that had other work as well. On the embedded model, except where a notebook says how to take another.

70 and 90 take a checkpoint and questions of yours, in \`runs/notebooks\`, and leave the files here as they are:
\`ESPALIER_MODEL=DIR ESPALIER_DATA=FILE npm run notebooks -- 70\`.
`;

/** Names of the notebooks, by number. */
export function listNotebooks(folder) {
  return readdirSync(folder)
    .filter((file) => file.endsWith(".ipynb") && !file.startsWith("."))
    .sort();
}

/** The first heading of a notebook, without its mark. */
export function questionOf(path) {
  const { cells } = JSON.parse(readFileSync(path, "utf8"));
  const text = cells.filter(({ cell_type }) => cell_type === "markdown").map(({ source }) => [source].flat().join(""));
  return /^# (.*)$/m.exec(text.join("\n"))?.[1] ?? "";
}

/**
 * What was measured before.
 *
 * @returns {Map<string, {question: string, time: string, memory: string}>} by the notebook's file name.
 */
export function readTable(folder) {
  const path = join(folder, "README.md");
  const rows = new Map();
  if (!existsSync(path)) return rows;
  for (const line of readFileSync(path, "utf8").split("\n")) {
    const [, file, question, time, memory] =
      /^\| \[[^\]]*\]\(([^)]*)\) \| (.*) \| ([^|]*) \| ([^|]*) \|$/.exec(line) ?? [];
    if (file !== undefined) rows.set(file, { question, time, memory });
  }
  return rows;
}

/** Writes a row for every notebook that there is; "–" where nothing was measured. */
export function writeTable(folder, rows) {
  const lines = listNotebooks(folder).map((file) => {
    const { seconds, peak, time = "–", memory = "–" } = rows.get(file) ?? {};
    const cells = seconds === undefined ? [time, memory] : [timeText(seconds), sizeText(peak)];
    return `| [${file.slice(0, 2)}](${file}) | ${questionOf(join(folder, file))} | ${cells.join(" | ")} |\n`;
  });
  writeFileSync(join(folder, "README.md"), HEAD + lines.join("") + FOOT);
}

/** @param {number} seconds */
export function timeText(seconds) {
  return seconds < 100 ? `${Math.ceil(seconds)} s` : `${(seconds / 60).toFixed(1)} min`;
}

/** @param {number | null} bytes null: not known. */
export function sizeText(bytes) {
  if (bytes === null) return "–";
  return bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${Math.ceil(bytes / 1e6)} MB`;
}
