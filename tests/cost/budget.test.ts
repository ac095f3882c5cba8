import { expect } from "chai";
import fc from "fast-check";
import {
  BUDGET_UNITS,
  type BudgetUnit,
  budgetCost,
  budgetInUnit,
  type CostName,
  costInUnit,
  costRange,
  type DecoderShape,
  fromNormalised,
  costModel as modelOf,
  toNormalised,
} from "../../src/cost/index.js";
import { EspalierError } from "../../src/errors.js";
import { handMade } from "./handMade.js";

/** Gemma3-like: h·d differs from H, and one of two layers slides. */
const shape: DecoderShape = {
  layers: 4,
  hidden: 10,
  intermediate: 30,
  heads: 3,
  kvHeads: 1,
  headDim: 4,
  windows: [null, 8, null, 8],
};
const NAMES: CostName[] = ["paper", "exact", "kvBytes", "latency"];
const RELATIVE = ["normalised", "share", "textOnly"] as const;

function costModel(name: CostName, of: DecoderShape) {
  return modelOf(name, of, { latency: handMade(of.layers) });
}

/** The units of a cost model. */
function unitsOf(name: CostName): BudgetUnit[] {
  const own: Partial<Record<CostName, BudgetUnit>> = { kvBytes: "kvBytes", latency: "ms" };
  const absolute = own[name];
  return absolute === undefined ? [...RELATIVE] : [...RELATIVE, absolute];
}

describe("cost/budget", () => {
  const tokens = { text: 6, visual: 16 };

  it("orders text alone, floor and full cost", () => {
    for (const name of NAMES) {
      const range = costRange(costModel(name, shape), tokens);
      expect(range.textOnly).to.be.below(range.floor);
      expect(range.floor).to.be.below(range.full);
    }
    const kv = costRange(costModel("kvBytes", shape), tokens);
    expect(kv).to.deep.equal({ full: 4 * 22 * 16, floor: (22 + 3 * 6) * 16, textOnly: 4 * 6 * 16 });
  });

  it("converts every unit into every other and back", () => {
    for (const name of NAMES) {
      const model = costModel(name, shape);
      const range = costRange(model, tokens);
      const units = unitsOf(name);
      fc.assert(
        fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (b) => {
          const cost = fromNormalised(b, range);
          expect(toNormalised(cost, range)).to.be.closeTo(b, 1e-12);
          for (const from of units) {
            for (const to of units) {
              const value = costInUnit(cost, from, model, range);
              const converted = budgetInUnit(value, from, to, model, range);
              const wanted = costInUnit(cost, to, model, range);
              expect(converted).to.be.closeTo(wanted, 1e-9 * Math.max(1, wanted));
              expect(budgetCost(value, from, model, range) / cost).to.be.closeTo(1, 1e-9);
            }
          }
        }),
      );
    }
  });

  it("places the ends of each scale", () => {
    const model = costModel("exact", shape);
    const range = costRange(model, tokens);
    expect(costInUnit(range.floor, "normalised", model, range)).to.equal(0);
    expect(costInUnit(range.textOnly, "textOnly", model, range)).to.equal(0);
    for (const unit of RELATIVE) expect(costInUnit(range.full, unit, model, range)).to.equal(1);
  });

  it("names the floor in the unit asked for", () => {
    const model = costModel("kvBytes", shape);
    const range = costRange(model, tokens);
    const floors = { normalised: 0, share: 640 / 1408, textOnly: 256 / 1024, kvBytes: 640 };
    for (const unit of [...RELATIVE, "kvBytes"] as const) {
      const floor = floors[unit];
      const shown = String(Number(floor.toPrecision(4))).replace(".", "\\.");
      const below = unit === "kvBytes" ? 639 : floor - 0.01;
      const message = new RegExp(`below the floor of ${shown},`);
      expect(() => budgetCost(below, unit, model, range), unit).to.throw(EspalierError, message);
      const above = unit === "kvBytes" ? 1409 : 1.01;
      expect(() => budgetCost(above, unit, model, range), unit).to.throw(EspalierError, /above the full cost of/);
      expect(() => budgetCost(Number.NaN, unit, model, range), unit).to.throw(EspalierError, /NaN is not a number/);
      expect(budgetCost(floor, unit, model, range)).to.be.at.least(range.floor);
    }
  });

  it("names the floor in milliseconds", () => {
    const model = costModel("latency", shape);
    const range = costRange(model, tokens);
    const [floor, full] = [range.floor, range.full].map((end) => String(Number(end.toPrecision(4))));
    expect(() => budgetCost(range.floor - 0.01, "ms", model, range)).to.throw(
      EspalierError,
      `milliseconds of the decoder's layers) is below the floor of ${floor},`,
    );
    expect(() => budgetCost(range.full + 0.01, "ms", model, range)).to.throw(EspalierError, `full cost of ${full};`);
    expect(budgetCost(range.full, "ms", model, range)).to.equal(range.full);
  });

  it("does not convert what is another cost's own", () => {
    for (const name of NAMES) {
      const model = costModel(name, shape);
      const range = costRange(model, tokens);
      for (const unit of BUDGET_UNITS) {
        const convert = () => costInUnit(range.full, unit, model, range);
        if (unitsOf(name).includes(unit)) expect(convert()).to.be.above(0);
        else expect(convert, `${unit} of ${name}`).to.throw(EspalierError, /need the cost "(kvBytes|latency)" and not/);
      }
    }
  });

  it("does not convert bytes to another cost", () => {
    const model = costModel("exact", shape);
    const range = costRange(model, tokens);
    expect(() => budgetCost(700, "kvBytes", model, range)).to.throw(EspalierError, /choose the cost "kvBytes"/);
    expect(() => budgetInUnit(0.5, "share", "kvBytes", model, range)).to.throw(EspalierError, /kvBytes/);
  });

  it("takes any budget on its scale where nothing can be pruned, and none beyond it", () => {
    const model = costModel("exact", shape);
    const range = costRange(model, { text: 6, visual: 0 });
    for (const unit of ["normalised", "textOnly"] as const) {
      for (const b of [0, 0.3, 1]) expect(budgetCost(b, unit, model, range)).to.equal(range.full);
      expect(() => budgetCost(-0.1, unit, model, range)).to.throw(EspalierError, /below the floor/);
      expect(() => budgetCost(1.1, unit, model, range)).to.throw(EspalierError, /above the full cost/);
      expect(costInUnit(range.full, unit, model, range)).to.equal(1);
    }
  });
});
