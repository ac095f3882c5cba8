/** A set of points none of which is both cheaper and better than another, kept as points come (METHOD §9). */

/** Low is good in both directions; who asks turns the signs of what is not. */
export class Front {
  readonly #costs: number[] = [];
  readonly #values: number[] = [];
  readonly #points: number[] = [];

  /** Its points, by rising cost. */
  get points(): readonly number[] {
    return this.#points;
  }

  /**
   * Offers a point.
   *
   * @returns the points that it puts out of the front; null where it does not enter itself, because one that is there costs no
   * more and is no worse.
   */
  add(point: number, cost: number, value: number): readonly number[] | null {
    const after = this.#upTo(cost);
    if (after > 0 && this.#values[after - 1]! <= value) return null;
    const from = after > 0 && this.#costs[after - 1] === cost ? after - 1 : after;
    let to = from;
    while (to < this.#values.length && this.#values[to]! >= value) to++;
    this.#costs.splice(from, to - from, cost);
    this.#values.splice(from, to - from, value);
    return this.#points.splice(from, to - from, point);
  }

  /** The lowest value of any point that costs no more; infinite where there is none. */
  valueWithin(cost: number): number {
    const after = this.#upTo(cost);
    return after === 0 ? Number.POSITIVE_INFINITY : this.#values[after - 1]!;
  }

  /** The point of that value; −1 where there is none. */
  pointWithin(cost: number): number {
    const after = this.#upTo(cost);
    return after === 0 ? -1 : this.#points[after - 1]!;
  }

  /** How many points cost no more. */
  #upTo(cost: number): number {
    let [low, high] = [0, this.#costs.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#costs[middle]! <= cost) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
