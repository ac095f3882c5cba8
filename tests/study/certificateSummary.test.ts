/** What the results say of a certificate, from numbers made up for it. */
import { expect } from "chai";
import fc from "fast-check";
import { bestExchange } from "../../src/study/certificateExchange.js";
import type { MeasuredCertificate, MeasuredMove } from "../../src/study/certificateReading.js";
import { summarise } from "../../src/study/certificateSummary.js";
import type { EvaluationEntry, HeaderEntry } from "../../src/study/entries.js";
import { Pacer, Random } from "../../src/tensor/index.js";

const LAYERS = 4;
const MOVES = ["more", "less"] as const;
const header = {
  settings: { budgetUnit: "normalised" },
  model: { shape: { layers: LAYERS } },
} as unknown as HeaderEntry;

interface Planned {
  /** Price at a layer of a move in a sample, nats per unit of cost; null where it is no schedule. */
  readonly price: (layer: number, move: (typeof MOVES)[number], sample: number) => number | null;
  readonly samples?: number;
  /** Counts of every sample; by default wide apart. */
  readonly counts?: readonly number[];
  readonly cost?: number;
}

function measured({ price, samples = 20, counts = [40, 30, 20, 10], cost = 0.01 }: Planned): MeasuredCertificate {
  const moves = Array.from({ length: LAYERS - 1 }, (_, l) => l + 1).flatMap((layer) =>
    MOVES.map((move): MeasuredMove => {
      const own = Array.from({ length: samples }, (_, s) => price(layer, move, s));
      const paid = (move === "more" ? 1 : -1) * cost;
      return {
        layer,
        move,
        legal: Float64Array.from(own, (value) => (value === null ? 0 : 1)),
        divergence: Float64Array.from(own, (value) => (value === null ? 0 : -value * paid)),
        cost: Float64Array.from(own, (value) => (value === null ? 0 : paid)),
      };
    }),
  );
  const entry = {
    series: "search",
    configuration: "search@0.3",
    budget: 0.3,
    counts: Array.from({ length: samples }, () => [...counts]),
  } as unknown as EvaluationEntry;
  return { series: "search", configuration: "search@0.3", tokens: 1, entry, moves };
}

const summary = (planned: Planned) => summarise(measured(planned), header, new Pacer());

describe("study/certificateSummary", function () {
  this.timeout(60_000);

  it("states what a unit of cost buys, with one sign for more and for less", async () => {
    const { layers, commonPrice, spread } = await summary({ price: (layer) => layer });
    for (const { layer, more, less } of layers) {
      for (const [move, sign] of [
        [more, 1],
        [less, -1],
      ] as const) {
        expect(move.samples).to.equal(20);
        expect(move.cost).to.be.closeTo(sign * 0.01, 1e-12);
        expect(move.divergence!.mean).to.be.closeTo(-sign * 0.01 * layer, 1e-12);
        expect(move.price!.mean).to.be.closeTo(layer, 1e-9);
        // Equal samples leave nothing to be uncertain about.
        expect(move.price!.high - move.price!.low).to.be.below(1e-9);
      }
    }
    expect(commonPrice!.mean).to.be.closeTo(2, 1e-9);
    expect(spread!.dearest.layer).to.equal(3);
    expect(spread!.cheapest.layer).to.equal(1);
    expect(spread!.difference).to.be.closeTo(2, 1e-9);
  });

  it("takes the mean over the samples that allow a change, and says how many they are", async () => {
    const price = (layer: number, move: string, s: number) => {
      if (layer === 1 && move === "more") return null;
      return layer === 2 && move === "less" && s % 4 !== 0 ? null : s;
    };
    const { layers } = await summary({ price });
    expect(layers[0].more).to.deep.equal({ samples: 0, divergence: null, cost: null, price: null });
    expect(layers[1].less.samples).to.equal(5);
    expect(layers[1].less.price!.mean).to.be.closeTo((0 + 4 + 8 + 12 + 16) / 5, 1e-9);
    expect(layers[1].more.price!.mean).to.be.closeTo(9.5, 1e-9);
    expect(layers[1].less.price!.low).to.be.below(8).and.above(0);
    expect(layers[1].less.price!.high).to.be.above(8).and.below(16);
  });

  const anyPrice = fc.double({ min: -3, max: 3, noNaN: true });

  it("has prices that do not change when divergence and cost are scaled alike, and that follow divergence alone", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyPrice, { minLength: 24, maxLength: 24 }),
        fc.constantFrom(0.25, 2, 8),
        async (own, k) => {
          const price = (layer: number, move: string, s: number) =>
            own[(7 * layer + 3 * s + (move === "more" ? 0 : 11)) % 24];
          const base = await summary({ price, samples: 8 });
          const alike = await summary({ price, samples: 8, cost: 0.01 * k });
          const dearer = await summary({ price: (...key) => k * price(...key), samples: 8 });
          for (const [l, { more, less }] of base.layers.entries()) {
            for (const [name, move] of [
              ["more", more],
              ["less", less],
            ] as const) {
              for (const end of ["mean", "low", "high"] as const) {
                expect(alike.layers[l][name].price![end]).to.be.closeTo(move.price![end], 1e-9);
                expect(dearer.layers[l][name].price![end]).to.be.closeTo(k * move.price![end], 1e-9);
              }
            }
          }
          expect(dearer.exchange!.gain.mean).to.be.closeTo(k * base.exchange!.gain.mean, 1e-9);
          expect(dearer.exchange!.verdict).to.equal(base.exchange!.verdict);
        },
      ),
      { numRuns: 8 },
    );
  });

  it("never promises more for an exchange than lies between the dearest and the cheapest change", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyPrice, { minLength: 30, maxLength: 30 }), async (own) => {
        const price = (layer: number, move: string, s: number) =>
          own[(5 * layer + 7 * s + (move === "more" ? 0 : 13)) % 30];
        const { exchange, spread } = await summary({ price, samples: 10 });
        expect(exchange!.gain.mean).to.be.at.most(spread!.difference + 1e-9);
        expect(exchange!.compared).to.equal((LAYERS - 1) * (LAYERS - 2));
      }),
      { numRuns: 10 },
    );
  });
});

