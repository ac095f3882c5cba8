/** The best configuration within the budget, and the way to ask for one exactly at it. */
import { element } from "../../core/index.js";
import type { FrontierScene } from "../model/index.js";
import { ActionButton } from "./actionButton.js";
import type { Words } from "./words.js";

export interface BudgetPanelState {
  readonly budget: number | null;
  /** −1 for none. */
  readonly best: number;
  readonly live: boolean;
  /** A question is on its way to the kernel. */
  readonly asking: boolean;
}

export interface BudgetPanelEvents {
  readonly select: () => void;
  readonly evaluate: () => void;
  readonly cancel: () => void;
  readonly clear: () => void;
}

export class BudgetPanel {
  readonly element: HTMLElement;
  readonly #words: Words;
  readonly #text = element("span");
  readonly #select: ActionButton;
  readonly #evaluate: ActionButton;
  readonly #clear: ActionButton;
  #asking = false;

  constructor(words: Words, events: BudgetPanelEvents) {
    this.#words = words;
    this.#select = new ActionButton(words.text("Select it"), events.select);
    this.#clear = new ActionButton(words.text("No budget"), events.clear);
    this.#evaluate = new ActionButton("", () => (this.#asking ? events.cancel() : events.evaluate()));
    const buttons = [this.#select, this.#evaluate, this.#clear].map((button) => button.element);
    this.element = element("div", { class: "espalier-budget-panel" }, this.#text, ...buttons);
  }

  update(scene: FrontierScene, { budget, best, live, asking }: BudgetPanelState): void {
    const words = this.#words;
    this.#asking = asking;
    this.element.hidden = budget === null;
    if (budget === null) return;
    const axis = scene.data.costs[0]!;
    const within = words.text("Within {budget} of {axis}:", { budget: words.value(axis, budget), axis: axis.label });
    const found = !scene.showsBudget
      ? words.text("choose that cost's axis to see the best.")
      : best < 0
        ? words.text("nothing has been evaluated.")
        : words.describe(scene, best);
    this.#text.replaceChildren(element("span", { class: "espalier-secondary", text: `${within} ` }), found);
    this.#select.element.hidden = best < 0;
    this.#evaluate.label = asking ? words.text("Cancel") : words.text("Evaluate at this budget");
    this.#evaluate.reason = live ? null : words.text("No kernel is running for this output; run the cell again.");
  }
}
