/** Where points lie on the plot, in pixels, and which of them is next to the pointer. */

/** Side of a cell of the grid in pixels. */
const CELL = 16;

export class Places {
  #xs = new Float32Array(64);
  #ys = new Float32Array(64);
  /** The next point in the same cell; −1 ends a list. */
  #next = new Int32Array(64);
  #heads: Int32Array;
  #length = 0;
  readonly width: number;
  readonly height: number;
  readonly #columns: number;
  readonly #rows: number;

  constructor(width: number, height: number) {
    this.width = width;
    this.height = height;
    this.#columns = Math.max(1, Math.ceil(width / CELL));
    this.#rows = Math.max(1, Math.ceil(height / CELL));
    this.#heads = new Int32Array(this.#columns * this.#rows).fill(-1);
  }

  get length(): number {
    return this.#length;
  }

  x(i: number): number {
    return this.#xs[i]!;
  }

  y(i: number): number {
    return this.#ys[i]!;
  }

  /** Whether a point lies on the plot; one without a number does not. */
  isInside(i: number): boolean {
    const [x, y] = [this.#xs[i]!, this.#ys[i]!];
    return x >= 0 && x <= this.width && y >= 0 && y <= this.height;
  }

  /** Places points up to a length. @param xOf, yOf pixels of the point of this number. */
  advance(length: number, xOf: (i: number) => number, yOf: (i: number) => number): void {
    this.#reserve(length);
    for (let i = this.#length; i < length; i++) {
      this.#xs[i] = xOf(i);
      this.#ys[i] = yOf(i);
      if (!this.isInside(i)) continue;
      const cell = this.#cellAt(this.#xs[i]!, this.#ys[i]!);
      this.#next[i] = this.#heads[cell]!;
      this.#heads[cell] = i;
    }
    this.#length = Math.max(this.#length, length);
  }

  /**
   * The nearest point.
   *
   * @param radius in pixels.
   * @param bonus pixels by which a point counts as nearer than it is; null where it does not count.
   * @returns −1 where there is none.
   */
  nearest(x: number, y: number, radius: number, bonus: (i: number) => number | null): number {
    const reach = Math.ceil(radius / CELL);
    const column = Math.floor(x / CELL);
    const row = Math.floor(y / CELL);
    let [best, least] = [-1, Number.POSITIVE_INFINITY];
    for (let r = Math.max(0, row - reach); r <= Math.min(this.#rows - 1, row + reach); r++) {
      for (let c = Math.max(0, column - reach); c <= Math.min(this.#columns - 1, column + reach); c++) {
        for (let i = this.#heads[r * this.#columns + c]!; i >= 0; i = this.#next[i]!) {
          const distance = Math.hypot(this.#xs[i]! - x, this.#ys[i]! - y);
          if (distance > radius) continue;
          const own = bonus(i);
          if (own === null || distance - own >= least) continue;
          [best, least] = [i, distance - own];
        }
      }
    }
    return best;
  }

  #cellAt(x: number, y: number): number {
    const column = Math.min(this.#columns - 1, Math.floor(x / CELL));
    return Math.min(this.#rows - 1, Math.floor(y / CELL)) * this.#columns + column;
  }

  #reserve(length: number): void {
    if (length <= this.#xs.length) return;
    const room = Math.max(length, 2 * this.#xs.length);
    const [xs, ys, next] = [this.#xs, this.#ys, this.#next];
    this.#xs = new Float32Array(room);
    this.#ys = new Float32Array(room);
    this.#next = new Int32Array(room);
    this.#xs.set(xs);
    this.#ys.set(ys);
    this.#next.set(next);
  }
}
