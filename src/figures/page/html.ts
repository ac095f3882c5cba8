/** Text on its way into HTML. */

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text as HTML text or as the value of a quoted attribute. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}

/**
 * JSON as the contents of a `<script type="application/json">` element: it cannot end the element, open a comment or
 * break a line where an old parser would, and `JSON.parse` gives the same value.
 */
export function embedJson(json: string): string {
  return json.replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** A drawing with ids of its own: two on one page must not share those of their clip paths. */
export function withOwnIds(svg: string, prefix: string): string {
  return svg
    .replace(/ id="(clip|gradient)/g, ` id="${prefix}-$1`)
    .replace(/="url\(#(clip|gradient)/g, `="url(#${prefix}-$1`);
}
