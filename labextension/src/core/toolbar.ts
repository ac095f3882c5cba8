/** Buttons in a row, one stop of the Tab key: arrows, Home and End go from one to the next (WAI-ARIA's toolbar pattern). */
import { element, setAttributes, svgElement } from "./dom.js";

export interface ToolbarButton {
  /** What it does, for the tooltip and for screen readers. */
  readonly label: string;
  /** Path data of a 16 × 16 icon; without one the label is written. */
  readonly icon?: string;
  readonly press: () => void;
}

export class Toolbar {
  readonly element: HTMLElement;
  readonly #buttons: HTMLButtonElement[] = [];

  /** @param label of the whole row. */
  constructor(label: string) {
    this.element = element("div", { class: "espalier-toolbar", attributes: { role: "toolbar", "aria-label": label } });
    this.element.addEventListener("keydown", (event) => this.#onKey(event));
  }

  add({ label, icon, press }: ToolbarButton): HTMLButtonElement {
    const button = element("button", {
      class: "espalier-button",
      attributes: {
        type: "button",
        tabindex: this.#buttons.length === 0 ? 0 : -1,
        title: icon === undefined ? null : label,
        "aria-label": icon === undefined ? null : label,
      },
    });
    if (icon === undefined) button.textContent = label;
    else button.append(iconOf(icon));
    button.addEventListener("click", press);
    button.addEventListener("focus", () => this.#setStop(button));
    this.#buttons.push(button);
    this.element.append(button);
    return button;
  }

  #setStop(button: HTMLButtonElement): void {
    for (const other of this.#buttons) setAttributes(other, { tabindex: other === button ? 0 : -1 });
  }

  #onKey(event: KeyboardEvent): void {
    const usable = this.#buttons.filter((button) => !button.disabled && !button.hidden);
    const at = usable.indexOf(document.activeElement as HTMLButtonElement);
    if (at < 0) return;
    const last = usable.length - 1;
    const to = { ArrowRight: Math.min(last, at + 1), ArrowLeft: Math.max(0, at - 1), Home: 0, End: last }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    // JupyterLab moves between cells with the same keys.
    event.stopPropagation();
    usable[to]!.focus();
  }
}

/** An icon that follows the colour of the text. */
export function iconOf(path: string): SVGElement {
  return svgElement(
    "svg",
    { attributes: { viewBox: "0 0 16 16", width: 16, height: 16, "aria-hidden": "true", focusable: "false" } },
    svgElement("path", {
      attributes: {
        d: path,
        fill: "none",
        stroke: "currentColor",
        "stroke-width": 1.5,
        "stroke-linecap": "round",
        "stroke-linejoin": "round",
      },
    }),
  );
}
