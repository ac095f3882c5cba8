/** Time: how the points came, one after the other. */
import { type Disposers, element, iconOf, prefersLessMotion, setAttributes } from "../../core/index.js";
import type { FrontierScene } from "../model/index.js";
import type { Words } from "./words.js";

/** From the first point to the last. */
const PLAY_MS = 6_000;
const PLAY = "M5 3l8 5-8 5z";
const PAUSE = "M5.5 3.5v9M10.5 3.5v9";

export class Scrubber {
  readonly element: HTMLElement;
  readonly #words: Words;
  readonly #move: (length: number) => void;
  readonly #range: HTMLInputElement;
  readonly #play: HTMLButtonElement;
  readonly #text = element("span", { class: "espalier-secondary espalier-scrubber-text" });
  #request: number | null = null;
  #total = 0;
  #length = 0;

  /** @param move called with how many points are to be shown. */
  constructor(words: Words, move: (length: number) => void, disposers: Disposers) {
    this.#words = words;
    this.#move = move;
    this.#range = element("input", {
      class: "espalier-range",
      attributes: { type: "range", min: 0, step: 1, "aria-label": words.text("Evaluations shown") },
    });
    this.#play = element("button", { class: "espalier-button", attributes: { type: "button" } });
    disposers.listen(this.#range, "input", () => {
      this.#pause();
      move(Number(this.#range.value));
    });
    // JupyterLab moves between cells with the same keys.
    disposers.listen(this.#range, "keydown", (event) => event.stopPropagation());
    disposers.listen(this.#play, "click", () => (this.#request === null ? this.#start() : this.#pause()));
    disposers.add(() => this.#pause());
    this.element = element("div", { class: "espalier-scrubber" }, this.#play, this.#range, this.#text);
    this.#showPlay();
  }

  update(scene: FrontierScene): void {
    this.#total = scene.points.length;
    this.#length = scene.length;
    this.element.hidden = this.#total < 2;
    this.#play.hidden = prefersLessMotion();
    const values = { shown: this.#words.count(this.#length), all: this.#words.count(this.#total) };
    const text = this.#words.text("{shown} of {all} evaluations", values);
    this.#text.textContent = text;
    setAttributes(this.#range, { max: this.#total, "aria-valuetext": text });
    this.#range.value = String(this.#length);
  }

  #start(): void {
    const from = this.#length >= this.#total ? 0 : this.#length;
    const begin = performance.now() - (from / Math.max(1, this.#total)) * PLAY_MS;
    const frame = (): void => {
      const share = (performance.now() - begin) / PLAY_MS;
      this.#move(Math.min(this.#total, Math.floor(share * this.#total)));
      if (share >= 1) this.#pause();
      else this.#request = requestAnimationFrame(frame);
    };
    this.#request = requestAnimationFrame(frame);
    this.#showPlay();
  }

  #pause(): void {
    if (this.#request !== null) cancelAnimationFrame(this.#request);
    this.#request = null;
    this.#showPlay();
  }

  #showPlay(): void {
    const isPlaying = this.#request !== null;
    const label = isPlaying ? this.#words.text("Pause") : this.#words.text("Play the evaluations");
    this.#play.replaceChildren(iconOf(isPlaying ? PAUSE : PLAY));
    setAttributes(this.#play, { "aria-label": label, title: label });
  }
}
