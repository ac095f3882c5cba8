/** The budget: a handle above the plot, dragged or moved with the keys, and snapping to nothing. */
import { type Disposers, element, setAttributes } from "../../core/index.js";
import type { FrontierScene } from "../model/index.js";
import type { Words } from "./words.js";

/** Of the length of the axis, for an arrow key; ten times as much for a page. */
const STEP = 0.01;

export interface BudgetEvents {
  /** While it moves; null for no limit. */
  readonly change: (budget: number | null) => void;
  /** When it has been put down. */
  readonly settle: () => void;
}

export class BudgetSlider {
  readonly element: HTMLElement;
  readonly #words: Words;
  readonly #events: BudgetEvents;
  readonly #value = element("span", { class: "espalier-budget-value" });
  #scene: FrontierScene;
  #budget: number | null = null;

  constructor(words: Words, scene: FrontierScene, events: BudgetEvents, disposers: Disposers) {
    this.#words = words;
    this.#scene = scene;
    this.#events = events;
    this.element = element(
      "div",
      {
        class: "espalier-budget",
        attributes: {
          role: "slider",
          tabindex: 0,
          "aria-label": words.text("Budget"),
          "aria-orientation": "horizontal",
        },
      },
      element("span", { class: "espalier-budget-grip" }),
      this.#value,
    );
    disposers.listen(this.element, "keydown", (event) => this.#onKey(event as KeyboardEvent));
    disposers.listen(this.element, "pointerdown", (event) => this.#onPress(event as PointerEvent));
  }

  /** @param best the best point within it; −1 for none. */
  update(scene: FrontierScene, budget: number | null, best: number): void {
    this.#scene = scene;
    this.#budget = budget;
    const { costAxis, plot, showsBudget } = scene;
    this.element.hidden = !showsBudget;
    if (!showsBudget) return;
    const [low, high] = plot.x.domain;
    const value = budget ?? high;
    const at = Math.max(0, Math.min(plot.width, scene.xOf(value)));
    this.element.style.transform = `translateX(${at}px)`;
    this.element.classList.toggle("espalier-budget-left", at > plot.width / 2);
    const written = budget === null ? this.#words.text("no budget") : this.#words.value(costAxis, budget);
    this.#value.textContent = budget === null ? this.#words.text("Budget") : `≤ ${written}`;
    const found = best < 0 ? this.#words.text("nothing within it") : this.#words.describe(scene, best);
    setAttributes(this.element, {
      "aria-valuemin": Math.min(low, value),
      "aria-valuemax": Math.max(high, value),
      "aria-valuenow": value,
      "aria-valuetext":
        budget === null ? written : this.#words.text("{budget}; best: {found}", { budget: written, found }),
    });
  }

  #onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { plot, fullPlot } = this.#scene;
    const at = this.#scene.xOf(this.#budget ?? plot.x.domain[1]);
    const step = plot.width * STEP;
    const by: Readonly<Record<string, number>> = {
      ArrowRight: step,
      ArrowUp: step,
      ArrowLeft: -step,
      ArrowDown: -step,
      PageUp: 10 * step,
      PageDown: -10 * step,
    };
    const { key } = event;
    if (Object.hasOwn(by, key)) this.#move(this.#within(at + by[key]! * (event.shiftKey ? 10 : 1)));
    else if (key === "Home") this.#move(fullPlot.x.domain[0]);
    else if (key === "End") this.#move(fullPlot.x.domain[1]);
    else if (key === "Delete" || key === "Backspace" || key === "Escape") this.#move(null);
    else return;
    event.preventDefault();
    event.stopPropagation();
    this.#events.settle();
  }

  #onPress(event: PointerEvent): void {
    if (event.button !== 0) return;
    event.preventDefault();
    this.element.focus();
    this.element.setPointerCapture(event.pointerId);
    const start = event.clientX - this.#scene.xOf(this.#budget ?? this.#scene.plot.x.domain[1]);
    const ending = new AbortController();
    const { signal } = ending;
    const move = (moved: PointerEvent) => this.#move(this.#within(moved.clientX - start));
    const end = () => {
      ending.abort();
      this.#events.settle();
    };
    this.element.addEventListener("pointermove", move, { signal });
    this.element.addEventListener("pointerup", end, { signal });
    this.element.addEventListener("pointercancel", end, { signal });
  }

  /** Known here at once: the next key may come before the next frame. */
  #move(budget: number | null): void {
    this.#budget = budget;
    this.#events.change(budget);
  }

  /** The budget at a pixel, no farther than the axis goes. */
  #within(x: number): number {
    const { plot } = this.#scene;
    return this.#scene.costAt(Math.max(0, Math.min(plot.width, x)));
  }
}
