/** Progress on stderr: one line that is rewritten on a terminal, plain lines at a distance elsewhere. */
import { printable } from "../export/index.js";
import type { StudyEvents } from "../study/index.js";

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

/** 75 becomes "1 min 15 s". */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

function rateText(rate: number): string {
  return rate >= 10 ? rate.toFixed(0) : rate >= 1 ? rate.toFixed(1) : rate.toFixed(2);
}

export class ProgressLine {
  readonly #stream: ProgressStream;
  readonly #now: () => number;
  #label = "";
  #begun = 0;
  /** Done when the label began: what an earlier run has done says nothing about this one's speed. */
  #base = 0;
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
    if (progress.label !== this.#label) {
      this.#label = progress.label;
      this.#begun = now;
      this.#base = progress.done;
    }
    const distance = this.#stream.isTTY ? DRAW_MS : PLAIN_MS;
    if (now - this.#shown < distance) return;
    this.#shown = now;
    if (!this.#stream.isTTY) {
      this.#stream.write(`${this.#text(progress, now)}\n`);
      return;
    }
    const share = progress.total > 0 ? Math.min(1, progress.done / progress.total) : 0;
    const full = Math.round(share * BAR);
    const bar = `[${"#".repeat(full)}${".".repeat(BAR - full)}] `;
    const line = bar + this.#text(progress, now);
    this.#stream.write(`\r\u001b[2K${line.slice(0, Math.max(20, (this.#stream.columns ?? 80) - 1))}`);
    this.#drawn = true;
  }

  #text({ label, done, total }: Progress, now: number): string {
    const share = total > 0 ? Math.min(1, done / total) : 0;
    const seconds = (now - this.#begun) / 1000;
    const rate = seconds > 0 ? (done - this.#base) / seconds : 0;
    const speed = rate > 0 ? `, ${rateText(rate)} a second, ${duration((total - done) / rate)} left` : "";
    return `${printable(label)}: ${Math.round(share * 100)}%${speed}`;
  }

  /** Takes the line away, so that something else can be printed. */
  clear(): void {
    if (this.#drawn) this.#stream.write("\r\u001b[2K");
    this.#drawn = false;
  }
}
