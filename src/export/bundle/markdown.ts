/**
 * The part of Markdown that notebooks are written in, as HTML that can do nothing: headings, paragraphs, lists, tables, quotes,
 * code, emphasis and links to the web. Everything else stays text; HTML in it is shown, not used; pictures are their descriptions.
 */
import { escapeHtml } from "../../figures/index.js";

/** Emphasis within text that is escaped already. */
function emphasis(html: string): string {
  return html
    .replace(/\*\*([^*\n]+)\*\*/g, "<strong>$1</strong>")
    .replace(/(?<![\w*])\*([^*\s][^*\n]*)\*(?![\w*])/g, "<em>$1</em>")
    .replace(/(?<![\w_])_([^_\s][^_\n]*)_(?![\w_])/g, "<em>$1</em>");
}

const LINK = /^!?\[([^\]\n]*)\]\(([^()\s]*)\)$/;

/** What emphasis does not reach into: code, formulas, links and pictures. */
function literal(piece: string): string {
  if (piece.startsWith("`")) return `<code>${escapeHtml(piece.slice(1, -1))}</code>`;
  const link = LINK.exec(piece);
  if (link === null) return escapeHtml(piece);
  const [, text, target] = link;
  if (piece.startsWith("!")) return escapeHtml(`[${text}]`);
  if (!/^https?:\/\//.test(target)) return escapeHtml(text);
  return `<a href="${escapeHtml(target)}" rel="noopener noreferrer">${escapeHtml(text)}</a>`;
}

/** A line of text. */
function inline(text: string): string {
  return text
    .split(/(`[^`\n]+`|\$[^$\n]+\$|!?\[[^\]\n]*\]\([^()\s]*\))/)
    .map((piece, i) => (i % 2 === 0 ? emphasis(escapeHtml(piece)) : literal(piece)))
    .join("");
}

const HEADING = /^(#{1,6})\s+(.*?)\s*#*$/;
const FENCE = /^\s*(```|~~~)/;
const ITEM = /^\s*([-*+]|\d{1,9}[.)])\s+(.*)$/;
const QUOTE = /^\s*>\s?(.*)$/;
const RULE = /^\s*([-*_])(\s*\1){2,}\s*$/;
const TABLE_RULE = /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)+\|?\s*$/;

function cells(line: string): string[] {
  return line
    .trim()
    .replace(/^\||\|$/g, "")
    .split("|")
    .map((cell) => inline(cell.trim()));
}

/** Lines from `at` on for as long as they match; at least one does. */
function run(lines: readonly string[], at: number, belongs: (line: string) => boolean): string[] {
  let end = at;
  while (end < lines.length && belongs(lines[end])) end++;
  return lines.slice(at, end);
}

/**
 * Renders Markdown.
 *
 * @param least level of the highest heading, so that a page's own stay above; default 3.
 * @returns HTML without attributes but `href` to http and https; safe for any text.
 */
export function renderMarkdown(text: string, least = 3): string {
  const lines = text.split(/\r?\n/);
  const html: string[] = [];
  const begins = (line: string, next: string | undefined) =>
    HEADING.test(line) || FENCE.test(line) || ITEM.test(line) || QUOTE.test(line) || TABLE_RULE.test(next ?? "");
  for (let at = 0; at < lines.length; ) {
    const line = lines[at];
    const heading = HEADING.exec(line);
    if (line.trim() === "" || RULE.test(line)) at++;
    else if (heading !== null) {
      const level = Math.min(6, heading[1].length + least - 1);
      html.push(`<h${level}>${inline(heading[2])}</h${level}>`);
      at++;
    } else if (FENCE.test(line)) {
      const body = run(lines, at + 1, (one) => !FENCE.test(one));
      html.push(`<pre><code>${escapeHtml(body.join("\n"))}</code></pre>`);
      at += body.length + 2;
    } else if (ITEM.test(line)) {
      const body = run(lines, at, (one) => one.trim() !== "");
      const items: string[] = [];
      for (const one of body) {
        const item = ITEM.exec(one);
        if (item !== null) items.push(item[2]);
        else items[items.length - 1] += ` ${one.trim()}`;
      }
      const kind = /^\s*\d/.test(line) ? "ol" : "ul";
      html.push(`<${kind}>${items.map((item) => `<li>${inline(item)}</li>`).join("")}</${kind}>`);
      at += body.length;
    } else if (QUOTE.test(line)) {
      const body = run(lines, at, (one) => QUOTE.test(one));
      html.push(`<blockquote><p>${inline(body.map((one) => QUOTE.exec(one)![1]).join(" "))}</p></blockquote>`);
      at += body.length;
    } else if (TABLE_RULE.test(lines[at + 1] ?? "")) {
      const body = run(lines, at + 2, (one) => one.includes("|"));
      const row = (one: string, tag: string) =>
        `<tr>${cells(one)
          .map((cell) => `<${tag}>${cell}</${tag}>`)
          .join("")}</tr>`;
      const rows = body.map((one) => row(one, "td")).join("");
      html.push(`<table><thead>${row(line, "th")}</thead><tbody>${rows}</tbody></table>`);
      at += body.length + 2;
    } else {
      const body = run(lines, at, (one) => one.trim() !== "");
      let length = 1;
      while (length < body.length && !begins(body[length], body[length + 1])) length++;
      html.push(`<p>${inline(body.slice(0, length).join(" "))}</p>`);
      at += length;
    }
  }
  return html.join("\n");
}
