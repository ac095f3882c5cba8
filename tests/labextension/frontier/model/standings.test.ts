import { expect } from "chai";
import fc from "fast-check";
import {
  ABSENT,
  DOMINATED,
  ON_FRONTIER,
  PROBABLY_DOMINATED,
  type StandingColumns,
  Standings,
} from "../../../../labextension/src/frontier/model/standings.js";

interface Point {
  readonly series: number;
  readonly cost: number;
  readonly value: number;
  readonly half: number;
}

const points = fc.array(
  fc.record({
    series: fc.integer({ min: 0, max: 1 }),
    cost: fc.oneof(fc.integer({ min: 0, max: 12 }), fc.constant(Number.NaN)),
    value: fc.integer({ min: 0, max: 12 }),
    half: fc.integer({ min: 0, max: 3 }),
  }),
  { maxLength: 40 },
);

function columnsOf(list: readonly Point[], valueSign: 1 | -1 = 1): StandingColumns {
  const column = (of: (point: Point) => number) => Float64Array.from(list, of);
  return {
    series: Int32Array.from(list, ({ series }) => series),
    cost: column(({ cost }) => cost),
    costSign: 1,
    value: column(({ value }) => value * valueSign),
    low: column(({ value, half }) => Math.min((value - half) * valueSign, (value + half) * valueSign)),
    high: column(({ value, half }) => Math.max((value - half) * valueSign, (value + half) * valueSign)),
    valueSign,
  };
}

/** By the definition, among all pairs. */
function standingOf(list: readonly Point[], i: number): number {
  const own = list[i]!;
  if (Number.isNaN(own.cost)) return ABSENT;
  const rivals = list.filter(({ series, cost }) => series === own.series && cost <= own.cost);
  const isBeaten = list.some((other, j) => {
    if (j === i || other.series !== own.series || !(other.cost <= own.cost) || other.value > own.value) return false;
    return other.cost < own.cost || other.value < own.value || j < i;
  });
  if (!isBeaten) return ON_FRONTIER;
  return rivals.some(({ value, half }) => value + half <= own.value - own.half) ? DOMINATED : PROBABLY_DOMINATED;
}

describe("labextension/frontier/model/standings", () => {
  it("are those of the definition, however the points came in batches", () => {
    fc.assert(
      fc.property(points, fc.array(fc.nat(40)), (list, cuts) => {
        const standings = new Standings(2);
        const columns = columnsOf(list);
        for (const cut of [...cuts].sort((a, b) => a - b)) standings.advance(columns, Math.min(cut, list.length));
        standings.advance(columns, list.length);
        for (const i of list.keys()) expect(standings.of(i), `point ${i}`).to.equal(standingOf(list, i));
      }),
    );
  });

  it("are the same where high is good", () => {
    fc.assert(
      fc.property(points, (list) => {
        const [low, high] = [new Standings(2), new Standings(2)];
        low.advance(columnsOf(list), list.length);
        high.advance(columnsOf(list, -1), list.length);
        for (const i of list.keys()) expect(high.of(i)).to.equal(low.of(i));
      }),
    );
  });

  it("tell what has become what", () => {
    const list: Point[] = [
      { series: 0, cost: 2, value: 5, half: 0.5 },
      { series: 0, cost: 2, value: 4.8, half: 0.5 },
      { series: 0, cost: 1, value: 1, half: 0.1 },
    ];
    const standings = new Standings(1);
    const columns = columnsOf(list);
    expect(standings.advance(columns, 1)).to.deep.equal({ dominated: [], probable: [], surer: false, fronts: true });
    expect(standings.advance(columns, 2)).to.deep.equal({ dominated: [], probable: [0], surer: false, fronts: true });
    expect(standings.probable(0)).to.deep.equal([0]);
    expect(standings.advance(columns, 3)).to.deep.equal({ dominated: [1, 0], probable: [], surer: true, fronts: true });
    expect(standings.probable(0)).to.deep.equal([]);
    expect(standings.of(3)).to.equal(ABSENT);
  });
});