describe("study/certificateExchange", function () {
  this.timeout(60_000);

  it("finds the exchange that gains, and its gain is the difference of the two prices", async () => {
    const random = new Random(4);
    const truth = { 1: 1, 2: 1, 3: 3 } as Record<number, number>;
    const price = (layer: number) => truth[layer] + 0.4 * random.normal();
    const found = (await bestExchange(measured({ price, samples: 40 }), new Pacer()))!;
    expect(found).to.include({ to: 3, samples: 40, compared: 6, verdict: "better" });
    expect(found.from).to.be.oneOf([1, 2]);
    expect(found.gain.mean).to.be.closeTo(2, 0.5);
    expect(found.gain.low).to.be.greaterThan(0);
  });

  it("rarely finds one where prices differ by noise alone, though it picks the best of many", async () => {
    const random = new Random(9);
    let better = 0;
    for (let t = 0; t < 40; t++) {
      const price = () => 1 + random.normal();
      const found = (await bestExchange(measured({ price, samples: 30 }), new Pacer()))!;
      if (found.verdict === "better") better++;
    }
    expect(better).to.be.at.most(5);
  });

  it("counts only samples in which both changes together are a schedule, and asks for half of them", async () => {
    const price = (layer: number, move: string, s: number) =>
      move === "more" && layer === 3 && s % 4 !== 0 ? null : layer;
    const { compared } = (await bestExchange(measured({ price }), new Pacer()))!;
    expect(compared, "two of six give to layer 3").to.equal(4);
    // Layers 1 and 2 are one token apart: each has room alone, and both at once have not.
    const close = (await bestExchange(measured({ price: (layer) => layer, counts: [40, 21, 20, 10] }), new Pacer()))!;
    expect(close.compared).to.equal(5);
    const none = measured({ price: (_, move) => (move === "more" ? 1 : null) });
    expect(await bestExchange(none, new Pacer())).to.equal(null);
  });

  it("compares the same samples on both sides", async () => {
    // Layer 1 may lose tokens in the easy half only, where everything is cheap: that alone is no reason to move any.
    const price = (layer: number, move: string, s: number) => {
      const worth = s < 10 ? 1 : 5;
      return layer === 1 && move === "less" && s >= 10 ? null : worth;
    };
    const certificate = measured({ price });
    const { spread } = await summarise(certificate, header, new Pacer());
    expect(spread!.difference).to.be.closeTo(2, 1e-9);
    const found = (await bestExchange(certificate, new Pacer()))!;
    expect(found.gain.mean).to.be.closeTo(0, 1e-9);
    expect(found.verdict).to.equal("not distinguishable");
  });

  it("proves nothing with a single sample, and has nothing to say where no change is legal", async () => {
    const one = await summary({ price: (layer) => layer, samples: 1 });
    expect(one.exchange!.verdict).to.equal("not distinguishable");
    expect(one.exchange!.gain).to.deep.equal({ mean: 2, low: 2, high: 2 });
    const nothing = await summary({ price: () => null });
    expect(nothing).to.include({ commonPrice: null, spread: null, exchange: null });
  });
});
