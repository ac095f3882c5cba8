import fs from "node:fs";
import path from "node:path";
import { expect } from "chai";
import {
  FRONTIER_MIME,
  readCertificateReply,
  readEvaluated,
  readFrontier,
  readSchedule,
  SCHEDULE_MIME,
} from "../../../labextension/src/data/index.js";
import { predictCost, type Results, type Study, samplesData } from "../../../src/index.js";
import { createStudy } from "../../../src/notebook/createStudy.js";
import { type FrontierView, type ScheduleView, schedule, show } from "../../../src/notebook/widgets/index.js";
import { SEARCH, SIZES } from "../../study/runStudy.js";
import { temporaryFolder, writeTiny } from "../../study/tiny.js";
import { fakeKernel } from "../fakeKernel.js";
import { frontEnd, shownData } from "./frontEnd.js";

describe("notebook/widgets/scheduleView", function () {
  this.timeout(120_000);
  let folder: string;
  let results: Results;
  const open: (Study | FrontierView | ScheduleView)[] = [];

  before(async () => {
    folder = temporaryFolder();
    await writeTiny(folder, SIZES);
    fakeKernel();
    const study = await opened();
    await study.search(SEARCH);
    results = await study.results();
  });
  afterEach(async () => {
    for (const one of open.splice(0).reverse()) await one.close();
  });
  after(() => fs.rmSync(folder, { recursive: true, force: true }));

  async function opened(): Promise<Study> {
    const data = await samplesData(path.join(folder, "samples.safetensors"), { sizes: SIZES });
    const study = await createStudy({ model: path.join(folder, "model"), data, name: "s" });
    open.push(study);
    return study;
  }

  const halves = (layers: number) => [1, ...new Array<number>(layers - 1).fill(0.5)];

  it("shows means, best schedules, files and shares alike, as a bundle that is drawn everywhere", async () => {
    const kernel = fakeKernel();
    const [first, second] = results.means as [Results["means"][0], Results["means"][0]];
    const file = { common: { shares: halves(results.model.layers) }, samples: new Map() };
    const view = schedule([first, second, file, { shares: halves(results.model.layers) }]);
    open.push(view);
    await kernel.displays.settled();
    const bundle = shownData(kernel, SCHEDULE_MIME).at(-1)!;
    for (const type of ["application/vnd.vegalite.v5+json", "image/svg+xml", "image/png", "text/plain"])
      expect(bundle).to.have.property(type);
    const data = readSchedule(bundle[SCHEDULE_MIME]);
    expect(data.layers).to.equal(results.model.layers);
    expect(data.schedules.map(({ id }) => id)).to.deep.equal([
      `${first.series}/${first.configuration}`,
      `${second.series}/${second.configuration}`,
      "schedule",
      "schedule (2)",
    ]);
    expect(data.schedules[0]!.divergence).to.be.closeTo(first.divergence.mean, 1e-4);
    expect(data.prediction).to.equal(null);
    expect(view.shares[1]).to.be.closeTo(first.meanCounts[1]! / first.visualTokens, 1e-9);
  });

  it("predicts the cost that evaluating gives, evaluates what is let go, and adds it to the linked frontier", async () => {
    const kernel = fakeKernel();
    const study = await opened();
    await study.search(SEARCH);
    const linked = show(study);
    const shares = halves(study.facts.layers);
    const view = schedule({ shares }, { frontier: linked });
    open.push(linked, view);
    await kernel.displays.settled();
    const end = frontEnd(kernel, view.id);
    const frontierEnd = frontEnd(kernel, linked.id);
    for (const one of [end, frontierEnd]) one.send({ type: "hello" });
    const data = readSchedule(end.of("state")[0]!.data);
    expect(data.frontier).to.equal(linked.id);
    const heard: unknown[] = [];
    view.on("shares", (value) => heard.push(value));
    view.on("evaluated", ({ configuration }) => heard.push(configuration));
    end.send({ type: "set", state: { shares } });
    const wanted = [1, ...shares.slice(1).map((share) => share / 2)];
    end.send({ type: "set", state: { shares: wanted } });
    const reply = await end.reply(1, { name: "evaluate", shares: wanted });
    const { schedule: row } = readEvaluated((reply as { value: unknown }).value, data.layers);
    expect(heard[0]).to.deep.equal(wanted);
    expect(heard[1]).to.equal(row.label);
    expect(view.shares).to.deep.equal(wanted);
    // Counts are whole, so the prediction is off by rounding.
    expect(row.cost).to.be.closeTo(predictCost(study.costPrediction(), row.shares), 0.02);
    await kernel.displays.settled();
    const points = (frontierEnd.of("state").at(-1)!.data as { points: { label: string[] } }).points.label;
    expect(points).to.include(row.label);
  });

  it("prices layers on request, and refuses rising shares and what it has no study for", async () => {
    const kernel = fakeKernel();
    const study = await opened();
    const view = schedule({ shares: halves(study.facts.layers) }, { study });
    const alone = schedule({ shares: halves(4) });
    open.push(view, alone);
    const end = frontEnd(kernel, view.id);
    const reply = await end.reply(1, { name: "certificate", id: "schedule" });
    const certificate = readCertificateReply((reply as { value: unknown }).value, study.facts.layers);
    expect(certificate.more.price).to.have.length(study.facts.layers);
    expect(Number.isNaN(certificate.more.price[0])).to.equal(true);
    end.send({ type: "set", state: { shares: [1, 0.1, 0.9, 0.1].slice(0, study.facts.layers) } });
    expect(view.shares).to.deep.equal(halves(study.facts.layers));
    expect(() => {
      view.shares = [0.5];
    }).to.throw(/layers/);
    const refused = await frontEnd(kernel, alone.id).reply(2, { name: "evaluate", shares: halves(4) });
    expect((refused as { error: string }).error).to.match(/give the study/);
    expect(() => schedule([{ shares: [1, 0.5] }, { shares: [1] }])).to.throw(/show schedules of one model together/);
  });

  it("follows the linked frontier's selection and budget", async () => {
    const kernel = fakeKernel();
    const study = await opened();
    await study.search(SEARCH);
    const linked = show(study);
    const view = schedule({ shares: halves(study.facts.layers) }, { frontier: linked });
    open.push(linked, view);
    const end = frontEnd(kernel, view.id);
    end.send({ type: "hello" });
    const id = `search/search@${SEARCH.budgets[0]}`;
    frontEnd(kernel, linked.id).send({ type: "set", state: { selected: id, budget: 0.4 } });
    expect(readSchedule(end.of("state").at(-1)!.data).schedules.map((one) => one.id)).to.deep.equal(["schedule", id]);
    expect(end.of("set").at(-1)!.state).to.deep.equal({ selected: id, budget: 0.4 });
    linked.budget = 0.7;
    expect(end.of("set").at(-1)!.state, "what the program sets").to.deep.equal({ budget: 0.7 });
    view.close();
    linked.budget = 0.8;
    expect(end.of("set").at(-1)!.state).to.deep.equal({ budget: 0.7 });
  });

  it("selects on the linked frontier what is chosen among the schedules", async () => {
    const kernel = fakeKernel();
    const study = await opened();
    await study.search(SEARCH);
    const linked = show(study);
    const means = (await study.results()).means.filter(({ series }) => series === "search");
    const view = schedule([{ shares: halves(study.facts.layers) }, ...means], { frontier: linked });
    open.push(linked, view);
    const [end, frontierEnd] = [frontEnd(kernel, view.id), frontEnd(kernel, linked.id)];
    for (const one of [end, frontierEnd]) one.send({ type: "hello" });
    const heard: unknown[] = [];
    linked.on("selected", (one) => heard.push(one?.configuration));
    const id = `search/search@${SEARCH.budgets[1]}`;
    end.send({ type: "set", state: { selected: id } });
    expect(frontierEnd.of("set").map(({ state }) => state)).to.deep.equal([{ selected: id }]);
    expect(heard).to.deep.equal([`search@${SEARCH.budgets[1]}`]);
    expect(end.of("set"), "who has set it is not told").to.deep.equal([]);
    end.send({ type: "set", state: { selected: "schedule" } });
    expect((await linked.selected())?.configuration, "no point of the frontier").to.equal(heard[0]);
  });

  for (const unit of ["kvBytes", "exactFlops", "share", "textOnly"] as const) {
    it(`counts costs as the linked frontier's first axis does, where its budget stands (${unit})`, async () => {
      const kernel = fakeKernel();
      const study = await opened();
      const shares = halves(study.facts.layers);
      const mean = await study.evaluate({ shares });
      const linked = show(study, { unit });
      const view = schedule(mean, { frontier: linked });
      open.push(linked, view);
      await kernel.displays.settled();
      const data = readSchedule(shownData(kernel, SCHEDULE_MIME).at(-1)![SCHEDULE_MIME]);
      const axis = readFrontier(shownData(kernel, FRONTIER_MIME).at(-1)![FRONTIER_MIME]).costs[0];
      expect(data.costAxis).to.deep.equal(axis);
      const { cost } = data.schedules[0]!;
      expect(cost).to.be.closeTo(mean.cost[unit], 1e-4 * mean.cost[unit]);
      // Counts are whole, so the prediction is off by rounding.
      expect(predictCost(data.prediction!, shares) / cost!).to.be.closeTo(1, 0.1);
    });
  }
});
