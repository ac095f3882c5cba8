import { expect } from "chai";
import { FRONTIER_MIME, readFrontier } from "../../../labextension/src/data/index.js";
import { EMBEDDED_DIRECTORY, embeddedData, Processor, type Study } from "../../../src/index.js";
import { createStudy } from "../../../src/notebook/createStudy.js";
import { frontier, show } from "../../../src/notebook/widgets/index.js";
import { fakeKernel } from "../fakeKernel.js";
import { shownData } from "./frontEnd.js";

describe("notebook/widgets, a study of several benchmarks", function () {
  this.timeout(120_000);
  let study: Study;
  /** Of the samples, by benchmark. */
  const shares = new Map<string, number>();
  before(async () => {
    fakeKernel();
    const processor = await Processor.fromDirectory(EMBEDDED_DIRECTORY);
    const data = await embeddedData(processor, { sizes: { train: 4, validation: 3, test: 12 } });
    for (const { task } of data.test) shares.set(task, (shares.get(task) ?? 0) + 1 / data.test.length);
    study = await createStudy({ model: EMBEDDED_DIRECTORY, data });
    await study.search({ budgets: [0.2, 0.6], epochs: 1, scouts: 0 });
  });
  after(() => study.close());

  async function dataOf(of: Parameters<typeof frontier>[0]) {
    const kernel = fakeKernel();
    const view = frontier(of);
    await kernel.displays.settled();
    view.close();
    return readFrontier(shownData(kernel, FRONTIER_MIME).at(-1)![FRONTIER_MIME]);
  }

  it("has an axis for the accuracy of each", async () => {
    const data = await dataOf(study);
    const keys = [...shares.keys()].map((task) => `accuracy:${task}`);
    expect(keys).to.include("accuracy:count").and.have.length.above(2);
    const whole = (of: (key: string) => number) =>
      [...shares].reduce((sum, [task, share]) => sum + share * of(`accuracy:${task}`), 0);
    expect(data.metrics.map(({ key }) => key)).to.have.members(["divergence", "accuracy", ...keys]);
    expect(data.metrics.find(({ key }) => key === "accuracy:count")).to.include({
      better: "higher",
      format: "percent",
    });
    expect(data.metrics.find(({ key }) => key === "accuracy:count")!.label).to.equal("Accuracy: count");
    const values = (key: string) => [...data.points.metrics.get(key)!.value];
    expect(values("accuracy")).to.have.length(2);
    values("accuracy").forEach((accuracy, i) => {
      expect(whole((key) => values(key)[i]!)).to.be.closeTo(accuracy, 1e-3);
    });
    const { unpruned } = data;
    expect(whole((key) => unpruned.get(key)!)).to.be.closeTo(unpruned.get("accuracy")!, 1e-3);
  });

  it("tells them of configurations that are appended", async () => {
    const kernel = fakeKernel();
    const view = show(study);
    await kernel.displays.settled();
    await study.evaluate({ shares: Array.from({ length: study.facts.layers }, (_, i) => (i < 2 ? 1 : 0.5)) });
    await kernel.displays.settled();
    view.close();
    const { points } = readFrontier(shownData(kernel, FRONTIER_MIME).at(-1)![FRONTIER_MIME]);
    expect([...points.metrics.get("accuracy:count")!.value].every(Number.isFinite)).to.equal(true);
  });

  it("has none in results, which do not say of which benchmark a sample is", async () => {
    const data = await dataOf(await study.results());
    expect(data.metrics.map(({ key }) => key)).to.deep.equal(["divergence", "accuracy"]);
  });
});
