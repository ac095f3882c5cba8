/** The frontiers as a list box: what a screen reader reads of the plot, and what the plot's keyboard focus is on. */
import { element, setAttributes, uniqueId } from "../../core/index.js";
import type { FrontierScene } from "../model/index.js";
import type { Words } from "./words.js";

/** Of a frontier longer than this only some are listed, evenly; it would take an hour to hear all. */
const MOST_OF_A_SERIES = 200;

export class Mirror {
  /** Takes the keyboard's focus for the whole plot. */
  readonly element: HTMLElement;
  /** What the keys do; a description of the plot even while it is hidden. */
  readonly help: HTMLElement;
  readonly #prefix = uniqueId("option");
  readonly #words: Words;
  readonly #options = new Map<string, HTMLElement>();
  #next = 0;

  constructor(words: Words, help: string) {
    this.#words = words;
    const helpId = uniqueId("help");
    this.element = element("div", {
      class: "espalier-plot-focus",
      attributes: { role: "listbox", tabindex: 0, "aria-describedby": helpId },
    });
    this.help = element("p", { class: "espalier-help", text: help, attributes: { id: helpId, hidden: true } });
  }

  /** Brings the options in step with the frontiers. @param extra a point that is listed in any case; −1 for none. */
  update(scene: FrontierScene, extra: readonly number[]): void {
    const groups: HTMLElement[] = [];
    const used = new Set<string>();
    for (const series of scene.shownSeries) {
      const front = scene.frontOf(series);
      const stride = Math.ceil(front.length / MOST_OF_A_SERIES);
      const listed = front.filter((point, i) => i % stride === 0 || extra.includes(point));
      for (const point of extra)
        if (point >= 0 && scene.points.series[point] === series && !listed.includes(point)) listed.push(point);
      if (listed.length === 0) continue;
      const options = listed.map((point) => this.#optionOf(scene, point, used));
      const label = this.#words.series(scene, series);
      groups.push(
        element("div", { class: "espalier-hidden", attributes: { role: "group", "aria-label": label } }, ...options),
      );
    }
    for (const id of this.#options.keys()) if (!used.has(id)) this.#options.delete(id);
    setAttributes(this.element, { "aria-label": this.#words.plot(scene) });
    this.element.replaceChildren(...groups);
  }

  /** Shows the keys, or hides them from the eye alone. @returns whether they are to be seen. */
  toggleHelp(): boolean {
    this.help.hidden = !this.help.hidden;
    return !this.help.hidden;
  }

  /** Whether a point has an option. */
  lists(scene: FrontierScene, point: number): boolean {
    return this.#options.has(scene.points.id(point));
  }

  /** @param focused, selected, pinned points; −1 for none. */
  mark(scene: FrontierScene, focused: number, selected: number, pinned: readonly number[]): void {
    const idOf = (point: number) => (point < 0 ? null : scene.points.id(point));
    const [chosen, active] = [idOf(selected), idOf(focused)];
    const pins = pinned.map(idOf);
    for (const [id, option] of this.#options) {
      const pin = pins.indexOf(id);
      setAttributes(option, {
        "aria-selected": id === chosen ? "true" : "false",
        "aria-description": pin < 0 ? null : this.#words.text("pinned as {letter}", { letter: "AB"[pin]! }),
      });
    }
    const option = active === null ? undefined : this.#options.get(active);
    setAttributes(this.element, { "aria-activedescendant": option?.id });
  }

  #optionOf(scene: FrontierScene, point: number, used: Set<string>): HTMLElement {
    const id = scene.points.id(point);
    used.add(id);
    let option = this.#options.get(id);
    if (option === undefined) {
      option = element("div", {
        attributes: { role: "option", id: `${this.#prefix}-${this.#next++}`, "aria-selected": "false" },
      });
      this.#options.set(id, option);
    }
    const text = this.#words.describe(scene, point);
    if (option.textContent !== text) option.textContent = text;
    return option;
  }
}
