import fs from "node:fs";
import path from "node:path";
import { expect } from "chai";
import {
  FRONTIER_MIME,
  readAppended,
  readDifferences,
  readEvaluated,
  readFrontier,
} from "../../../labextension/src/data/index.js";
import { type Results, type Study, samplesData } from "../../../src/index.js";
import { createStudy } from "../../../src/notebook/createStudy.js";
import { type FrontierView, frontier, show } from "../../../src/notebook/widgets/index.js";
import { SEARCH, SIZES } from "../../study/runStudy.js";
import { temporaryFolder, writeTiny } from "../../study/tiny.js";
import { fakeKernel } from "../fakeKernel.js";
import { frontEnd, shownData } from "./frontEnd.js";

describe("notebook/widgets/frontierView", function () {
  this.timeout(120_000);
  let folder: string;
  let results: Results;
  const open: (Study | FrontierView)[] = [];

  before(async () => {
    folder = temporaryFolder();
    await writeTiny(folder, SIZES);
    fakeKernel();
    const study = await opened();
    await study.search(SEARCH);
    await study.controls({ budgets: SEARCH.budgets });
    await study.compare({ budgets: SEARCH.budgets });
    results = await study.results();
  });
  afterEach(async () => {
    for (const one of open.splice(0)) await one.close();
  });
  after(() => fs.rmSync(folder, { recursive: true, force: true }));

  async function opened(): Promise<Study> {
    const data = await samplesData(path.join(folder, "samples.safetensors"), { sizes: SIZES });
    const study = await createStudy({ model: path.join(folder, "model"), data, name: "s" });
    open.push(study);
    return study;
  }

  it("shows results as a bundle that every front end can draw, and is no result itself", async () => {
    const kernel = fakeKernel();
    const view = frontier(results);
    open.push(view);
    await kernel.displays.settled();
    const bundles = shownData(kernel, FRONTIER_MIME);
    expect(bundles).to.have.length(2);
    const data = readFrontier(bundles.at(-1)![FRONTIER_MIME]);
    expect(data.widget).to.equal(view.id);
    expect(data.points.length).to.equal(results.means.length);
    expect(data.series.map(({ name }) => name)).to.include.members(["search", "control:random"]);
    expect(data.comparisons.length).to.be.at.least(1);
    for (const type of ["application/vnd.vegalite.v5+json", "image/svg+xml", "image/png", "text/plain"])
      expect(bundles.at(-1)).to.have.property(type);
    const first = data.points.id.indexOf(`search/${results.frontier[0]!.configuration}`);
    expect(data.points.metrics.get("divergence")!.value[first]).to.be.closeTo(
      results.frontier[0]!.divergence.mean,
      1e-4,
    );
    expect(data.points.metrics.get("divergence")!.low![first]).to.be.closeTo(results.frontier[0]!.divergence.low, 1e-4);
  });

  it("says nothing through its comm before somebody greets, then everything", () => {
    const kernel = fakeKernel();
    const view = frontier(results);
    open.push(view);
    const end = frontEnd(kernel, view.id);
    view.budget = 0.5;
    expect(end.messages()).to.deep.equal([]);
    end.send({ type: "hello" });
    const [state] = end.of("state");
    expect(readFrontier(state!.data).budget).to.equal(0.5);
    expect(state!.state).to.deep.equal({ selected: null, budget: 0.5, pinned: [], brushed: [] });
  });

  it("gives the program what the user selects, and the user what the program sets", async () => {
    const kernel = fakeKernel();
    const view = frontier(results);
    open.push(view);
    const end = frontEnd(kernel, view.id);
    end.send({ type: "hello" });
    const { series, configuration } = results.frontier[0]!;
    const heard: unknown[] = [];
    view.on("selected", (one) => heard.push(one?.configuration));
    view.on("budget", (one) => heard.push(one));
    end.send({ type: "set", state: { selected: `${series}/${configuration}`, budget: 0.25 } });
    const selected = await view.selected();
    expect(selected).to.include({ series, configuration });
    expect(selected!.divergence).to.deep.equal(results.frontier[0]!.divergence);
    expect(selected!.shares).to.have.length(results.model.layers);
    expect(heard).to.deep.equal([configuration, 0.25]);
    expect(end.of("set")).to.deep.equal([]);
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    const saved = shownData(kernel, FRONTIER_MIME).at(-1)!;
    expect(readFrontier(saved[FRONTIER_MIME]).selected).to.equal(`${series}/${configuration}`);
    expect(saved, "the figure stays").to.have.property("image/svg+xml");
    view.budget = 0.75;
    view.pin(
      { configuration },
      {
        series: "control:random",
        configuration: results.means.find((one) => one.series === "control:random")!.configuration,
      },
    );
    expect(end.of("set").map(({ state }) => Object.keys(state))).to.deep.equal([["budget"], ["pinned"]]);
    expect(view.pinned.map((one) => one.series)).to.deep.equal(["search", "control:random"]);
    expect(heard).to.have.length(2);
  });

  it("tells back what it does not take, and passes over messages that are none", () => {
    const kernel = fakeKernel();
    const view = frontier(results);
    open.push(view);
    const end = frontEnd(kernel, view.id);
    end.send({ type: "hello" });
    end.send({ type: "set", state: { selected: "search/none" } });
    expect(end.of("set")).to.deep.equal([{ type: "set", state: { selected: null } }]);
    for (const bad of [
      {},
      { type: 3 },
      { type: "set" },
      { type: "set", state: { budget: "1" } },
      { type: "request" },
      { type: "cancel", number: {} },
    ])
      end.send(bad);
    expect(kernel.errors).to.deep.equal([]);
    expect(view.budget).to.equal(null);
  });

  it("compares two configurations in pairs", async () => {
    const kernel = fakeKernel();
    const view = frontier(results);
    open.push(view);
    const end = frontEnd(kernel, view.id);
    end.send({ type: "hello" });
    const [a, b] = ["search", "control:random"].map((series) => results.means.find((one) => one.series === series)!);
    const reply = await end.reply(7, {
      name: "compare",
      a: `${a!.series}/${a!.configuration}`,
      b: `${b!.series}/${b!.configuration}`,
    });
    const [divergence] = readDifferences((reply as { value: unknown }).value);
    expect(divergence!.metric).to.equal("divergence");
    expect(divergence!.difference).to.be.closeTo(a!.divergence.mean - b!.divergence.mean, 1e-4);
    const refused = await end.reply(8, { name: "evaluateBudget", budget: 0.4 });
    expect((refused as { error: string }).error).to.match(/results without a model/);
  });

  it("streams a study's evaluations while it searches, and ends with intervals", async () => {
    const kernel = fakeKernel();
    const study = await opened();
    const view = show(study);
    open.push(view);
    const end = frontEnd(kernel, view.id);
    end.send({ type: "hello" });
    const [empty] = end.of("state");
    const data = readFrontier(empty!.data);
    expect(data.points.length).to.equal(0);
    await study.search(SEARCH);
    await kernel.displays.settled();
    expect(end.of("append").length + end.of("state").length).to.be.at.least(3);
    expect(end.of("status").some(({ running }) => running === "search")).to.equal(true);
    const last = readFrontier(end.of("state").at(-1)!.data);
    expect([...last.points.label]).to.include.members(SEARCH.budgets.map((budget) => `search@${budget}`));
    expect([...last.points.metrics.get("divergence")!.low!].every(Number.isFinite)).to.equal(true);
    const { hypervolume } = last;
    expect(hypervolume!.cost).to.have.length(SEARCH.budgets.length);
    expect([...hypervolume!.value]).to.deep.equal([...hypervolume!.value].sort((a, b) => a - b));
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    const whole = shownData(kernel, FRONTIER_MIME).at(-1)!;
    expect(whole).to.have.property("image/png");
    expect(readFrontier(whole[FRONTIER_MIME]).points.length).to.equal(last.points.length);
  });

  it("appends points that read as the rest does", async () => {
    const kernel = fakeKernel();
    const study = await opened();
    await study.search({ ...SEARCH, budgets: SEARCH.budgets.slice(0, 1) });
    const view = show(study);
    open.push(view);
    await kernel.displays.settled();
    const end = frontEnd(kernel, view.id);
    end.send({ type: "hello" });
    const data = readFrontier(end.of("state")[0]!.data);
    await study.evaluate({ shares: new Array(study.facts.layers).fill(1) });
    await study.evaluate({ shares: [1, ...new Array(study.facts.layers - 1).fill(0.5)] });
    await kernel.displays.settled();
    const appended = end
      .of("append")
      .map((message) => readAppended(message, { ...data, series: [...data.series, data.series[0]!] }));
    const state = readFrontier(end.of("state").at(-1)!.data);
    expect(state.series.map(({ name }) => name)).to.include("schedule");
    expect(appended.every(({ points }) => points.length > 0)).to.equal(true);
  });

  it("evaluates a schedule and a budget on request, and a request can be cancelled", async () => {
    const kernel = fakeKernel();
    const study = await opened();
    await study.search(SEARCH);
    const view = show(study);
    open.push(view);
    const end = frontEnd(kernel, view.id);
    end.send({ type: "hello" });
    const shares = [1, ...new Array(study.facts.layers - 1).fill(0.25)];
    const reply = await end.reply(1, { name: "evaluate", shares });
    expect((reply as { error?: string }).error).to.equal(undefined);
    const { schedule } = readEvaluated((reply as { value: unknown }).value, study.facts.layers);
    expect(schedule.shares[1]).to.be.closeTo(0.25, 0.05);
    expect(schedule.divergence).to.be.a("number");
    const refused = await end.reply(2, { name: "evaluate", shares: [0.5] });
    expect((refused as { error: string }).error).to.match(/layers/);
    const cancelled = end.reply(3, { name: "evaluate", shares: [1, ...new Array(study.facts.layers - 1).fill(0.125)] });
    end.send({ type: "cancel", number: 3 });
    expect(await cancelled).to.have.property("error", "It was stopped; what is finished is kept.");
  });

  it("evaluates a budget with the training that the study has, whatever its settings", async () => {
    const kernel = fakeKernel();
    const study = await opened();
    const training = { epochs: 1, scouts: 0, batch: 3, trainedBudgets: [0.2, 0.7], lagrangian: { penalty: 3 } };
    await study.search({ budgets: [0.3], ...training });
    const view = show(study);
    open.push(view);
    const end = frontEnd(kernel, view.id);
    end.send({ type: "hello" });
    const trained = (await study.snapshot()).layerForwards["search"];
    const reply = await end.reply(1, { name: "evaluateBudget", budget: 0.42 });
    expect((reply as { error?: string }).error).to.equal(undefined);
    expect(readEvaluated((reply as { value: unknown }).value, study.facts.layers).schedule.id).to.equal(
      "search/search@0.42",
    );
    expect((await view.selected())?.budget).to.equal(0.42);
    expect((await study.snapshot()).layerForwards["search"], "nothing is trained again").to.equal(trained);
  });

  it("trains for a budget where nothing is trained yet", async () => {
    const kernel = fakeKernel();
    const study = await opened();
    const view = show(study);
    open.push(view);
    const end = frontEnd(kernel, view.id);
    end.send({ type: "hello" });
    const reply = await end.reply(1, { name: "evaluateBudget", budget: 0.5 });
    expect((reply as { error?: string }).error).to.equal(undefined);
    expect((await view.selected())?.configuration).to.equal("search@0.5");
  });

  it("says why it cannot evaluate a budget of another unit", async () => {
    const kernel = fakeKernel();
    const study = await opened();
    await study.search(SEARCH);
    const view = show(study, { unit: "kvBytes" });
    open.push(view);
    const end = frontEnd(kernel, view.id);
    end.send({ type: "hello" });
    const refused = await end.reply(1, { name: "evaluateBudget", budget: 1e5 });
    expect((refused as { error: string }).error).to.match(/axis "KV cache.*\{ unit: "normalised" \}/);
  });

  it("refuses what is not there", () => {
    fakeKernel();
    const view = frontier(results);
    open.push(view);
    expect(() => view.select({ configuration: "none" })).to.throw(/There is no configuration "none"/);
    expect(() => {
      view.budget = Number.NaN;
    }).to.throw(/not a number/);
    expect(() => frontier([])).to.throw(/no configuration to show/);
  });
});
