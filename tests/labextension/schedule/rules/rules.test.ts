import { expect } from "chai";
import fc from "fast-check";
import { LIMITS, type ScheduleRow } from "../../../../labextension/src/data/index.js";
import {
  aliveCounts,
  codeOf,
  deathCounts,
  History,
  isAlive,
  predictCost,
  ScheduleEntries,
  scheduleFileText,
  scheduleTable,
  stepTokens,
  tokensOf,
} from "../../../../labextension/src/schedule/rules/index.js";
import { countsFromShares, parseScheduleFile } from "../../../../src/schedules/index.js";

const share = fc.double({ min: 0, max: 1, noNaN: true });

describe("history", () => {
  it("goes back and forth through what was pushed", () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { minLength: 1, maxLength: 50 }), (values) => {
        const history = new History(values[0]!);
        for (const value of values.slice(1)) history.push(value);
        for (let i = values.length - 2; i >= 0; i--) expect(history.undo()).to.equal(values[i]);
        expect(history.canUndo).to.equal(false);
        for (let i = 1; i < values.length; i++) expect(history.redo()).to.equal(values[i]);
        expect(history.canRedo).to.equal(false);
      }),
    );
  });

  it("forgets what was undone once something else is done, and the oldest of very many", () => {
    const history = new History("a");
    history.push("b");
    history.undo();
    history.push("c");
    expect([history.canRedo, history.undo(), history.redo()]).to.deep.equal([false, "a", "c"]);
    for (let i = 0; i < 1_000; i++) history.push(String(i));
    while (history.canUndo) history.undo();
    expect(history.current).to.equal("800");
  });
});

describe("predicted cost", () => {
  it("is the sum that the data define", () => {
    const term = fc.record({ linear: fc.double({ min: -1, max: 1, noNaN: true }), quadratic: share, kept: share });
    fc.assert(
      fc.property(fc.array(term, { maxLength: 60 }), share, (terms, constant) => {
        const prediction = {
          constant,
          linear: terms.map(({ linear }) => linear),
          quadratic: terms.map(({ quadratic }) => quadratic),
        };
        const direct = terms.map(({ linear, quadratic, kept }) => linear * kept + quadratic * kept ** 2);
        const sum = [constant, ...direct].reduce((a, b) => a + b);
        expect(
          predictCost(
            prediction,
            terms.map(({ kept }) => kept),
          ),
        ).to.be.closeTo(sum, 1e-9);
      }),
    );
  });
});

describe("tokens", () => {
  it("are rounded as schedules are executed", () => {
    fc.assert(
      fc.property(share, fc.integer({ min: 1, max: 3_000 }), (kept, all) => {
        expect(tokensOf(kept, all)).to.equal(countsFromShares([kept], all)[0]);
      }),
    );
    expect(tokensOf(0.5, 143.3)).to.equal(71.7);
  });

  it("are stepped by whole ones", () => {
    fc.assert(
      fc.property(share, fc.integer({ min: 1, max: 3_000 }), fc.constantFrom(1, -1), (kept, all, step) => {
        const wanted = Math.min(all, Math.max(0, tokensOf(kept, all) + step));
        expect(tokensOf(stepTokens(kept, all, step), all)).to.equal(wanted);
      }),
    );
    expect(stepTokens(0.5, 0, 1)).to.equal(0.5);
  });
});

describe("patches alive", () => {
  it("are those that die later, counted layer by layer", () => {
    const layers = 9;
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: layers }), { maxLength: 80 }), (list) => {
        const deaths = Uint16Array.from(list);
        const alive = aliveCounts(deaths, layers);
        const gone = deathCounts(deaths, layers);
        for (let layer = 0; layer < layers; layer++) {
          const there = list.filter((_, patch) => isAlive(deaths, patch, layer));
          expect(alive[layer]).to.equal(there.length);
        }
        expect(gone[layers]).to.equal(list.filter((death) => death === layers).length);
      }),
    );
  });
});

describe("files", () => {
  it("are read back by the project's own reader", () => {
    const shares = [1, 0.75, 0.41, 0.0694444];
    const text = scheduleFileText(shares, { schedule: 'a "name"', predictedCost: null });
    const file = parseScheduleFile(text, "schedule.json");
    expect(file.common).to.deep.equal({ shares });
    expect(file.about).to.deep.equal({ schedule: 'a "name"', predictedCost: null });
  });

  it("put shares into code as they are, and nothing else", () => {
    expect(codeOf("evaluate({ shares: {shares} }) // {shares} $&", [1, 0.5])).to.equal(
      "evaluate({ shares: [1,0.5] }) // [1,0.5] $&",
    );
  });

  it("are tables that no spreadsheet runs", () => {
    const rows = [
      { label: '=1+"1"', shares: [1, 0.5] },
      { label: "plain", shares: [1, 0.25] },
    ];
    expect(scheduleTable(rows, 4).split("\r\n")).to.deep.equal([
      "schedule,layer,share,tokens",
      `"'=1+""1""",0,1,4`,
      `"'=1+""1""",1,0.5,2`,
      "plain,0,1,4",
      "plain,1,0.25,1",
      "",
    ]);
  });
});

describe("schedules laid over one another", () => {
  const row = (id: string): ScheduleRow => {
    const unknown = { cost: null, divergence: null, accuracy: null };
    return { id, label: id, shares: [1, 0.5], ...unknown };
  };

  it("keep their place while others come and go", () => {
    const entries = new ScheduleEntries([row("a"), row("b")]);
    entries.add(row("c"), "asked", "a");
    entries.replaceData([row("b"), row("d")]);
    const places = Object.fromEntries(entries.list.map(({ row: { id }, place }) => [id, place]));
    expect(places["b"]).to.equal(1);
    expect(places["c"]).to.equal(2);
    expect(new Set(Object.values(places)).size).to.equal(3);
  });

  it("are as many as data may have, and the oldest made here makes room", () => {
    const entries = new ScheduleEntries([row("a")]);
    for (let i = 0; i < LIMITS.schedules + 5; i++) entries.add(row(`e${i}`), "evaluated", "e0");
    expect(entries.list).to.have.length(LIMITS.schedules);
    expect(entries.find("a")).to.not.equal(undefined);
    expect(entries.find("e0")).to.not.equal(undefined);
    expect(entries.find("e1")).to.equal(undefined);
  });

  it("lose those of another number of layers with new data", () => {
    const entries = new ScheduleEntries([row("a")]);
    entries.add(row("b"), "evaluated", "a");
    entries.replaceData([{ ...row("a"), shares: [1, 0.5, 0.5] }]);
    expect(entries.list.map(({ row: { id } }) => id)).to.deep.equal(["a"]);
  });
});
