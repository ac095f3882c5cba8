/** A sentence in the place of a drawing. */
import { element } from "./dom.js";

/** @param detail such as the message of a `DataError`. */
export function notice(sentence: string, detail: string): HTMLElement {
  return element(
    "div",
    { class: "espalier-notice", attributes: { role: "note" } },
    element("strong", { text: sentence }),
    element("p", { text: detail }),
  );
}
