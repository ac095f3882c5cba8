import { expect } from "chai";
import fc from "fast-check";
import {
  costModel,
  costRange,
  costVector,
  type DecoderShape,
  type LatencyTable,
  latencyAt,
  latencyBeside,
  totalCost,
} from "../../src/cost/index.js";
import { EspalierError } from "../../src/errors.js";
import { BENT, FLAT, handMade } from "./handMade.js";

const shape: DecoderShape = {
  ...{ layers: 4, hidden: 8, intermediate: 16, heads: 2, kvHeads: 1, headDim: 4 },
  windows: [null, null, null, null],
};

/** Any table: knots at least one token apart, times that never fall. */
const tables: fc.Arbitrary<LatencyTable> = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 90 }), fc.double({ min: 0, max: 7, noNaN: true })), {
    minLength: 1,
    maxLength: 9,
  })
  .map((steps) => {
    let [tokens, ms] = [0, 0];
    const knots = steps.map(([step, rise]) => {
      tokens += step;
      ms += rise;
      return [tokens, ms];
    });
    return { tokens: knots.map(([at]) => at), ms: knots.map(([, value]) => value) };
  });
const numbers = fc.double({ min: 0, max: 1500, noNaN: true });

describe("cost/latency", () => {
  it("goes through the knots, straight between them, flat below and on above", () => {
    expect(BENT.tokens.map((n) => latencyAt(BENT, n).value)).to.deep.equal(BENT.ms);
    expect(latencyAt(BENT, 15)).to.deep.equal({ value: 2.5, derivative: 0.2 });
    expect(latencyAt(BENT, 1)).to.deep.equal({ value: 1, derivative: 0 });
    expect(latencyAt(BENT, 0)).to.deep.equal({ value: 1, derivative: 0 });
    const above = latencyAt(BENT, 100);
    expect(above.value).to.be.closeTo(15.5 + 40 * 0.3, 1e-12);
    expect(above.derivative).to.be.closeTo(0.3, 1e-12);
    expect(latencyAt(FLAT, 12)).to.deep.equal({ value: 2, derivative: 0 });
    expect(latencyAt({ tokens: [7], ms: [3] }, 500)).to.deep.equal({ value: 3, derivative: 0 });
  });

  it("has the slope from below at a knot", () => {
    expect(latencyAt(BENT, 10).derivative).to.be.closeTo(0.5 / 6, 1e-12);
    expect(latencyAt(BENT, 20).derivative).to.be.closeTo(0.2, 1e-12);
    expect(latencyAt(BENT, 4).derivative).to.equal(0);
  });

  it("never falls", () => {
    fc.assert(
      fc.property(tables, numbers, numbers, (table, a, b) => {
        const [low, high] = a < b ? [a, b] : [b, a];
        expect(latencyAt(table, high).value).to.be.at.least(latencyAt(table, low).value);
        expect(latencyAt(table, low).derivative).to.be.at.least(0);
      }),
    );
  });

  it("has the derivative that finite differences have off the knots", () => {
    fc.assert(
      fc.property(tables, numbers, (table, n) => {
        const step = 1e-4;
        fc.pre(table.tokens.every((knot) => Math.abs(knot - n) > step) && n > step);
        const slope = (latencyAt(table, n + step).value - latencyAt(table, n - step).value) / (2 * step);
        expect(latencyAt(table, n).derivative).to.be.closeTo(slope, 1e-6);
      }),
    );
  });

  it("adds each layer by its own table", () => {
    const model = costModel("latency", shape, { latency: handMade(4) });
    expect(model.unit).to.equal("ms");
    // 3 text tokens: 20, 16, 10 and 3 tokens in all.
    expect(totalCost(model, [17, 13, 7, 0], 3)).to.be.closeTo(3.5 + 2 + 1.5 + 0.75, 1e-12);
    const range = costRange(model, { text: 3, visual: 17 });
    expect(range.full).to.be.closeTo(2 * 3.5 + 2 * (2 + 4 * 0.2), 1e-12);
    expect(range.floor).to.be.closeTo(3.5 + 0.75 + 1 + 0.75, 1e-12);
  });

  it("charges the selector where counts fall, and whatever else runs beside the layers", () => {
    const calibration = handMade(4);
    const beside = latencyBeside(calibration, [17, 13, 13, 0], 3);
    // Falls behind 20 and 16 tokens.
    const scoring = [20, 16].map((n) => 0.1 + 0.02 * (n - 1));
    const removal = [20, 16].map((n) => 0.2 + 0.02 * (n - 1));
    expect(beside.selector).to.be.closeTo(scoring[0] + scoring[1] + removal[0] + removal[1], 1e-12);
    expect(beside).to.include({ head: 0.4, predictor: 2.5 });
    expect(beside.embedding).to.be.closeTo(0.15, 1e-12);
    expect(beside.total).to.be.closeTo(beside.selector + 0.4 + 2.5 + 0.15, 1e-12);
    const executed = latencyBeside(calibration, [17, 13, 13, 0], 3, { scored: "everyLayer", predicted: false });
    expect(executed.selector).to.be.closeTo(beside.selector + scoring[1], 1e-12);
    expect(executed.predictor).to.equal(0);
    expect(latencyBeside(calibration, [17, 17, 17, 17], 3).selector).to.equal(0);
  });

  it("puts milliseconds into the cost vector where a calibration is known", () => {
    const counts = [17, 13, 7, 0];
    const tokens = { text: 3, visual: 17 };
    const latency = handMade(4);
    expect(costVector(counts, tokens, shape)).to.not.have.property("ms");
    const exact = costVector(counts, tokens, shape, { latency });
    expect(exact.ms).to.be.closeTo(7.75, 1e-12);
    expect(exact.share).to.equal(costVector(counts, tokens, shape).share);
    const own = costVector(counts, tokens, shape, { latency, cost: "latency" });
    expect(own.share).to.be.closeTo(7.75 / 12.6, 1e-12);
    expect(own.exactMacs).to.equal(exact.exactMacs);
  });

  it("refuses to be without a calibration, or with that of another depth", () => {
    expect(() => costModel("latency", shape)).to.throw(EspalierError, /espalier calibrate/);
    expect(() => costModel("latency", shape, { latency: handMade(3) })).to.throw(EspalierError, /3 layers .* has 4/);
  });
});
