/** A button that says why it cannot be pressed, and can be reached to hear it. */
import { element, setAttributes } from "../../core/index.js";

export class ActionButton {
  readonly element: HTMLButtonElement;
  #reason: string | null = null;

  constructor(label: string, press: () => void) {
    this.element = element("button", { class: "espalier-button", text: label, attributes: { type: "button" } });
    this.element.addEventListener("click", () => {
      if (this.#reason === null) press();
    });
  }

  set label(text: string) {
    this.element.textContent = text;
  }

  /** Why it cannot be pressed now; null where it can. */
  set reason(reason: string | null) {
    this.#reason = reason;
    setAttributes(this.element, {
      "aria-disabled": reason === null ? null : "true",
      title: reason,
      "aria-description": reason,
    });
  }
}
