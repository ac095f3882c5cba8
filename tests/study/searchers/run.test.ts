import fs from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { EspalierError } from "../../../src/errors.js";
import { type Results, renderTable, validateResults } from "../../../src/export/index.js";
import { SEARCHERS, type SearcherMethod } from "../../../src/search/index.js";
import { readJournal } from "../../../src/study/journal.js";
import { Stopped } from "../../../src/tensor/index.js";
import { rejection } from "../../scripts/scripts.js";
import { BUDGETS, GRID, openTiny, SEARCH, SIZES } from "../runStudy.js";
import { LAYERS, temporaryFolder, writeTiny } from "../tiny.js";

const RIVALS = Object.keys(SEARCHERS).filter((name) => name !== "grid");
const EVALUATIONS = 24;

/** Two batches: one on all samples, and its second schedule again, in halves, beside a new one. */
const inParts: SearcherMethod = {
  name: "inParts",
  title: "in parts",
  begin({ samples }) {
    const row = (share: number) => [1, ...new Array<number>(LAYERS - 1).fill(share)];
    const odd = Array.from({ length: samples }, (_, s) => s).filter((s) => s % 2 === 1);
    const even = Array.from({ length: samples }, (_, s) => s).filter((s) => s % 2 === 0);
    const batches = [
      { shares: [row(1), row(0.5)] },
      { shares: [row(0.5), row(0.25)], samples: odd },
      { shares: [row(0.25)], samples: even.reverse() },
    ];
    let asked = 0;
    return { ask: async () => batches[asked++] ?? null, tell: () => undefined };
  },
};

describe("study/searchers/run", function () {
  this.timeout(120_000);
  let folder: string;
  let storage: string;
  const journal = (name: string) =>
    readJournal(path.join(storage, name, "journal.jsonl")).map((entry) =>
      JSON.parse(JSON.stringify(entry, (key, value) => (/seconds/i.test(key) ? 0 : value))),
    );

  before(async () => {
    folder = temporaryFolder();
    storage = path.join(folder, "runs");
    await writeTiny(folder, SIZES);
  });
  after(() => fs.rmSync(folder, { recursive: true, force: true }));

  describe("every rival", () => {
    let results: Results;
    before(async () => {
      const study = await openTiny(folder, storage, "rivals");
      try {
        await study.search(SEARCH);
        await study.grid(GRID);
        for (const rival of RIVALS) await study.rival(rival, { evaluations: EVALUATIONS });
        await study.rival("nsga2", { evaluations: EVALUATIONS, seed: 3 });
        await study.compare({ budgets: BUDGETS });
        results = validateResults(await study.results());
      } finally {
        await study.close();
      }
    });

    it("is summed up at what it cost, beside the search and the grid", () => {
      const found = new Map(results.searchers!.map((one) => [one.series, one]));
      expect([...found.keys()]).to.deep.equal(["search", "grid", ...RIVALS, "nsga2:seed 3"]);
      const teacher = results.layerForwards["teacher on validation"];
      for (const [series, { layerForwards, configurations, hypervolume, curve, title }] of found) {
        expect(title, series).to.not.equal("");
        expect(hypervolume, series).to.be.within(0, 1);
        expect(curve.layerForwards.at(-1), series).to.equal(layerForwards);
        curve.hypervolume.slice(1).forEach((value, i) => {
          expect(value, series).to.be.at.least(curve.hypervolume[i]);
          expect(curve.layerForwards[i + 1], series).to.be.greaterThan(curve.layerForwards[i]);
        });
        if (series === "search") continue;
        expect(configurations, series).to.be.within(1, series === "grid" ? 30 : EVALUATIONS);
        expect(layerForwards, series).to.equal(teacher + results.layerForwards[series]);
        // Shared prefixes make it no dearer than every layer of every schedule.
        expect(layerForwards - teacher).to.be.at.most(configurations * SIZES.validation * LAYERS);
      }
    });

    it("is compared with the search in pairs, and printed", () => {
      for (const series of [...RIVALS, "nsga2:seed 3"]) {
        const compared = results.comparisons.filter(({ b }) => b === series);
        expect(compared.length, series).to.be.greaterThan(0);
      }
      const table = renderTable(results, { width: 120 });
      expect(table).to.match(/searchers at what they cost/);
      expect(table).to.match(/NSGA-II, seed 3 +\d+ +[\d,]+ +[\d.]+× +0\.\d{4}/);
      expect(renderTable(results, { width: 40 })).to.match(/NSGA-II {2}schedules \d+/);
    });
  });

  it("goes on where it was stopped, to the same journal", async () => {
    const whole = await openTiny(folder, storage, "whole");
    await whole.rival("nsga2", { evaluations: 100 });
    await whole.close();
    const parts = await openTiny(folder, storage, "parts");
    let stops = 0;
    for (let done = false; !done; ) {
      const stop = new AbortController();
      const before = stops;
      const silent = parts.on("progress", ({ part, done: at }) => {
        // Somewhere inside each third of the way.
        if (part === "searcher" && at > 30 * (before + 1)) stop.abort();
      });
      try {
        await parts.rival("nsga2", { evaluations: 100, signal: stop.signal });
        done = true;
      } catch (error) {
        expect(error).to.be.instanceOf(Stopped);
        stops++;
      } finally {
        silent();
      }
    }
    await parts.close();
    expect(stops).to.be.greaterThan(1);
    const own = (name: string) => journal(name).filter(({ kind }) => kind !== "header");
    expect(own("parts")).to.deep.equal(own("whole"));
  });

  it("takes a searcher of one's own, measures in parts, and knows a schedule that comes again", async () => {
    const study = await openTiny(folder, storage, "own");
    try {
      await study.rival(inParts);
      const { searchers, means } = validateResults(await study.results());
      expect(searchers!.map(({ series, title, configurations }) => ({ series, title, configurations }))).to.deep.equal([
        { series: "inParts", title: "inParts", configurations: 3 },
      ]);
      expect(means.map(({ configuration }) => configuration)).to.deep.equal(["inParts-2", "inParts-1"]);
      const blocks = journal("own").filter(({ kind }) => kind === "searcherBlock");
      expect(blocks.map(({ configurations }) => configurations)).to.deep.equal([[0, 1], [1, 2], [2]]);
      expect(blocks.map(({ shares }) => shares.length)).to.deep.equal([2, 1, 0]);
      const lines = journal("own").length;
      await study.rival(inParts);
      expect(journal("own")).to.have.length(lines);
    } finally {
      await study.close();
    }
  });

  it("refuses what it cannot run, and a searcher that changed", async () => {
    const study = await openTiny(folder, storage, "own");
    const sentence = async (asked: Promise<unknown>) => {
      const error = await rejection(asked);
      expect(error, error.stack).to.be.instanceOf(EspalierError);
      return error.message;
    };
    try {
      expect(await sentence(study.rival("hope"))).to.match(/no searcher "hope"; choose one of grid, random, nsga2/);
      expect(await sentence(study.rival("grid"))).to.match(/run it with grid\(\)/);
      expect(await sentence(study.rival("tpe", { evaluations: 0 }))).to.match(/given 0 evaluations/);
      expect(await sentence(study.rival(inParts, { evaluations: 7 }))).to.match(/evaluations \(200 there, 7 here\)/);
      const changed: SearcherMethod = {
        ...inParts,
        begin: SEARCHERS["random"].begin,
      };
      expect(await sentence(study.rival(changed))).to.match(/asks for other schedules than this study's journal has/);
    } finally {
      await study.close();
    }
  });
});
