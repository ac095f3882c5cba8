/** The schedules that are laid over one another. Free of the DOM. */
import type { ScheduleRow } from "../../data/index.js";
import { LIMITS } from "../../data/index.js";

export interface ScheduleEntry {
  readonly row: ScheduleRow;
  /** `data`: came with the output. `asked`: of a configuration that was selected. `evaluated`: drawn by hand here. */
  readonly origin: "data" | "asked" | "evaluated";
  /** What its colour and dash go by; stays as long as it is there. */
  readonly place: number;
}

/** Lines that are told apart at a glance; more are there, but not shown until asked for. */
const SHOWN_AT_FIRST = 5;

export class ScheduleEntries {
  #list: ScheduleEntry[] = [];
  readonly #shown = new Set<string>();

  constructor(rows: readonly ScheduleRow[]) {
    this.replaceData(rows);
    for (const { row } of this.#list.slice(0, SHOWN_AT_FIRST)) this.#shown.add(row.id);
  }

  get list(): readonly ScheduleEntry[] {
    return this.#list;
  }

  get shown(): readonly ScheduleEntry[] {
    return this.#list.filter(({ row }) => this.#shown.has(row.id));
  }

  find(id: string): ScheduleEntry | undefined {
    return this.#list.find(({ row }) => row.id === id);
  }

  isShown(id: string): boolean {
    return this.#shown.has(id);
  }

  show(id: string, shown: boolean): void {
    if (shown) this.#shown.add(id);
    else this.#shown.delete(id);
  }

  /** Puts a schedule in, or in the place of the one with its id. The oldest drawn by hand makes room. @param keep stays. */
  add(row: ScheduleRow, origin: ScheduleEntry["origin"], keep: string): void {
    const at = this.#list.findIndex((entry) => entry.row.id === row.id);
    if (at >= 0) {
      this.#list[at] = { ...this.#list[at]!, row };
      return;
    }
    if (this.#list.length >= LIMITS.schedules) {
      const oldest = this.#list.findIndex((entry) => entry.origin !== "data" && entry.row.id !== keep);
      if (oldest < 0) return;
      this.#shown.delete(this.#list[oldest]!.row.id);
      this.#list.splice(oldest, 1);
    }
    this.#list.push({ row, origin, place: this.#freePlace() });
  }

  /** Takes what new data have instead of what the old ones had; places stay with ids. */
  replaceData(rows: readonly ScheduleRow[]): void {
    const old = this.#list;
    const ids = new Set(rows.map(({ id }) => id));
    const layers = rows[0]?.shares.length;
    const kept = old.filter(({ origin, row }) => origin !== "data" && !ids.has(row.id) && row.shares.length === layers);
    this.#list = [];
    for (const row of rows) {
      if (this.find(row.id) !== undefined) continue;
      const place = old.find((entry) => entry.row.id === row.id)?.place ?? this.#freePlace([...old, ...this.#list]);
      this.#list.push({ row, origin: "data", place });
    }
    this.#list.push(...kept);
  }

  #freePlace(entries: readonly ScheduleEntry[] = this.#list): number {
    const taken = new Set(entries.map(({ place }) => place));
    let place = 0;
    while (taken.has(place)) place++;
    return place;
  }
}
