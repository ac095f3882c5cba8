/** What a screen reader says of changes: politely, and not more often than somebody can listen. */
import { element } from "./dom.js";

/** Between two announcements, at least. */
const PAUSE_MS = 2_000;

export class LiveRegion {
  /** To be put into the widget; not to be seen. */
  readonly element = element("div", {
    class: "espalier-hidden",
    attributes: { role: "status", "aria-live": "polite", "aria-atomic": "true" },
  });
  #last = Number.NEGATIVE_INFINITY;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #text = "";

  /** Says a text, or what is said last until it may be. */
  say(text: string): void {
    this.#text = text;
    if (this.#timer !== undefined) return;
    const wait = Math.max(0, this.#last + PAUSE_MS - performance.now());
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#last = performance.now();
      this.element.textContent = this.#text;
    }, wait);
  }

  dispose(): void {
    clearTimeout(this.#timer);
  }
}
