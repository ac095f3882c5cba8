/** The public interface of the kernel tslab, so that notebooks written for it run unchanged. */
import { randomUUID } from "node:crypto";
import { isJsonType } from "./bundle.js";
import type { Displays } from "./displays.js";

/** tslab's `Display`: each method shows its argument. */
export interface Display {
  javascript(code: string): void;
  html(text: string): void;
  markdown(text: string): void;
  latex(text: string): void;
  svg(text: string): void;
  png(bytes: Uint8Array): void;
  jpeg(bytes: Uint8Array): void;
  gif(bytes: Uint8Array): void;
  pdf(bytes: Uint8Array): void;
  text(text: string): void;
  raw(contentType: string, content: string | Uint8Array): void;
}

/** What `import * as tslab from "tslab"` gives. */
export interface Tslab {
  readonly display: Display;
  /** A `Display` with one place: what is shown in it replaces what was. */
  newDisplay(): Display;
  readonly versions: { readonly tslab: string; readonly typescript: string; readonly node: string };
}

/** The version of tslab whose interface this is. */
const TSLAB_VERSION = "1.0.22";

/** @param typescript the version of TypeScript that cells are compiled with. */
export function createTslab(displays: Displays, typescript: string): Tslab {
  return {
    display: displayOf((bundle) => void displays.display(bundle, { raw: true })),
    newDisplay() {
      const displayId = randomUUID();
      let update = false;
      return displayOf((bundle) => {
        displays.display(bundle, { raw: true, displayId, update });
        update = true;
      });
    },
    versions: { tslab: TSLAB_VERSION, typescript, node: process.version },
  };
}

function displayOf(show: (bundle: object) => void): Display {
  const raw = (contentType: string, content: string | Uint8Array) =>
    show({ [contentType]: typeof content === "string" ? parseJson(contentType, content) : content });
  return {
    javascript: (code) => raw("text/javascript", code),
    html: (text) => raw("text/html", text),
    markdown: (text) => raw("text/markdown", text),
    latex: (text) => raw("text/latex", text),
    svg: (text) => raw("image/svg+xml", text),
    png: (bytes) => raw("image/png", bytes),
    jpeg: (bytes) => raw("image/jpeg", bytes),
    gif: (bytes) => raw("image/gif", bytes),
    pdf: (bytes) => raw("application/pdf", bytes),
    text: (text) => raw("text/plain", text),
    raw,
  };
}

/** tslab's `raw` takes JSON types as text; front ends want the value. */
function parseJson(contentType: string, content: string): unknown {
  if (!isJsonType(contentType)) return content;
  try {
    return JSON.parse(content) as unknown;
  } catch {
    return content;
  }
}
