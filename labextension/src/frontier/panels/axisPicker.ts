/** The title of an axis, and where there are several quantities the choice among them. */
import { element } from "../../core/index.js";
import type { Axis } from "../../data/index.js";

export class AxisPicker {
  readonly element: HTMLElement;
  readonly #select: HTMLSelectElement | null;

  /** @param label what is chosen; @param name of an axis. */
  constructor(label: string, axes: readonly Axis[], name: (axis: Axis) => string, choose: (key: string) => void) {
    if (axes.length === 1) {
      this.#select = null;
      this.element = element("div", { class: "espalier-axis-title", text: name(axes[0]!) });
      return;
    }
    const select = element(
      "select",
      { class: "espalier-axis-select", attributes: { "aria-label": label } },
      // Values are places: a key of the data is never looked up.
      ...axes.map((axis, i) => element("option", { text: name(axis), attributes: { value: i } })),
    );
    select.addEventListener("change", () => choose(axes[Number(select.value)]!.key));
    this.#select = select;
    this.element = element("div", { class: "espalier-axis-title" }, select);
  }

  show(place: number): void {
    if (this.#select !== null) this.#select.value = String(place);
  }
}
