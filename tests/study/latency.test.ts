import fs from "node:fs";
import path from "node:path";
import { expect } from "chai";
import type { Calibration } from "../../src/calibration/index.js";
import { type BudgetUnit, type CostName, costModel, costRange, totalCost } from "../../src/cost/index.js";
import { EspalierError } from "../../src/errors.js";
import { validateResults } from "../../src/export/index.js";
import { absoluteBudgets, checkBudgets } from "../../src/study/budgets.js";
import {
  createStudy,
  loadStudyModel,
  readStudy,
  type Study,
  type StudyData,
  samplesData,
} from "../../src/study/index.js";
import { Stopped } from "../../src/tensor/index.js";
import { handMadeCalibration } from "../calibration/handMadeCalibration.js";
import { rejection } from "../scripts/scripts.js";
import { GRID, SEARCH, SIZES } from "./runStudy.js";
import { temporaryFolder, writeTiny } from "./tiny.js";

describe("study/latency", function () {
  this.timeout(120_000);
  let folder: string;
  let storage: string;
  let data: StudyData;
  let calibration: Calibration;

  before(async () => {
    folder = temporaryFolder();
    storage = path.join(folder, "studies");
    await writeTiny(folder, SIZES);
    data = await samplesData(path.join(folder, "samples.safetensors"), { sizes: SIZES });
    const { model } = await loadStudyModel(path.join(folder, "model"));
    calibration = handMadeCalibration(model.shape);
    model.dispose();
  });
  after(() => fs.rmSync(folder, { recursive: true, force: true }));

  const warnings: string[] = [];
  function open(name: string, more: { cost?: CostName; budgetUnit?: BudgetUnit; calibration?: string | Calibration }) {
    const warn = (sentence: string) => void warnings.push(sentence);
    return createStudy({ model: path.join(folder, "model"), data, storage, name, warn, ...more });
  }
  const inMilliseconds = (name: string) => open(name, { cost: "latency", budgetUnit: "ms", calibration });

  /** Some budgets in an absolute unit between what all samples can have and what the largest takes. */
  function budgetsOf(cost: CostName): number[] {
    const model = costModel(cost, calibration.model.shape, { latency: calibration.latency });
    return absoluteBudgets([0.3, 0.7], model, [sizes()]);
  }
  /** T and V of the samples that are scored or chosen on. */
  function sizes() {
    const all = [...data.validation, ...data.test];
    const visual = all.map(({ gridThw }) => gridThw.reduce((sum, [t, h, w]) => sum + (t * h * w) / 4, 0));
    return {
      ids: all.map(({ id }) => id),
      tasks: all.map(({ task }) => task),
      text: all.map(({ promptLength }, s) => promptLength - visual[s]),
      visual,
    };
  }

  async function whole(study: Study, budgets: readonly number[]): Promise<void> {
    await study.search({ ...SEARCH, budgets });
    await study.grid(GRID);
    await study.rival("random", { evaluations: 20 });
    await study.controls();
    await study.recipes({ names: ["fastv", "vtw"] });
    await study.compare();
  }

  describe("under a budget in milliseconds", () => {
    let study: Study;
    let budgets: number[];
    before(async () => {
      budgets = budgetsOf("latency");
      study = await inMilliseconds("milliseconds");
      await whole(study, budgets);
    });
    after(() => study.close());

    it("never exceeds it, and states what the tables say of the executed counts", async () => {
      const results = validateResults(await study.results());
      expect(results).to.include({ cost: "latency", budgetUnit: "ms" });
      const model = costModel("latency", calibration.model.shape, { latency: calibration.latency });
      const limited = results.rows.filter(({ budget }) => budget !== null);
      expect(new Set(limited.map(({ series }) => series))).to.include.all.keys(
        "search",
        "control:random",
        "recipe:fastv",
      );
      for (const { cost, budget, counts, textTokens, visualTokens } of limited) {
        const tokens = { text: textTokens!, visual: visualTokens };
        expect(cost.ms).to.equal(totalCost(model, counts, tokens.text));
        expect(cost.ms).to.be.at.most(budget! * (1 + 1e-12));
        const range = costRange(model, tokens);
        expect(cost.normalised).to.be.closeTo((cost.ms! - range.floor) / (range.full - range.floor), 1e-12);
      }
      for (const mean of results.means) expect(mean.cost.ms).to.be.above(0);
      expect(results.unpruned!.cost.share).to.equal(1);
      expect(results.comparisons).to.not.have.length(0);
      expect(results.quality!.referenceHypervolume).to.be.above(0);
    });

    it("spends what a whole token can", async () => {
      const { rows } = await study.results();
      const model = costModel("latency", calibration.model.shape, { latency: calibration.latency });
      for (const { series, counts, textTokens, budget } of rows) {
        if (series !== "search") continue;
        const spent = totalCost(model, counts, textTokens!);
        for (let i = 1; i < counts.length; i++) {
          if (counts[i] >= counts[i - 1]) continue;
          const more = counts.map((count, l) => count + (l === i ? 1 : 0));
          expect(totalCost(model, more, textTokens!), `layer ${i} of ${spent}`).to.be.above(budget!);
        }
      }
    });

    it("says whose milliseconds they are, and what runs beside them", async () => {
      const { notes } = await study.results();
      const note = notes!.find((one) => one.startsWith("Milliseconds"));
      expect(note).to.match(
        /calibration of 2026-03-04 on Abacus, 7 threads, backend native\. Beside them, .*head 0\.400/,
      );
      expect(note).to.match(
        /selector fastv 0\.700.ms where counts fall\. Whole pruned runs took 1\.00 of what these tables predict/,
      );
      expect(warnings.join()).to.match(/was measured on Abacus, 7 threads, .* that machine's, not those of /);
    });

    it("is read without the model", async () => {
      const results = await study.results();
      expect(await readStudy(storage, "milliseconds")).to.deep.equal(results);
    });

    it("finds the best within milliseconds", async () => {
      const { point } = await study.best({ budget: budgets[1] });
      expect(point.cost.ms).to.be.at.most(budgets[1]);
      const error = await rejection(study.best({ budget: 0.01 }));
      expect(error.message).to.match(/nothing|no configuration within a budget of 0\.01 \(ms\)/);
    });

    it("goes on from the journal after a stop, and gives what an undisturbed run gives", async () => {
      let stopped = await inMilliseconds("stopped");
      stopped.on("evaluation", () => stopped.stop());
      expect(await rejection(whole(stopped, budgets))).to.be.instanceOf(Stopped);
      await stopped.close();
      stopped = await inMilliseconds("stopped");
      expect(stopped.resumed).to.equal(true);
      await whole(stopped, budgets);
      const timeless = async (own: Study) => {
        const { study: _name, seconds: _seconds, ...rest } = await own.results();
        return JSON.parse(JSON.stringify(rest, (key, value) => (/seconds/i.test(key) ? 0 : value)));
      };
      const withoutNotes = ({ notes: _notes, ...rest }: { notes: unknown }) => rest;
      expect(withoutNotes(await timeless(stopped))).to.deep.equal(withoutNotes(await timeless(study)));
      await stopped.close();
    });

    it("is not gone on with under another calibration, or without one", async () => {
      const slower = { ...calibration, latency: { ...calibration.latency, head: 9 } };
      await study.close();
      for (const other of [slower, undefined]) {
        const cost = other === undefined ? "exact" : "latency";
        const error = await rejection(
          open("milliseconds", {
            ...{ cost, budgetUnit: other === undefined ? "normalised" : "ms" },
            ...(other === undefined ? {} : { calibration: other }),
          }),
        );
        expect(error).to.be.instanceOf(EspalierError);
        expect(error.message).to.match(/made with other settings: .*the latency calibration/);
      }
    });
  });

  it("states milliseconds beside another cost, and only with a calibration", async () => {
    const file = path.join(folder, "calibration.json");
    fs.writeFileSync(file, JSON.stringify(calibration));
    for (const known of [true, false]) {
      const study = await open(`exact ${known}`, known ? { calibration: file } : {});
      await study.search({ ...SEARCH, budgets: [0.3] });
      const { rows, frontier } = validateResults(await study.results());
      for (const { cost } of rows) expect(cost.ms !== undefined).to.equal(known);
      if (known) expect((await study.best({ budget: 1e6, unit: "ms" })).point).to.deep.equal(frontier[0]);
      else expect((await rejection(study.best({ budget: 1e6, unit: "ms" }))).message).to.match(/no calibration/);
      await study.close();
    }
  });

  it("keeps every part of a study within bytes of the cache", async () => {
    const budgets = budgetsOf("kvBytes");
    const study = await open("bytes", { cost: "kvBytes", budgetUnit: "kvBytes" });
    await whole(study, budgets);
    const { rows, comparisons } = validateResults(await study.results());
    await study.close();
    const limited = rows.filter(({ budget }) => budget !== null);
    expect(new Set(limited.map(({ series }) => series))).to.include.all.keys(
      "search",
      "control:random",
      "recipe:fastv",
    );
    for (const { cost, budget } of limited) expect(cost.kvBytes).to.be.at.most(budget!);
    expect(comparisons.every(({ matched }) => matched)).to.equal(true);
  });

  it("reads frontiers in absolute units between what every sample can have and what the largest takes", () => {
    const list = sizes();
    for (const [cost, unit] of [
      ["latency", "ms"],
      ["kvBytes", "kvBytes"],
    ] as const) {
      const model = costModel(cost, calibration.model.shape, { latency: calibration.latency });
      const ranges = list.text.map((text, s) => costRange(model, { text, visual: list.visual[s] }));
      const budgets = absoluteBudgets([0, 0.05, 0.5, 1], model, [list]);
      expect(budgets).to.have.length(4);
      expect(budgets[0]).to.equal(Math.max(...ranges.map(({ floor }) => floor)));
      expect(budgets[3]).to.equal(Math.max(...ranges.map(({ full }) => full)));
      expect(checkBudgets(budgets, unit, model, [list])).to.deep.equal(budgets);
      expect(absoluteBudgets([0.5], model, [])).to.deep.equal([]);
    }
  });

  it("refuses milliseconds without the cost, the cost without a calibration, and another model's", async () => {
    const { shape } = calibration.model;
    const wide = { ...calibration, model: { ...calibration.model, shape: { ...shape, hidden: 64 } } };
    for (const [options, message] of [
      [{ budgetUnit: "ms", calibration }, /need the cost "latency" and not "exact"/],
      [{ cost: "latency" }, /"latency" needs what this machine takes.*espalier calibrate/],
      [{ cost: "latency", calibration: wide }, /hidden 64 instead of 32, and does not fit model/],
      [{ cost: "latency", calibration: path.join(folder, "none.json") }, /none\.json: it does not exist/],
    ] as const) {
      const error = await rejection(open("refused", options));
      expect(error, error.stack).to.be.instanceOf(EspalierError);
      expect(error.message).to.match(message);
    }
  });
});
