/** What the study does now, how far it is, and the way to stop it. */
import { element } from "../../core/index.js";
import type { WidgetStatus } from "../../data/index.js";
import type { FrontierScene } from "../model/index.js";
import { ActionButton } from "./actionButton.js";
import type { Words } from "./words.js";

export class StatusBar {
  readonly element: HTMLElement;
  readonly #words: Words;
  readonly #running: HTMLElement;
  readonly #text = element("span");
  readonly #bar: HTMLProgressElement;
  readonly #count = element("span", { class: "espalier-count" });
  readonly #stop: ActionButton;

  constructor(words: Words, stop: () => void) {
    this.#words = words;
    this.#stop = new ActionButton(words.text("Stop"), () => {
      this.#stop.reason = words.text("The study stops after what it evaluates now.");
      stop();
    });
    this.#bar = element("progress", { attributes: { max: 1, "aria-label": words.text("Progress of the study") } });
    this.#running = element("div", { class: "espalier-running" }, this.#bar, this.#text, this.#stop.element);
    this.element = element("div", { class: "espalier-status" }, this.#count, this.#running);
  }

  update(scene: FrontierScene, status: WidgetStatus, live: boolean): void {
    const { evaluated } = scene.data;
    const { length } = scene.points;
    const values = { shown: this.#words.count(length), all: this.#words.count(evaluated) };
    this.#count.textContent =
      length < evaluated
        ? this.#words.text("{shown} of {all} configurations", values)
        : this.#words.text(length === 1 ? "{shown} configuration" : "{shown} configurations", values);
    const isRunning = live && status.running !== null;
    if (!isRunning) this.#stop.reason = null;
    this.#running.hidden = !isRunning;
    this.#text.textContent = this.#words.progress(status);
    const { progress } = status;
    if (progress !== null && progress.total > 0) this.#bar.value = Math.min(1, progress.done / progress.total);
    else this.#bar.removeAttribute("value");
  }
}
