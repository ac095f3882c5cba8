import { expect } from "chai";
import { sampleColumns, sampleFrontier } from "../page/frontierSample.js";
import { detailsOf, pinsOf, plotOf, SETTLED_MS, withPages } from "./frontierPage.js";

describe("labextension/frontier widget: what the kernel says", function () {
  this.timeout(120_000);
  const { mounted } = withPages();

  it("grows with what is appended, and tells how far the study is and lets it be stopped", async () => {
    const widget = await mounted(sampleFrontier({ points: 60 }), { live: true });
    const status = widget.page.locator(".espalier-status");
    expect(await status.textContent()).to.include("60 configurations");
    const options = await plotOf(widget).getByRole("option").count();
    const progress = { label: "search", done: 3, total: 12, left: 65 };
    await widget.deliver({ type: "status", running: "search", progress });
    await widget.deliver({ type: "append", points: sampleColumns({ first: 60, points: 200 }), evaluated: 260 });
    await widget.page.waitForTimeout(1_200);
    expect(await status.textContent()).to.match(/260 configurations.*search: 3 of 12, about 1 min left/);
    expect(await plotOf(widget).getByRole("option").count()).to.be.above(options);
    await widget.page.getByRole("button", { name: "Stop" }).click();
    expect(await widget.sent()).to.deep.equal([{ type: "stop" }]);
    await widget.deliver({ type: "status", running: null, progress: null });
    await widget.drawn();
    expect(await widget.page.getByRole("button", { name: "Stop" }).isVisible()).to.equal(false);
  });

  it("says so when a message cannot be read, and draws on", async () => {
    const widget = await mounted(sampleFrontier(), { live: true });
    await widget.deliver({ type: "append", points: { label: ["a"] }, evaluated: 1 });
    await widget.deliver({ type: "status", running: 7 });
    await widget.deliver("nonsense");
    await widget.drawn();
    expect(await widget.page.locator(".espalier-message").textContent()).to.match(/cannot be read.*running should be/);
    expect(await widget.page.locator(".espalier-status").textContent()).to.include("120 configurations");
  });

  it("asks for a comparison of two pins, and shows the difference with its interval", async () => {
    const pinned = ["search/search-4", "grid/grid-9"];
    const widget = await mounted(sampleFrontier(), { live: true, state: { pinned } });
    const request = (await widget.sent()).find(({ type }) => type === "request")!;
    expect(request["what"]).to.deep.equal({ name: "compare", a: pinned[0], b: pinned[1] });
    expect(await pinsOf(widget).textContent()).to.include("Comparing");
    const difference = { a: pinned[0], b: pinned[1], metric: "divergence", difference: -0.12, low: -0.2, high: -0.04 };
    const rest = { p: 0.004, samples: 64, matched: false, verdict: "a better" };
    const value = { differences: [{ ...difference, ...rest }] };
    await widget.deliver({ type: "reply", number: request["number"], value });
    await widget.drawn();
    const text = (await pinsOf(widget).textContent())!.replaceAll("\u00a0", " ");
    expect(text).to.include("−0.12 nats (−0.2 to −0.04)");
    expect(text).to.include("A is better");
    expect(text).to.include("p = 0.004, 64 samples, at different cost");
    await widget.page.getByRole("button", { name: "Unpin A" }).click();
    expect(await widget.get("pinned")).to.deep.equal([pinned[1]]);
  });

  it("says what the kernel could not compare", async () => {
    const pinned = ["search/search-4", "grid/grid-9"];
    const widget = await mounted(sampleFrontier(), { live: true, state: { pinned } });
    const [request] = await widget.sent();
    await widget.deliver({
      type: "reply",
      number: request!["number"],
      error: "They were not scored on the same samples.",
    });
    await widget.drawn();
    expect(await pinsOf(widget).textContent()).to.include("They were not scored on the same samples.");
  });

  it("shows comparisons of the data without a kernel", async () => {
    const one = { a: "grid/grid-9", b: "search/search-4", metric: "divergence", difference: 0.5, low: 0.4, high: 0.6 };
    const comparisons = [{ ...one, p: null, samples: 64, matched: true, verdict: "b better" }];
    const data = { ...sampleFrontier(), comparisons, pinned: ["search/search-4", "grid/grid-9"] };
    const widget = await mounted(data);
    expect(await pinsOf(widget).textContent()).to.include("A is better");
    await widget.set("pinned", ["search/search-4", "search/search-8"]);
    await widget.drawn();
    expect(await pinsOf(widget).textContent()).to.include("run the cell again to compare them");
    expect(await widget.sent()).to.deep.equal([]);
  });

  it("has the budget evaluated, and selects what comes of it", async () => {
    const widget = await mounted(sampleFrontier(), { live: true, state: { budget: 0.42 } });
    await widget.page.getByRole("button", { name: "Evaluate at this budget" }).click();
    const [request] = await widget.sent();
    expect(request!["what"]).to.deep.equal({ name: "evaluateBudget", budget: 0.42 });
    await widget.page.getByRole("button", { name: "Cancel" }).click();
    expect((await widget.sent())[1]).to.deep.equal({ type: "cancel", number: request!["number"] });
    await widget.page.getByRole("button", { name: "Evaluate at this budget" }).click();
    const again = (await widget.sent())[2]!;
    const points = sampleColumns({ first: 120, points: 1 });
    await widget.deliver({ type: "append", points, evaluated: 121 });
    const schedule = {
      id: "search/search-120",
      label: "search-120",
      shares: [1, 0.5],
      cost: 0.4,
      divergence: 0.1,
      accuracy: 1,
    };
    await widget.deliver({ type: "reply", number: again["number"], value: { schedule } });
    await widget.drawn();
    expect(await widget.get("selected")).to.equal("search/search-120");
    expect(await detailsOf(widget).textContent()).to.include("search-120");
  });

  it("says why a budget could not be evaluated, until it is tried again", async () => {
    const widget = await mounted(sampleFrontier(), { live: true, state: { budget: 0.42 } });
    const evaluate = widget.page.getByRole("button", { name: "Evaluate at this budget" });
    const message = widget.page.locator(".espalier-message");
    await evaluate.click();
    const [request] = await widget.sent();
    const error = "The study is closed; open it again.";
    await widget.deliver({ type: "reply", number: request!["number"], error });
    await widget.drawn();
    expect(await message.textContent()).to.equal(error);
    await evaluate.click();
    await widget.drawn();
    expect(await message.isVisible()).to.equal(false);
  });

  it("asks what a configuration keeps where the data do not say", async () => {
    const widget = await mounted(sampleFrontier(), { live: true, state: { selected: "grid/grid-9" } });
    const [request] = await widget.sent();
    expect(request!["what"]).to.deep.equal({ name: "schedule", id: "grid/grid-9" });
    const schedule = {
      id: "grid/grid-9",
      label: "grid-9",
      shares: [1, 0.5, 0.25],
      cost: null,
      divergence: null,
      accuracy: null,
    };
    await widget.deliver({ type: "reply", number: request!["number"], value: { schedule } });
    await widget.drawn();
    expect(
      await widget.page.getByRole("img", { name: /100\s% at the first of 3 layers, 25\s% at the last/ }).count(),
    ).to.equal(1);
  });

  it("draws a study that has not evaluated anything yet", async () => {
    const widget = await mounted(sampleFrontier({ points: 0 }), { live: true });
    await plotOf(widget).focus();
    for (const key of ["ArrowRight", "Enter", "p", "+", "Escape"]) await widget.page.keyboard.press(key);
    await widget.deliver({ type: "append", points: sampleColumns({ points: 30 }), evaluated: 30 });
    await widget.page.waitForTimeout(SETTLED_MS);
    expect(await plotOf(widget).getByRole("option").count()).to.be.above(3);
  });
});
