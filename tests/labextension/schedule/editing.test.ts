import { expect } from "chai";
import { dragHandle, gripOf, handleOf, shareOf, withPages } from "./page.js";
import { sampleCost, sampleSchedules, scheduleSample } from "./scheduleSample.js";

/** Height of the plot: a pixel is a share of 1/210. */
const PLOT = 210;

describe("editing a schedule", () => {
  const open = withPages();
  const stepped = sampleSchedules(12)[0]!.shares;

  it("draws a handle a layer, one of them a stop of the Tab key", async () => {
    const page = await open();
    expect(await page.page.getByRole("slider", { name: /^Layer \d/ }).count()).to.equal(12);
    expect(await page.page.locator("[role=slider][tabindex='0']").count()).to.equal(1);
    expect(await handleOf(page, 7).getAttribute("aria-valuetext")).to.equal(
      "layer 7: 41 % of the visual tokens, 59 of 144",
    );
    expect(await handleOf(page, 0).getAttribute("aria-disabled")).to.equal("true");
    expect(await handleOf(page, 0).getAttribute("aria-valuetext")).to.match(/layer 0 sees the whole picture/);
  });

  it("is dragged: later layers go along downwards, and the model hears of it at the end", async () => {
    const page = await open();
    await dragHandle(page, 6, 0.21 * PLOT, false);
    expect(await shareOf(page, 6)).to.be.closeTo(20, 0.6);
    expect(await shareOf(page, 8)).to.equal(await shareOf(page, 6));
    expect(await shareOf(page, 5)).to.equal(75);
    expect(await shareOf(page, 9)).to.equal(12.5);
    expect([await page.get("shares"), await page.saves()]).to.deep.equal([null, 0]);
    await page.page.mouse.up();
    const shares = (await page.get("shares")) as number[];
    expect(shares[6]! * 100).to.be.closeTo(20, 0.6);
    expect(shares.slice(0, 6)).to.deep.equal(stepped.slice(0, 6));
    expect(await page.saves()).to.equal(1);
  });

  it("is dragged upwards with the earlier layers, and back without them", async () => {
    const page = await open();
    const { x, y } = await gripOf(page, 7);
    const { mouse } = page.page;
    await mouse.move(x, y);
    await mouse.down();
    await mouse.move(x, y - 0.5 * PLOT);
    await page.drawn();
    expect(await shareOf(page, 6)).to.equal(await shareOf(page, 7));
    expect(await shareOf(page, 3)).to.be.closeTo(91, 0.6);
    expect(await shareOf(page, 8)).to.equal(41);
    await mouse.move(x, y);
    await mouse.up();
    await page.drawn();
    expect(await shareOf(page, 3)).to.equal(75);
    expect(await page.get("shares")).to.equal(null);
  });

  it("is given up with Escape", async () => {
    const page = await open();
    await dragHandle(page, 6, 60, false);
    await page.page.keyboard.press("Escape");
    await page.drawn();
    expect(await shareOf(page, 6)).to.equal(41);
    await page.page.mouse.up();
    expect(await page.saves()).to.equal(0);
  });

  it("is dragged with a finger, from a handle only", async () => {
    const page = await open();
    const { x, y } = await gripOf(page, 6);
    const session = await page.page.context().newCDPSession(page.page);
    await session.send("Emulation.setTouchEmulationEnabled", { enabled: true });
    const touch = async (type: "touchStart" | "touchMove" | "touchEnd", at: number) =>
      session.send("Input.dispatchTouchEvent", { type, touchPoints: type === "touchEnd" ? [] : [{ x, y: at }] });
    await touch("touchStart", y);
    for (const by of [10, 20, 30, 42]) await touch("touchMove", y + by);
    await touch("touchEnd", y + 42);
    await page.drawn();
    expect(await shareOf(page, 6)).to.be.closeTo(21, 0.6);
    await touch("touchStart", y + 70);
    await touch("touchEnd", y + 70);
    await page.drawn();
    expect(await shareOf(page, 6)).to.be.closeTo(21, 0.6);
  });

  it("takes the bar to a press in the plot", async () => {
    const page = await open();
    const { x, y } = await gripOf(page, 10);
    await page.page.mouse.click(x, y - 0.2 * PLOT);
    await page.drawn();
    expect(await shareOf(page, 10)).to.be.closeTo(32.5, 0.6);
    expect(await handleOf(page, 10).getAttribute("tabindex")).to.equal("0");
  });

  it("is done with keys alone", async () => {
    const page = await open();
    const { keyboard } = page.page;
    await handleOf(page, 1).focus();
    for (let i = 0; i < 5; i++) await keyboard.press("ArrowRight");
    expect(await handleOf(page, 6).and(page.page.locator(":focus")).count()).to.equal(1);
    const press = async (key: string) => {
      await keyboard.press(key);
      await page.drawn();
      return shareOf(page, 6);
    };
    expect(await press("ArrowUp")).to.equal(42);
    expect(await press("ArrowDown")).to.equal(41);
    expect(await press("Shift+ArrowDown")).to.be.closeTo((58 / 144) * 100, 0.01);
    expect(await press("Shift+ArrowUp")).to.be.closeTo((59 / 144) * 100, 0.01);
    expect(await press("PageUp")).to.be.closeTo(50.97, 0.01);
    expect(await press("End")).to.equal(100);
    expect(await press("Home")).to.equal(0);
    expect(await page.get("shares")).to.have.property("6", 0);
    expect(await shareOf(page, 11)).to.equal(0);
  });

  it("leaves layer 0 alone, by keys, pointer and number", async () => {
    const page = await open();
    await handleOf(page, 1).focus();
    await page.page.keyboard.press("ArrowLeft");
    await page.page.keyboard.press("Home");
    await page.drawn();
    await dragHandle(page, 0, 50);
    expect(await shareOf(page, 0)).to.equal(100);
    expect(await page.page.getByLabel(/Share of the visual tokens/).isDisabled()).to.equal(true);
    expect(await page.page.getByText("layer 0 always sees the whole picture").isVisible()).to.equal(true);
  });

  it("is undone and redone, with keys and buttons, and reset", async () => {
    const page = await open();
    await dragHandle(page, 6, 42);
    await dragHandle(page, 3, 20);
    const [third, sixth] = [await shareOf(page, 3), await shareOf(page, 6)];
    await page.page.keyboard.press("Control+z");
    await page.drawn();
    expect([await shareOf(page, 3), await shareOf(page, 6)]).to.deep.equal([75, sixth]);
    await page.page.getByRole("button", { name: /^Undo/ }).click();
    await page.drawn();
    expect(await shareOf(page, 6)).to.equal(41);
    expect(await page.get("shares")).to.deep.equal(stepped);
    await page.page.keyboard.press("Control+Shift+z");
    await page.page.getByRole("button", { name: /^Redo/ }).click();
    await page.drawn();
    expect(await shareOf(page, 3)).to.equal(third);
    await page.page.getByRole("button", { name: /^Reset/ }).click();
    await page.drawn();
    expect(await shareOf(page, 3)).to.equal(75);
  });

  it("counts costs on the axis on which the budget stands, up to the unpruned cost", async () => {
    const full = 2e6;
    const data = {
      ...scheduleSample(),
      costAxis: { key: "kvBytes", label: "KV cache", unit: "B", format: "si", better: "lower", scale: "linear" },
      prediction: { constant: 0, linear: stepped.map(() => full / 12), quadratic: stepped.map(() => 0) },
      schedules: sampleSchedules(12).map((row) => ({ ...row, cost: 1.2e6 })),
    };
    const page = await open(data, { state: { budget: 0.5 * full } });
    const meter = page.page.getByRole("meter", { name: "Predicted cost" });
    const part = stepped.reduce((sum, share) => sum + share / 12, 0);
    expect(Number(await meter.getAttribute("aria-valuenow"))).to.be.closeTo(100 * part, 0.01);
    expect(await meter.getAttribute("aria-valuetext")).to.match(/^1\.14 MB, 140 kB over the budget of 1 MB$/);
    const mark = page.page.locator(".espalier-schedule-costbudget");
    expect(await mark.getAttribute("style")).to.equal("left: 50%;");
    expect(await page.page.getByRole("table", { name: "Schedules" }).textContent()).to.include("1.2 MB");
  });

  it("tells the cost while it is dragged, and marks the budget", async () => {
    const page = await open(scheduleSample(), { state: { budget: 0.5 } });
    const meter = page.page.getByRole("meter", { name: "Predicted cost" });
    const percent = (shares: readonly number[]) => Number((sampleCost(shares) * 100).toFixed(2));
    expect(Number(await meter.getAttribute("aria-valuenow"))).to.equal(percent(stepped));
    await dragHandle(page, 3, -42, false);
    const shares = await Promise.all(stepped.map((_, layer) => shareOf(page, layer)));
    expect(Number(await meter.getAttribute("aria-valuenow"))).to.be.closeTo(
      percent(shares.map((one) => one / 100)),
      0.02,
    );
    await page.set("budget", 0.3);
    await page.drawn();
    expect(await meter.getAttribute("aria-valuetext")).to.match(/over the budget of 30 %$/);
  });

  it("lets neighbours follow smoothly, or stay, as is chosen", async () => {
    const page = await open();
    await page.page.getByLabel("Other layers").selectOption("follow smoothly");
    await dragHandle(page, 4, 0.1 * PLOT);
    expect(await shareOf(page, 4)).to.be.closeTo(65, 0.6);
    expect(await shareOf(page, 3)).to.be.within(66, 74);
    await page.page.keyboard.press("Control+z");
    await page.page.getByLabel("Other layers").selectOption("stay");
    await dragHandle(page, 4, 0.6 * PLOT);
    expect([await shareOf(page, 4), await shareOf(page, 6)]).to.deep.equal([75, 41]);
  });

  it("works with 512 layers", async () => {
    const page = await open(scheduleSample({ layers: 512 }));
    await handleOf(page, 1).focus();
    await page.page.keyboard.press("Control+ArrowRight");
    await page.page.keyboard.press("ArrowRight");
    await page.page.keyboard.press("PageDown");
    await page.drawn();
    expect(await shareOf(page, 12)).to.equal(90);
    await dragHandle(page, 300, 30);
    expect(await page.page.locator("[role=slider][tabindex='0']").count()).to.equal(1);
    expect(((await page.get("shares")) as number[]).length).to.equal(512);
  });

  it("takes shares that another view sets, and follows new data", async () => {
    const page = await open();
    await page.set(
      "shares",
      stepped.map((one) => one / 2),
    );
    await page.drawn();
    expect(await shareOf(page, 6)).to.equal(20.5);
    expect(await page.saves()).to.equal(0);
    await page.set("data", scheduleSample({ layers: 6 }));
    await page.drawn();
    expect(await page.page.getByRole("slider", { name: /^Layer \d/ }).count()).to.equal(6);
  });
});
