/** A line of the table of benches, and how numbers are written in it. */

/** One line of the table. `met` is null where there is no target, or nothing was measured. */
export interface Row {
  readonly what: string;
  readonly measured: string;
  readonly target: string;
  readonly met: boolean | null;
}

/** A bench by its name, `tests/bench/NAME.ts`. */
export interface Bench {
  readonly name: string;
  /** @param json what the bench printed. */
  rows(json: unknown): Row[];
}

export const percent = (share: number, digits = 1) => `${(100 * share).toFixed(digits)} %`;
export const signed = (value: number) => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(3)}`;
