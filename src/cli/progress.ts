/** Progress on stderr: one line that is rewritten on a terminal, plain lines at a distance elsewhere. */
import { printable } from "../export/index.js";
import { Pace, paceText, type StudyEvents } from "../study/index.js";

/** Between two plain lines, at least. */
const PLAIN_MS = 5_000;
/** Between two drawings on a terminal, at least. */
const DRAW_MS = 100;
const BAR = 24;

type Progress = StudyEvents["progress"];

/** What a progress line is written to. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

export class ProgressLine {
  readonly #stream: ProgressStream;
  readonly #now: () => number;
  readonly #pace = new Pace();
  #shown = Number.NEGATIVE_INFINITY;
  #drawn = false;

  /** @param now milliseconds; default the clock. */
  constructor(stream: ProgressStream = process.stderr, now: () => number = () => performance.now()) {
    this.#stream = stream;
    this.#now = now;
  }

  /** Shows progress, if it is time to. */
  update(progress: Progress): void {
    const now = this.#now();
    const pace = this.#pace.at(progress, now);
    const distance = this.#stream.isTTY ? DRAW_MS : PLAIN_MS;
    if (now - this.#shown < distance) return;
    this.#shown = now;
    const text = `${printable(progress.label)}: ${paceText(pace)}`;
    if (!this.#stream.isTTY) {
      this.#stream.write(`${text}\n`);
      return;
    }
    const full = Math.round(pace.share * BAR);
    const bar = `[${"#".repeat(full)}${".".repeat(BAR - full)}] `;
    const line = bar + text;
    this.#stream.write(`\r\u001b[2K${line.slice(0, Math.max(20, (this.#stream.columns ?? 80) - 1))}`);
    this.#drawn = true;
  }

  /** Takes the line away, so that something else can be printed. */
  clear(): void {
    if (this.#drawn) this.#stream.write("\r\u001b[2K");
    this.#drawn = false;
  }
}
