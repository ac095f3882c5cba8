import { assert } from "chai";
import fc from "fast-check";
import { Random } from "../../src/tensor/index.js";

const seeds = fc.integer();
const drawn = (random: Random, count: number) => Array.from({ length: count }, () => random.uniform());

describe("Random", () => {
  it("gives the same numbers on every machine", () => {
    const random = new Random(1);
    assert.deepEqual(
      Array.from({ length: 4 }, () => random.integer(0, 999)),
      FIRST,
    );
  });

  it("repeats itself from the same seed, and goes on from a stored state", () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 0, max: 20 }), (seed, count) => {
        const random = new Random(seed);
        assert.deepEqual(drawn(new Random(seed), count), drawn(random, count));
        const stored = JSON.parse(JSON.stringify(random.state)) as number[];
        const rest = drawn(random, 5);
        assert.deepEqual(drawn(Random.fromState(stored), 5), rest);
      }),
    );
  });

  it("differs between seeds, forks and labels", () => {
    const streams = [
      new Random(0),
      new Random(1),
      new Random(2),
      new Random(0).fork("a"),
      new Random(0).fork("b"),
      new Random(1).fork("a"),
    ];
    const firsts = streams.map((random) => random.uniform());
    assert.equal(new Set(firsts).size, firsts.length);
    // Neighbouring seeds are not alike.
    const means = Array.from({ length: 400 }, (_, seed) => new Random(seed).uniform());
    assert.approximately(means.reduce((a, b) => a + b, 0) / means.length, 0.5, 0.06);
    const parent = new Random(3);
    assert.notEqual(parent.fork("x").uniform(), parent.fork("x").uniform());
  });

  it("keeps its ranges", () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: -50, max: 50 }), fc.nat(100), (seed, low, span) => {
        const random = new Random(seed);
        for (const x of drawn(random, 20)) assert.isTrue(x >= 0 && x < 1);
        const n = random.integer(low, low + span);
        assert.isTrue(Number.isInteger(n) && n >= low && n <= low + span);
        const x = random.between(low, low + span + 1);
        assert.isTrue(x >= low && x < low + span + 1);
      }),
    );
  });

  it("is uniform and normal where it says so", () => {
    const random = new Random(11);
    const n = 20000;
    const bins = new Array<number>(10).fill(0);
    for (let i = 0; i < n; i++) bins[random.integer(0, 9)]++;
    // χ² with 9 degrees of freedom: 27.9 is its 99.9th percentile.
    assert.isBelow(
      bins.reduce((sum, count) => sum + (count - n / 10) ** 2 / (n / 10), 0),
      27.9,
    );
    const normals = Array.from({ length: n }, () => random.normal());
    const mean = normals.reduce((a, b) => a + b, 0) / n;
    const variance = normals.reduce((a, b) => a + (b - mean) ** 2, 0) / n;
    assert.approximately(mean, 0, 0.03);
    assert.approximately(variance, 1, 0.04);
    assert.approximately(normals.filter((x) => Math.abs(x) < 1.96).length / n, 0.95, 0.006);
    assert.isTrue(normals.every(Number.isFinite));
  });

  it("shuffles into every order, samples without repeats, and refuses what cannot be", () => {
    const random = new Random(5);
    const orders = new Map<string, number>();
    for (let i = 0; i < 6000; i++) {
      const order = random.shuffle([1, 2, 3]).join("");
      orders.set(order, (orders.get(order) ?? 0) + 1);
    }
    assert.equal(orders.size, 6);
    for (const count of orders.values()) assert.approximately(count, 1000, 120);
    const items = [1, 2, 3, 4, 5];
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 5 }), (count) => {
        const picked = random.sample(items, count);
        assert.lengthOf(picked, count);
        assert.equal(new Set(picked).size, count);
        assert.includeMembers(items, picked);
      }),
    );
    assert.deepEqual(items, [1, 2, 3, 4, 5]);
    assert.include(items, random.choice(items));
    assert.throws(() => random.choice([]), RangeError);
    assert.throws(() => random.sample(items, 6), RangeError);
  });
});

/** From the first run, so that a change of the stream is noticed: results that were published would change with it. */
const FIRST = [973, 122, 721, 187];
