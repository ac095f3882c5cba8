/** How fast work goes, from the events `progress` of a study, and in words. */
import type { StudyEvents } from "./events.js";

export interface PaceNow {
  /** Of the part that is being done, 0 … 1. */
  readonly share: number;
  /** Done a second since the part began; null before anything is done. */
  readonly rate: number | null;
  /** Seconds that the part will take yet; null before anything is done. */
  readonly left: number | null;
}

export class Pace {
  #label = "";
  #begun = 0;
  /** Done when the label began: what an earlier run has done says nothing about this one's speed. */
  #base = 0;

  /** @param now milliseconds. */
  at({ label, done, total }: StudyEvents["progress"], now: number): PaceNow {
    if (label !== this.#label) {
      this.#label = label;
      this.#begun = now;
      this.#base = done;
    }
    const share = total > 0 ? Math.min(1, done / total) : 0;
    const seconds = (now - this.#begun) / 1000;
    const rate = seconds > 0 ? (done - this.#base) / seconds : 0;
    return rate > 0 ? { share, rate, left: Math.max(0, total - done) / rate } : { share, rate: null, left: null };
  }
}

/** 75 becomes "1 min 15 s". */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** "40%, 2.0 a second, 30 s left". */
export function paceText({ share, rate, left }: PaceNow): string {
  const speed =
    rate === null || left === null
      ? ""
      : `, ${rate.toFixed(rate >= 10 ? 0 : rate >= 1 ? 1 : 2)} a second, ${duration(left)} left`;
  return `${Math.round(share * 100)}%${speed}`;
}
