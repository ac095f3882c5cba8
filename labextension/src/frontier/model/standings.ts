/** Which points are on the frontier of their series, which are probably not, and which are surely not. */
import { Front } from "./front.js";

export const ABSENT = 0;
export const ON_FRONTIER = 1;
/** Dominated in its mean, while its interval still reaches beyond those of all that cost no more. */
export const PROBABLY_DOMINATED = 2;
export const DOMINATED = 3;

/** The columns that decide; a sign of −1 where high is good. */
export interface StandingColumns {
  readonly series: Int32Array;
  readonly cost: Float64Array;
  readonly costSign: 1 | -1;
  readonly value: Float64Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
  readonly valueSign: 1 | -1;
}

export interface StandingChanges {
  /** Points that have become surely dominated. */
  readonly dominated: readonly number[];
  /** Points that have become probably dominated. */
  readonly probable: readonly number[];
  /** Whether some that were probably dominated are so no longer. */
  readonly surer: boolean;
  /** Whether a front is another. */
  readonly fronts: boolean;
}

/** As points come, one only ever goes from the frontier to probably dominated to dominated. */
export class Standings {
  #of = new Uint8Array(64);
  #length = 0;
  readonly #fronts: readonly Front[];
  /** Of the far ends of the intervals: who is below it is better in any case. */
  readonly #sure: readonly Front[];
  readonly #probable: number[][];

  constructor(series: number) {
    this.#fronts = Array.from({ length: series }, () => new Front());
    this.#sure = Array.from({ length: series }, () => new Front());
    this.#probable = Array.from({ length: series }, () => []);
  }

  /** How many points have been looked at. */
  get length(): number {
    return this.#length;
  }

  of(point: number): number {
    return point < this.#length ? this.#of[point]! : ABSENT;
  }

  front(series: number): Front {
    return this.#fronts[series]!;
  }

  probable(series: number): readonly number[] {
    return this.#probable[series]!;
  }

  /** Looks at points up to a length. */
  advance(columns: StandingColumns, length: number): StandingChanges {
    this.#reserve(length);
    const dominated: number[] = [];
    // By series, the least cost at which surer values are known now.
    const improved = new Map<number, number>();
    const probable: number[] = [];
    let [surer, fronts] = [false, false];
    for (let i = this.#length; i < length; i++) {
      const series = columns.series[i]!;
      const cost = columns.cost[i]! * columns.costSign;
      const value = columns.value[i]! * columns.valueSign;
      if (Number.isNaN(cost) || Number.isNaN(value)) {
        this.#of[i] = ABSENT;
        continue;
      }
      if (this.#sure[series]!.add(i, cost, this.#farEnd(columns, i)) !== null)
        improved.set(series, Math.min(cost, improved.get(series) ?? cost));
      const left = this.#fronts[series]!.add(i, cost, value);
      this.#of[i] = left === null ? PROBABLY_DOMINATED : ON_FRONTIER;
      if (left !== null) fronts = true;
      for (const one of left ?? [i]) {
        this.#of[one] = PROBABLY_DOMINATED;
        if (this.#isSure(columns, one)) {
          this.#of[one] = DOMINATED;
          dominated.push(one);
        } else {
          this.#probable[series]!.push(one);
          probable.push(one);
        }
      }
    }
    this.#length = length;
    for (const [series, least] of improved) {
      const still = this.#probable[series]!.filter(
        (one) => columns.cost[one]! * columns.costSign < least || !this.#isSure(columns, one),
      );
      if (still.length === this.#probable[series]!.length) continue;
      surer = true;
      const kept = new Set(still);
      for (const one of this.#probable[series]!) {
        if (kept.has(one)) continue;
        this.#of[one] = DOMINATED;
        dominated.push(one);
      }
      this.#probable[series] = still;
    }
    return { dominated, probable, surer, fronts };
  }

  #isSure(columns: StandingColumns, i: number): boolean {
    const sure = this.#sure[columns.series[i]!]!.valueWithin(columns.cost[i]! * columns.costSign);
    return sure <= this.#nearEnd(columns, i);
  }

  #nearEnd({ value, low, high, valueSign }: StandingColumns, i: number): number {
    const end = valueSign === 1 ? low[i]! : -high[i]!;
    return Number.isNaN(end) ? value[i]! * valueSign : end;
  }

  #farEnd({ value, low, high, valueSign }: StandingColumns, i: number): number {
    const end = valueSign === 1 ? high[i]! : -low[i]!;
    return Number.isNaN(end) ? value[i]! * valueSign : end;
  }

  #reserve(length: number): void {
    if (length <= this.#of.length) return;
    const old = this.#of;
    this.#of = new Uint8Array(Math.max(length, 2 * old.length));
    this.#of.set(old);
  }
}
