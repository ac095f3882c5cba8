/** The progress of one operation in a cell's output: one display that is updated in place. */
import type { CurrentKernel } from "../../kernel/src/api/index.js";
import { printable } from "../export/index.js";
import { escapeHtml } from "../figures/index.js";
import { Pace, paceText, type StudyEvents } from "../study/index.js";

/** Between two updates, at least. */
const UPDATE_MS = 250;
/** Characters of the bar in plain text. */
const BAR = 24;

type Displays = Pick<CurrentKernel["displays"], "display">;

/**
 * What is left at the end is one sentence without times, so that a notebook that is run again is saved as it was. Nothing is
 * shown before the first progress; the end is shown in any case.
 */
export class ProgressDisplay {
  readonly #displays: Displays;
  readonly #title: string;
  readonly #now: () => number;
  readonly #pace = new Pace();
  #handle: ReturnType<Displays["display"]> | undefined;
  #shown = Number.NEGATIVE_INFINITY;

  /**
   * @param title of the operation, before everything.
   * @param now milliseconds; default the clock.
   */
  constructor(displays: Displays, title: string, now: () => number = () => performance.now()) {
    this.#displays = displays;
    this.#title = title;
    this.#now = now;
  }

  /** Shows progress, if it is time to. */
  update(progress: StudyEvents["progress"]): void {
    const now = this.#now();
    const pace = this.#pace.at(progress, now);
    if (now - this.#shown < UPDATE_MS) return;
    this.#shown = now;
    const full = Math.round(pace.share * BAR);
    const text = `${this.#title}: ${printable(progress.label)} ${paceText(pace)}`;
    const bar = `<progress value="${pace.share.toFixed(3)}" style="vertical-align: middle"></progress>`;
    this.#show({
      "text/plain": `${"█".repeat(full)}${"░".repeat(BAR - full)} ${text}`,
      "text/html": `<div>${bar} ${escapeHtml(text)}</div>`,
    });
  }

  /** Puts a sentence in the place of the bar. */
  finish(sentence: string): void {
    this.#show({ "text/plain": `${this.#title}: ${sentence}` });
  }

  #show(bundle: Readonly<Record<string, string>>): void {
    if (this.#handle === undefined) this.#handle = this.#displays.display(bundle, { raw: true });
    else this.#handle.update(bundle, { raw: true });
  }
}
