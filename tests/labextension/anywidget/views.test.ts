import { expect } from "chai";
import { sampleColumns, sampleFrontier } from "../page/frontierSample.js";
import { scheduleSample } from "../schedule/scheduleSample.js";
import type { AnywidgetPage } from "./anywidgetPage.js";
import { plotIn, selectNext, told, widgetIn, withPages } from "./pages.js";

describe("labextension/anywidget", function () {
  this.timeout(60_000);
  const { created } = withPages();

  const selected = (page: AnywidgetPage, view = 0) => plotIn(page, view).getByRole("option", { selected: true });
  const counted = (page: AnywidgetPage, points: number, view = 0) =>
    widgetIn(page, view).getByText(`${points} configurations`).first().waitFor();
  const layer = (page: AnywidgetPage) => widgetIn(page).getByRole("slider", { name: "Layer 3", exact: true });
  /** What can be done with a kernel alone. */
  const asking = (page: AnywidgetPage, isPossible: boolean) =>
    widgetIn(page).getByRole("checkbox", { name: "when a handle is let go", disabled: !isPossible }).waitFor();

  it("draws a frontier and a schedule from a string, without a kernel and without evaluating text", async () => {
    const frontier = await created("frontier", sampleFrontier());
    await frontier.addView();
    await plotIn(frontier).waitFor();
    await widgetIn(frontier).locator("canvas").first().waitFor();
    const schedule = await created("schedule", scheduleSample({ certificate: true, pictures: true }));
    await schedule.addView();
    await layer(schedule).waitFor();
    await asking(schedule, false);
  });

  it("greets with the first view, and tells the kernel what is selected", async () => {
    const page = await created("frontier", sampleFrontier());
    expect(await page.types()).to.deep.equal([]);
    await page.addView();
    expect(await page.types()).to.deep.equal(["hello"]);
    await page.deliver(told(sampleFrontier()));
    await selectNext(page);
    await selected(page).waitFor({ state: "attached" });
    const { state } = await page.message(
      "set",
      ({ state }) => (state as { selected?: unknown }).selected !== undefined,
    );
    expect((state as { selected: unknown }).selected).to.be.a("string");
  });

  it("shows in every view what one of them, or the kernel, has set", async () => {
    const page = await created("frontier", sampleFrontier());
    await page.addView();
    await page.deliver(told(sampleFrontier()));
    await page.addView();
    expect(await page.types()).to.deep.equal(["hello", "hello"]);
    await selectNext(page);
    await selected(page, 1).waitFor({ state: "attached" });
    expect(await selected(page, 1).textContent()).to.equal(await selected(page).textContent());
    await page.deliver({ type: "set", state: { budget: 0.25 } });
    for (const view of [0, 1]) {
      const slider = widgetIn(page, view).getByRole("slider", { name: "Budget" });
      await slider.and(page.page.locator('[aria-valuenow^="0.25"]')).waitFor();
    }
  });

  it("goes on in the other views when one is removed, and says bye with the last", async () => {
    const page = await created("frontier", sampleFrontier({ points: 40 }));
    await page.addView();
    await page.addView();
    await page.deliver(told(sampleFrontier({ points: 40 })));
    await page.removeView(0);
    await page.deliver({ type: "append", points: sampleColumns({ points: 10, first: 40 }), evaluated: 50 });
    await counted(page, 50);
    expect(await page.types()).to.not.include("bye");
    await page.removeView(1);
    expect((await page.types()).at(-1)).to.equal("bye");
    expect(await page.page.locator(".espalier, .espalier-place").count()).to.equal(0);
  });

  it("ends a view of an output that was replaced, which ipywidgets forgets, and no other", async () => {
    const page = await created("frontier", sampleFrontier());
    for (let i = 0; i < 3; i++) await page.addView();
    // Scrolled away perhaps, as far as anybody can tell.
    await page.dropView(0);
    await page.addView();
    const before = await page.leftovers();
    await page.deliver({ type: "replaced" });
    await page.dropView(1);
    await page.addView();
    const left = async () => (await page.leftovers()).modelListeners;
    await plotIn(page, 1).waitFor();
    // What views listen to, apart from the model's own.
    expect((await page.leftovers()).listeners).to.be.below(before.listeners);
    expect(await left()).to.equal(before.modelListeners);
    for (const view of [2, 3]) await page.removeView(view);
    expect(await page.types()).to.not.include("bye");
    await page.removeView(4);
    expect((await page.types()).at(-1)).to.equal("bye");
  });

  it("waits for the data, and misses nothing of what came before a view: it asks for everything again", async () => {
    const page = await created("frontier", null);
    await page.addView();
    expect(await widgetIn(page).count()).to.equal(0);
    await page.update({ data: sampleFrontier({ points: 30 }) });
    await counted(page, 30);
    await page.deliver(told(sampleFrontier({ points: 40 })));
    await page.deliver({ type: "append", points: sampleColumns({ points: 10, first: 40 }), evaluated: 50 });
    await counted(page, 50);
    // What the file holds is less than what the kernel has told.
    await page.update({ data: sampleFrontier({ points: 30 }) });
    await page.addView();
    expect((await page.types()).at(-1)).to.equal("hello");
    await page.deliver(told(sampleFrontier({ points: 50 })));
    for (const view of [0, 1]) await counted(page, 50, view);
  });

  it("has an answer to a question in the view that asked", async () => {
    const page = await created("schedule", scheduleSample());
    await page.addView();
    await page.deliver(told(scheduleSample(), { shares: null }));
    await layer(page).focus();
    await page.page.keyboard.press("PageDown");
    const asked = await page.message("request");
    expect(asked["what"]).to.have.property("name", "evaluate");
    await page.deliver({ type: "reply", number: asked["number"], error: "It was not to be." });
    await widgetIn(page).getByText("It was not to be.").first().waitFor();
  });

  it("stays when the program closes it or its comm is lost, and goes when the model does", async () => {
    const page = await created("schedule", scheduleSample());
    await page.addView();
    await asking(page, false);
    const greeted = async () => {
      await page.deliver(told(scheduleSample(), { shares: null }));
      await asking(page, true);
    };
    await greeted();
    await page.deliver({ type: "closed" });
    await asking(page, false);
    await page.find();
    await greeted();
    await page.lose();
    await asking(page, false);
    await layer(page).waitFor();
    const before = (await page.types()).length;
    await page.find();
    expect((await page.types()).slice(before)).to.deep.equal(["hello"]);
    await greeted();
    await page.destroy();
    expect(await widgetIn(page).count()).to.equal(0);
  });

  it("gives up what it has asked when the kernel is gone, also where nobody says so", async () => {
    const page = await created("schedule", scheduleSample());
    await page.addView();
    const edit = async () => {
      await page.deliver(told(scheduleSample(), { shares: null }));
      await layer(page).focus();
      await page.page.keyboard.press("PageDown");
    };
    await edit();
    await page.message("request");
    await page.lose();
    await widgetIn(page).getByText("The kernel is gone; run the cell again.").first().waitFor();
    await page.find();
    await page.deliver(told(scheduleSample(), { shares: null }));
    await asking(page, true);
    await page.refuse();
    await edit();
    await asking(page, false);
  });

  it("leaves nothing behind", async () => {
    const page = await created("frontier", sampleFrontier());
    const before = { ...(await page.leftovers()), modelListeners: 0 };
    for (const view of [0, 1]) {
      await page.addView();
      await widgetIn(page, view).locator("canvas").first().waitFor();
    }
    await page.deliver(told(sampleFrontier()));
    await page.destroy();
    let left = await page.leftovers();
    for (let looks = 0; looks < 100 && JSON.stringify(left) !== JSON.stringify(before); looks++) {
      await page.page.waitForTimeout(50);
      left = await page.leftovers();
    }
    expect(left).to.deep.equal(before);
  });

  it("gives files out by a link that the page can hear", async () => {
    const page = await created("schedule", scheduleSample());
    await page.addView();
    const download = page.page.waitForEvent("download");
    await widgetIn(page).getByRole("button", { name: /SVG/ }).first().click();
    expect((await download).suggestedFilename()).to.equal("schedule.svg");
    expect(await page.read("clicked")).to.deep.equal(["schedule.svg"]);
  });
});
