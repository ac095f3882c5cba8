import { spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import * as tf from "@tensorflow/tfjs";
import { expect } from "chai";
import { EspalierError } from "../../src/errors.js";
import { validateResults } from "../../src/export/index.js";
import { countsFromShares } from "../../src/schedules/index.js";
import { createStudy, readStudy, type Study, type StudyEvents, samplesData } from "../../src/study/index.js";
import { readJournal } from "../../src/study/journal.js";
import { Random, Stopped } from "../../src/tensor/index.js";
import { rejection } from "../scripts/scripts.js";
import { BUDGETS, GRID, openTiny, SEARCH, SIZES, wholeStudy } from "./runStudy.js";
import { LAYERS, temporaryFolder, writeTiny } from "./tiny.js";

const PROGRAM = fileURLToPath(new URL("runStudy.js", import.meta.url));

/** Journals but for what a clock decides. */
function withoutTimes(file: string): unknown[] {
  return readJournal(file).map((entry) =>
    JSON.parse(JSON.stringify(entry, (key, value) => (/seconds/i.test(key) ? 0 : value))),
  );
}

describe("study", function () {
  this.timeout(120_000);
  let folder: string;
  let storage: string;

  before(async () => {
    folder = temporaryFolder();
    storage = path.join(folder, "studies");
    await writeTiny(folder, SIZES);
  });
  after(() => fs.rmSync(folder, { recursive: true, force: true }));

  async function sentence(promise: Promise<unknown>): Promise<string> {
    const error = await rejection(promise);
    expect(error, error.stack).to.be.instanceOf(EspalierError);
    return error.message;
  }

  describe("undisturbed", () => {
    let study: Study;
    const events: { [E in keyof StudyEvents]: StudyEvents[E][] } = {
      progress: [],
      evaluation: [],
      epoch: [],
      state: [],
      closed: [],
    };

    before(async () => {
      study = await openTiny(folder, storage, "undisturbed");
      for (const name of Object.keys(events) as (keyof StudyEvents)[]) {
        study.on(name, (event) => (events[name] as unknown[]).push(event));
      }
      await wholeStudy(study);
    });
    after(() => study.close());

    it("gives valid results with rows, intervals, frontier, grid, comparisons and quality", async () => {
      const results = validateResults(await study.results());
      const search = results.means.filter(({ series }) => series === "search");
      expect(search.map(({ budget }) => budget)).to.deep.equal(BUDGETS);
      for (const mean of search) {
        expect(mean.cost.normalised).to.be.at.most(mean.budget! + 1e-9);
        expect(mean.divergence.low).to.be.at.most(mean.divergence.mean);
        expect(mean.divergence.high).to.be.at.least(mean.divergence.mean);
        expect(mean.beforeTopUp!.cost!.normalised).to.be.at.most(mean.cost.normalised);
      }
      const series = new Set(results.rows.map((row) => row.series));
      expect([...series]).to.include.members(["search", "grid", "control:random", "control:uniformStride"]);
      const rows = results.rows.filter((row) => row.series === "search");
      expect(rows).to.have.length(BUDGETS.length * SIZES.test);
      for (const row of rows) expect(row.cost.normalised).to.be.at.most(row.budget! + 1e-9);
      expect(results.frontier).to.not.have.length(0);
      expect(results.grid).to.include({ points: 30, unsharedLayerForwards: 30 * SIZES.validation * LAYERS });
      expect(results.means.filter((mean) => mean.series === "grid on validation")).to.have.length(30);
      expect(results.quality!.budgets).to.deep.equal(BUDGETS);
      expect(results.unpruned!.cost.share).to.equal(1);
      expect(results.layerForwards.search).to.be.greaterThan(SIZES.train * LAYERS);
      expect(results.accuracyMetric).to.equal("teacher-forced exact match");
    });

    it("counts a layer-forward of the grid for each distinct prefix and sample", async () => {
      const { grid, data } = await study.results();
      expect(data.visualTokens.low).to.equal(data.visualTokens.high);
      expect(grid!.layerForwards).to.equal(grid!.distinctPrefixes * SIZES.validation);
    });

    it("compares at matched executed cost, or says that it does not", async () => {
      const { comparisons, rows } = await study.results();
      expect(comparisons.length).to.be.at.least(2 * 2);
      for (const comparison of comparisons) {
        expect(comparison.pHolm).to.be.at.least(comparison.pValue);
        expect(comparison.matched).to.equal(true);
        // One token of nine in one of three layers is the most that may be left.
        expect(comparison.costResidual).to.be.at.most(1 / 20);
      }
      const same = comparisons.find(({ b }) => b === "control:random")!;
      expect(same.costResidual).to.equal(0);
      const mean = (wanted: string) => {
        const own = rows.filter((row) => row.series === wanted && row.budget === same.budget);
        return own.reduce((sum, row) => sum + row.divergence, 0) / own.length;
      };
      expect(same.difference).to.be.closeTo(mean("search") - mean("control:random"), 1e-12);
    });

    it("tells of progress, evaluations, epochs and states", () => {
      expect(events.epoch.map(({ epoch }) => epoch)).to.deep.equal([0, 1, 2]);
      const evaluated = events.evaluation.filter(({ series }) => series === "search");
      expect(evaluated.map(({ split }) => split)).to.deep.equal([
        ...BUDGETS.map(() => "validation"),
        ...BUDGETS.map(() => "test"),
      ]);
      const operations = events.state.filter(({ running }) => running).map(({ operation }) => operation);
      expect(operations.slice(0, 6)).to.deep.equal(["search", "grid", "rival", "controls", "recipes", "comparisons"]);
      for (const { done, total } of events.progress) expect(done).to.be.within(0, total);
    });

    it("does nothing twice", async () => {
      const lines = readJournal(path.join(storage, "undisturbed", "journal.jsonl")).length;
      const reused: boolean[] = [];
      const quiet = study.on("state", (event) => {
        if (!event.running) reused.push(event.reused);
      });
      await wholeStudy(study);
      quiet();
      expect(reused).to.deep.equal([true, true, true, true, true, true]);
      expect(readJournal(path.join(storage, "undisturbed", "journal.jsonl"))).to.have.length(lines);
    });

    it("is read without its model, while it is open", async () => {
      const read = await readStudy(storage, "undisturbed");
      expect(read).to.deep.equal(await study.results());
    });

    it("finds the best schedule within a budget, which evaluates to the same numbers", async () => {
      const { point, mean, schedule } = await study.best({ budget: 0.65 });
      expect(point.cost.normalised).to.be.at.most(0.65);
      const again = await study.evaluate({ layers: LAYERS, ...schedule }, { name: "again" });
      expect(again.divergence.mean).to.be.closeTo(mean.divergence.mean, 1e-12);
      expect(again.meanCounts).to.deep.equal(mean.meanCounts);
      expect(await sentence(study.best({ budget: 0.001 }))).to.match(
        /no configuration within a budget of 0\.001.*cheapest costs/,
      );
    });

    it("keeps a second one out of its folder", async () => {
      expect(await sentence(openTiny(folder, storage, "undisturbed"))).to.match(
        /undisturbed is in use by this process/,
      );
    });

    it("refuses budgets, schedules and training settings that do not fit", async () => {
      expect(await sentence(study.search({ ...SEARCH, budgets: [1.5] }))).to.match(/1\.5.*above the full cost/);
      expect(await sentence(study.search({ ...SEARCH, epochs: 4 }))).to.match(/epochs \(3 there, 4 here\)/);
      expect(await sentence(study.grid({ ...GRID, seed: 1 }))).to.match(/seed \(20260415 there, 1 here\)/);
      expect(await sentence(study.evaluate({ shares: [1, 0.5, 0.6, 0.1] }))).to.match(/rises at layer 2/);
      expect(await sentence(study.evaluate({ shares: [1, 0.5] }))).to.match(/2 shares and the model has 4/);
      expect(await sentence(study.evaluate({ counts: [64, 1, 1, 1] }))).to.match(
        /begins with 64 tokens and the sample has 9/,
      );
    });

    it("evaluates a schedule as counted by hand", async () => {
      const shares = [1, 0.5, 0.5, 0.2];
      const mean = await study.evaluate({ shares });
      expect(mean.meanCounts).to.deep.equal(countsFromShares(shares, 9));
      expect(mean.budget).to.equal(null);
    });
  });

  describe("beside it", () => {
    it("killed at any time and begun again, it gives what the undisturbed run gives", async () => {
      const wanted = withoutTimes(path.join(storage, "undisturbed", "journal.jsonl"));
      const journal = path.join(storage, "killed", "journal.jsonl");
      const random = new Random(3);
      const run = (killAfterLines: number | null) => {
        const child = spawn(process.execPath, [PROGRAM, folder, storage, "killed"], {
          stdio: ["ignore", "ignore", "pipe"],
        });
        let errors = "";
        child.stderr.setEncoding("utf8").on("data", (text: string) => {
          errors += text;
        });
        const ended = once(child, "close") as Promise<[number | null, string | null]>;
        const watch = async () => {
          while (killAfterLines !== null && child.exitCode === null) {
            const lines = fs.existsSync(journal) ? fs.readFileSync(journal, "latin1").split("\n").length : 0;
            if (lines > killAfterLines) {
              await pause(random.integer(0, 150));
              child.kill("SIGKILL");
              return;
            }
            await pause(5);
          }
        };
        return Promise.all([ended, watch()]).then(([[code, signal]]) => ({ code, signal, errors }));
      };
      let killed = 0;
      for (const lines of [2, 4, 9, 16]) {
        if ((await run(lines)).signal === "SIGKILL") killed++;
      }
      expect(killed, "runs that were killed").to.be.at.least(2);
      const { code, errors } = await run(null);
      expect(code, errors).to.equal(0);
      const found = withoutTimes(journal).slice(0, wanted.length);
      // The name alone tells the two apart; the undisturbed study went on to evaluate schedules.
      const comparable = wanted.filter((entry) => (entry as { series?: string }).series !== "schedule");
      expect(JSON.parse(JSON.stringify(found).replace('"name":"killed"', '"name":"undisturbed"'))).to.deep.equal(
        comparable,
      );
    });

    it("stopped between two layers, it goes on to the same numbers in the same process", async () => {
      const study = await openTiny(folder, undefined, "stopped");
      let step = 0;
      const quiet = study.on("progress", ({ part }) => {
        if (part === "training" && ++step === 6) study.stop();
      });
      expect(await rejection(study.search(SEARCH))).to.be.instanceOf(Stopped);
      quiet();
      await study.search(SEARCH);
      const found = (await study.results()).means.filter(({ series }) => series === "search");
      await study.close();
      const { means } = await readStudy(storage, "undisturbed");
      expect(found).to.deep.equal(means.filter(({ series }) => series === "search"));
    });

    it("heeds an abort signal, and closing stops what runs", async () => {
      const study = await openTiny(folder, undefined, "aborted");
      expect(await rejection(study.grid({ ...GRID, signal: AbortSignal.abort() }))).to.be.instanceOf(Stopped);
      const running = rejection(study.search(SEARCH));
      await pause(50);
      await study.close();
      expect(await running).to.be.instanceOf(Stopped);
      expect(await sentence(study.search(SEARCH))).to.match(/closed/);
    });

    it("is not opened with other settings, which are named", async () => {
      const data = await samplesData(path.join(folder, "samples.safetensors"), { sizes: SIZES });
      const options = { model: path.join(folder, "model"), data, storage, name: "undisturbed" };
      expect(await sentence(createStudy({ ...options, selector: "random", seed: 3 }))).to.match(
        /undisturbed .*other settings: the selector \(fastv there, random here\), the seed \(0 there, 3 here\)\..*another name/,
      );
      const fewer = { ...data, test: data.test.slice(1) };
      expect(await sentence(createStudy({ ...options, data: fewer }))).to.match(/other settings: the test samples\./);
      expect(await sentence(createStudy({ ...options, kernel: "linear" }))).to.match(
        /kernel function \(multiStep.* there, linear here\)/,
      );
      expect(await sentence(createStudy({ ...options, name: "../x" }))).to.match(/cannot be called/);
      expect(await sentence(readStudy(storage, "missing"))).to.match(/no study missing/);
    });

    it("searches with another kernel function as a series of its own, and compares in pairs", async () => {
      const study = await openTiny(folder, undefined, "variants");
      await study.search(SEARCH);
      await study.search({ ...SEARCH, kernel: "singleStep" });
      await study.search({ ...SEARCH, conditioning: "constant" });
      await study.compare();
      const { means, comparisons } = await study.results();
      await study.close();
      expect([...new Set(means.map(({ series }) => series))]).to.deep.equal([
        "search",
        "search:singleStep",
        "search:constant",
      ]);
      expect(comparisons.map(({ b, budget }) => `${b} ${budget}`)).to.include.members([
        "search:singleStep 0.1",
        "search:constant 0.3",
      ]);
      for (const { matched } of comparisons) expect(matched).to.equal(true);
    });

    it("trains on more samples than are held, says so, and finds the same", async () => {
      const budgets = [0.3];
      const found = async (preparedMemory: number | undefined) => {
        const warnings: string[] = [];
        const data = await samplesData(path.join(folder, "samples.safetensors"), { sizes: SIZES });
        const lean = await createStudy({
          model: path.join(folder, "model"),
          data,
          warn: (sentence) => warnings.push(sentence),
        });
        await lean.search({ ...SEARCH, budgets, ...(preparedMemory === undefined ? {} : { preparedMemory }) });
        const { means, layerForwards } = await lean.results();
        await lean.close();
        return { counts: means[0].meanCounts, work: layerForwards["search"], warnings };
      };
      const held = await found(undefined);
      const streamed = await found(0);
      expect(held.warnings).to.deep.equal([]);
      expect(streamed.warnings.join()).to.match(/^16 of 16 training samples do not fit in memory/);
      streamed.counts.forEach((count, i) => {
        expect(count).to.be.closeTo(held.counts[i], 0.2);
      });
      // Three epochs through the teacher instead of one.
      expect(streamed.work - held.work).to.equal(2 * SIZES.train * LAYERS);
    });

    it("takes bytes of the cache as budgets, and refuses one below the floor, naming it", async () => {
      const data = await samplesData(path.join(folder, "samples.safetensors"), { sizes: SIZES });
      const study = await createStudy({
        model: path.join(folder, "model"),
        data,
        cost: "kvBytes",
        budgetUnit: "kvBytes",
      });
      expect(await sentence(study.search({ budgets: [100] }))).to.match(/100 \(in bytes.*below the floor of \d+/);
      await study.search({ ...SEARCH, budgets: [5000] });
      const { rows } = await study.results();
      await study.close();
      for (const { cost } of rows) expect(cost.kvBytes).to.be.at.most(5000);
    });

    it("gives the event loop its turn", async () => {
      const study = await openTiny(folder, undefined, "polite");
      const gaps: number[] = [];
      // What other processes of a busy machine take is not this one's work: the shorter of clock and processor time counts.
      const now = () => ({ clock: performance.now(), processor: process.cpuUsage() });
      let last = now();
      const timer = setInterval(() => {
        const { user, system } = process.cpuUsage(last.processor);
        gaps.push(Math.min(performance.now() - last.clock, (user + system) / 1000));
        last = now();
      }, 1);
      await study.search(SEARCH);
      await study.grid(GRID);
      await study.results();
      clearInterval(timer);
      await study.close();
      gaps.sort((a, b) => b - a);
      // Compiling and collecting rubbish stretch some, and so does a machine with more to do than processors.
      const longest = `longest of ${gaps.length}: ${gaps.slice(0, 5).map(Math.round)} ms`;
      expect(gaps[Math.floor(gaps.length / 10)], longest).to.be.below(80);
      expect(gaps[0], longest).to.be.below(400);
    });

    it("leaves no tensor behind", async () => {
      const open = async () => {
        const study = await openTiny(folder, undefined, "clean");
        await study.search({ ...SEARCH, epochs: 1 });
        await study.grid(GRID);
        await study.controls();
        await study.close();
      };
      await open();
      const before = tf.memory().numTensors;
      await open();
      expect(tf.memory().numTensors).to.equal(before);
    });
  });
});
