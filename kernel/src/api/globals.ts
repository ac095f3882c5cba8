/** Names that every cell knows without an import. */
import * as notebook from "./notebook.js";

declare global {
  /** Shows a value, or a MIME bundle. The same as `display` of "@espalier/kernel". */
  var display: typeof notebook.display;
  /** Asks the user for a line of text: `await input("Your name? ")`. */
  var input: typeof notebook.input;
  /** Asks the user for a line of text; nothing else runs until the answer is there. */
  var prompt: typeof notebook.prompt;
}

/** Makes them known; they can be replaced as any global can. */
export function defineGlobals(): void {
  const { display, input, prompt } = notebook;
  for (const [name, value] of Object.entries({ display, input, prompt }))
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true, enumerable: false });
}
