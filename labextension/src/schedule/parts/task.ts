/** One question to the kernel at a time: its state in words, and a button that breaks it off. */
import { element, type LiveRegion, RequestError } from "../../core/index.js";
import { DataError } from "../../data/index.js";
import type { Host } from "../../widget.js";

export class Task {
  /** Hidden while there is nothing to tell. */
  readonly element: HTMLElement;
  readonly #text = element("span");
  readonly #spinner = element("span", { class: "espalier-schedule-spinner", attributes: { "aria-hidden": "true" } });
  readonly #button: HTMLButtonElement;
  readonly #live: LiveRegion;
  readonly #translate: Host["translate"];
  readonly #changed: () => void;
  readonly #asker: HTMLElement | null;
  #controller: AbortController | null = null;

  /**
   * @param changed called when it begins and ends.
   * @param asker what gets the focus when the button, which has it, goes.
   */
  constructor(live: LiveRegion, translate: Host["translate"], changed: () => void, asker: HTMLElement | null = null) {
    this.#asker = asker;
    this.#live = live;
    this.#translate = translate;
    this.#changed = changed;
    this.#button = element("button", {
      class: "espalier-button",
      text: translate("Cancel"),
      attributes: { type: "button" },
    });
    this.#button.addEventListener("click", () => this.cancel());
    this.element = element("div", { class: "espalier-schedule-task" }, this.#spinner, this.#text, this.#button);
    this.#show("", false);
  }

  get busy(): boolean {
    return this.#controller !== null;
  }

  /**
   * Asks, after breaking off what was asked before.
   *
   * @param label what is going on.
   * @param done given the answer, unless it was broken off. A `DataError` or `RequestError` is shown.
   */
  async run<T>(label: string, ask: (signal: AbortSignal) => Promise<T>, done: (answer: T) => void): Promise<void> {
    this.cancel();
    const controller = new AbortController();
    this.#controller = controller;
    this.#show(label, true);
    this.#changed();
    try {
      const answer = await ask(controller.signal);
      if (this.#controller !== controller) return;
      this.#end("");
      done(answer);
    } catch (error) {
      if (!(error instanceof RequestError || error instanceof DataError)) throw error;
      if (this.#controller === controller) this.#end(error.message);
    }
  }

  /** How far it is. */
  progress(text: string): void {
    if (this.busy) this.#text.textContent = text;
  }

  cancel(): void {
    const controller = this.#controller;
    if (controller === null) return;
    this.#end("");
    controller.abort();
    this.#live.say(this.#translate("Cancelled."));
  }

  /** Removes what an earlier question left. */
  clear(): void {
    if (!this.busy) this.#show("", false);
  }

  #end(text: string): void {
    this.#controller = null;
    this.#show(text, false);
    this.#changed();
  }

  #show(text: string, busy: boolean): void {
    this.#text.textContent = text;
    if (!busy && document.activeElement === this.#button) this.#asker?.focus();
    this.#spinner.hidden = !busy;
    this.#button.hidden = !busy;
    this.element.hidden = text === "";
    this.element.classList.toggle("espalier-schedule-failed", !busy);
    if (text !== "") this.#live.say(text);
  }
}
