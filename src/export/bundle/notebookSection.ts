/** A notebook as a section of a page: its text, its code, and its outputs as pictures or text. Nothing in it runs or loads. */
import { escapeHtml } from "../../figures/index.js";
import { printable } from "../format.js";
import { renderMarkdown } from "./markdown.js";
import { multilineText, type Notebook, type NotebookOutput } from "./notebook.js";

/** Pictures that a page may hold, in the order in which they are preferred. */
const PICTURES = ["image/png", "image/jpeg", "image/gif", "image/webp"] as const;
/** Longest output that is shown as text; the notebook itself has the rest. */
const LONGEST = 20_000;

/** Text without a terminal's colours. */
function plain(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  const bare = text.replace(/\u001b\[[0-9;?]*[ -/]*[@-~]/g, "");
  return bare.length > LONGEST ? `${bare.slice(0, LONGEST)}\n… (cut)` : bare;
}

function preformatted(text: string, label: string): string {
  const lines = plain(text).trimEnd().split("\n").map(printable).join("\n");
  return `<div class="scroll panel" tabindex="0" role="region" aria-label="${label}"><pre><code>${escapeHtml(lines)}</code></pre></div>`;
}

function picture(type: string, base64: string, text: string): string {
  return `<p><img src="data:${type};base64,${base64}" alt="${escapeHtml(printable(text.slice(0, 300)))}" width="100%"></p>`;
}

function dataHtml(data: Readonly<Record<string, unknown>>): string {
  const of = (type: string) => (Object.hasOwn(data, type) ? multilineText(data[type]) : null);
  const text = of("text/plain") ?? "output of a cell";
  for (const type of PICTURES) {
    const base64 = of(type)?.replaceAll(/\s/g, "");
    if (base64 !== undefined && /^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return picture(type, base64, text);
  }
  // A drawing as a picture runs no script and loads nothing.
  const svg = of("image/svg+xml");
  if (svg !== null) return picture("image/svg+xml", Buffer.from(svg).toString("base64"), text);
  const markdown = of("text/markdown");
  if (markdown !== null) return renderMarkdown(markdown);
  const plainText = of("text/plain");
  return plainText === null || plainText === "" ? "" : preformatted(plainText, "output");
}

function outputHtml({ output_type, text, data, traceback }: NotebookOutput): string {
  if (output_type === "stream") return text === undefined || text === "" ? "" : preformatted(text, "output");
  if (output_type === "error") return preformatted((traceback ?? []).join("\n"), "error");
  return data === undefined ? "" : dataHtml(data);
}

/**
 * A notebook as a section of a page: its text, its code, and its outputs as pictures or text. Nothing in it runs or loads.
 *
 * @param notebook what `parseNotebook` read. @param name what the heading says.
 * @returns HTML, for `renderPage` to append.
 *
 * @example
 * import { readFileSync } from "node:fs";
 *
 * const notebook = parseNotebook(readFileSync("paper.ipynb"), "paper.ipynb");
 * const page = await renderPage(results, { appendix: notebookSection(notebook, "paper.ipynb") });
 */
export function notebookSection(notebook: Notebook, name: string): string {
  const parts = notebook.cells.map(({ cell_type, source, outputs = [] }) => {
    if (cell_type === "markdown") return renderMarkdown(source);
    if (cell_type !== "code") return source === "" ? "" : preformatted(source, "text");
    const code = source.trim() === "" ? "" : preformatted(source, "code");
    return [code, ...outputs.map(outputHtml)].filter((part) => part !== "").join("\n");
  });
  return `<section><h2>Notebook: ${escapeHtml(printable(name))}</h2>\n${parts.join("\n")}\n</section>\n`;
}
