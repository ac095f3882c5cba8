import { expect } from "chai";
import { dragHandle, nextRequest, requests, type SchedulePage, shareOf, withPages } from "./page.js";
import { sampleCertificate, sampleSchedules, scheduleSample } from "./scheduleSample.js";

const stepped = sampleSchedules(12)[0]!;

/** Answers a request as the kernel does. */
const reply = (page: SchedulePage, number: number, value: unknown) => page.deliver({ type: "reply", number, value });

const evaluatedRow = (shares: unknown, divergence: number) => ({
  schedule: { id: `edit/${divergence}`, label: "by hand", shares, cost: 0.4, divergence, accuracy: 0.9 },
});

describe("a schedule and its kernel", () => {
  const open = withPages();

  it("is evaluated when a handle is let go, and the answer compared with the one before", async () => {
    const page = await open(scheduleSample(), { live: true });
    await dragHandle(page, 6, 42, false);
    await page.page.waitForTimeout(500);
    expect(await requests(page)).to.deep.equal([]);
    await page.page.mouse.up();
    const { number, what } = await nextRequest(page, "evaluate");
    expect(what["shares"]).to.deep.equal(await page.get("shares"));
    expect(await page.page.getByText("Evaluating…").first().isVisible()).to.equal(true);
    await page.deliver({
      type: "status",
      running: "evaluate",
      progress: { label: "Samples", done: 3, total: 64, left: null },
    });
    expect(await page.page.getByText("Samples: 3 of 64").isVisible()).to.equal(true);
    await reply(page, number, evaluatedRow(what["shares"], 0.0153));
    await page.drawn();
    const result = page.page.locator(".espalier-schedule-result");
    expect(await result.textContent()).to.equal(
      "Evaluated: divergence 0.0153 nats (+0.003 against search, budget 50 %), accuracy 90 %, cost 40 %.",
    );
    expect(await page.page.getByRole("radio", { name: "Edit by hand" }).count()).to.equal(1);
    await page.page.keyboard.press("Control+z");
    await page.drawn();
    expect(await result.textContent()).to.match(/divergence 0.0123 nats, accuracy/);
    await page.page.waitForTimeout(500);
    expect(await requests(page)).to.have.length(1);
  });

  it("cancels an evaluation when the next drag begins, and forgets its answer", async () => {
    const page = await open(scheduleSample(), { live: true });
    await dragHandle(page, 6, 42);
    const first = await nextRequest(page, "evaluate");
    await dragHandle(page, 6, 20);
    expect(await page.sent()).to.deep.include({ type: "cancel", number: first.number });
    const second = await nextRequest(page, "evaluate", 1);
    await reply(page, first.number, evaluatedRow(first.what["shares"], 0.5));
    await page.drawn();
    expect(await page.page.getByRole("radio", { name: "Edit by hand" }).count()).to.equal(0);
    await reply(page, second.number, evaluatedRow(second.what["shares"], 0.25));
    await page.drawn();
    expect(await page.page.locator(".espalier-schedule-result").textContent()).to.match(/divergence 0.25 nats/);
  });

  it("is cancelled with a button, and evaluated with one", async () => {
    const page = await open(scheduleSample(), { live: true });
    await page.page.getByLabel("when a handle is let go").uncheck();
    await dragHandle(page, 6, 42);
    await page.page.waitForTimeout(500);
    expect(await requests(page)).to.deep.equal([]);
    await page.page.getByRole("button", { name: "Evaluate" }).click();
    const { number } = await nextRequest(page, "evaluate");
    await page.page.getByRole("button", { name: "Cancel" }).click();
    await page.drawn();
    expect((await page.sent()).at(-1)).to.deep.equal({ type: "cancel", number });
    expect(await page.page.getByRole("button", { name: "Evaluate" }).and(page.page.locator(":focus")).count()).to.equal(
      1,
    );
    expect(await page.page.locator(".espalier-schedule-result").textContent()).to.equal("Not evaluated yet.");
  });

  it("says what the kernel says when it cannot, and when its answer is none", async () => {
    const page = await open(scheduleSample(), { live: true });
    await dragHandle(page, 6, 42);
    const { number } = await nextRequest(page, "evaluate");
    await page.deliver({ type: "reply", number, error: "The study is closed; open it again." });
    expect(await page.page.locator(".espalier-schedule-evaluation").textContent()).to.include(
      "The study is closed; open it again.",
    );
    await page.page.getByRole("button", { name: "Evaluate" }).click();
    const next = await nextRequest(page, "evaluate", 1);
    await reply(page, next.number, { schedule: { id: 5 } });
    await page.page.getByText("The field schedule.shares should be").first().waitFor();
  });

  it("evaluates once for several presses of a key", async () => {
    const page = await open(scheduleSample(), { live: true });
    await dragHandle(page, 6, 0);
    for (let i = 0; i < 4; i++) await page.page.keyboard.press("ArrowDown");
    const { what } = await nextRequest(page, "evaluate");
    expect((what["shares"] as number[])[6]).to.equal(0.37);
    await page.page.waitForTimeout(500);
    expect(await requests(page)).to.have.length(1);
  });

  it("asks for prices at each layer, which can be cancelled", async () => {
    const page = await open(scheduleSample(), { live: true });
    const button = page.page.getByRole("button", { name: "Price by layer" });
    await button.click();
    const first = await nextRequest(page, "certificate");
    expect(first.what["id"]).to.equal(stepped.id);
    await page.page.getByRole("button", { name: "Cancel" }).click();
    expect((await page.sent()).at(-1)).to.deep.equal({ type: "cancel", number: first.number });
    await button.click();
    const second = await nextRequest(page, "certificate", 1);
    await reply(page, second.number, { certificate: sampleCertificate(12, stepped.id) });
    await page.drawn();
    expect(await page.page.getByText("The prices differ by a factor of 4.").first().isVisible()).to.equal(true);
    expect(await page.page.locator(".espalier-schedule-readout").textContent()).to.equal(
      "Layer 1, nats for a unit of cost: more 0.337 (0.277 to 0.417); less 0.421 (0.361 to 0.501)",
    );
    await dragHandle(page, 6, 42);
    expect(await page.page.getByText("not at the edited schedule").isVisible()).to.equal(true);
  });

  it("shows the frontier's selection: edits it where it is here, else asks for it and lays it over", async () => {
    const page = await open(scheduleSample(), { live: true });
    await page.set("selected", "fixed/VTW");
    await page.drawn();
    expect(await shareOf(page, 6)).to.equal(0);
    await page.set("selected", "search/budget 0.3");
    const { number, what } = await nextRequest(page, "schedule");
    expect(what["id"]).to.equal("search/budget 0.3");
    const shares = stepped.shares.map((one, i) => (i === 0 ? 1 : one / 2));
    await reply(page, number, { schedule: { ...stepped, id: "search/budget 0.3", label: "budget 30 %", shares } });
    await page.drawn();
    expect(await page.page.getByRole("checkbox", { name: "Show budget 30 %" }).isChecked()).to.equal(true);
    expect(await shareOf(page, 6)).to.equal(0);
  });

  it("begins with what the model holds, and tells nobody", async () => {
    const page = await open(scheduleSample(), { live: true, state: { selected: "fixed/VTW" } });
    expect(await shareOf(page, 6)).to.equal(0);
    expect([await page.saves(), await page.sent()]).to.deep.equal([0, []]);
    const shares = stepped.shares.map((one, i) => (i === 0 ? 1 : one / 2));
    await page.mount("renderSchedule", scheduleSample(), { state: { selected: "fixed/VTW", shares } });
    await page.drawn();
    expect(await shareOf(page, 6)).to.equal(20.5);
    expect(await page.saves()).to.equal(0);
  });

  it("keeps an edit when something else is selected", async () => {
    const page = await open(scheduleSample(), {});
    await dragHandle(page, 6, 42);
    const share = await shareOf(page, 6);
    await page.set("selected", "fixed/VTW");
    await page.drawn();
    expect(await shareOf(page, 6)).to.equal(share);
  });

  it("edits what is chosen in the list, and tells the frontier", async () => {
    const page = await open(scheduleSample(), {}, { width: 1000 });
    await page.page.getByRole("radio", { name: "Edit FastV, half after layer 2" }).check();
    await page.drawn();
    expect(await shareOf(page, 6)).to.equal(50);
    expect(await page.get("selected")).to.equal("fixed/FastV");
    await page.page.getByRole("checkbox", { name: "Show VTW, none after layer 6" }).uncheck();
    await page.drawn();
    const names = await page.page.locator(".espalier-schedule-chart").textContent();
    expect(names).to.include("search, budget").and.not.include("VTW");
  });

  it("does without one: says why, and only what needs it is disabled", async () => {
    const page = await open();
    for (const name of ["Evaluate", "Price by layer"]) {
      const button = page.page.getByRole("button", { name });
      expect(await button.isDisabled()).to.equal(true);
      const reason = await button.getAttribute("aria-describedby");
      expect(await page.page.locator(`#${reason}`).textContent()).to.match(/a kernel has to run/);
    }
    await dragHandle(page, 6, 42);
    expect(await page.sent()).to.deep.equal([]);
    await page.set("live", true);
    await page.drawn();
    expect(await page.page.getByRole("button", { name: "Evaluate" }).isEnabled()).to.equal(true);
  });

  it("gives up waiting when the kernel dies", async () => {
    const page = await open(scheduleSample(), { live: true });
    await dragHandle(page, 6, 42);
    await nextRequest(page, "evaluate");
    await page.set("live", false);
    await page.drawn();
    expect(await page.page.locator(".espalier-schedule-evaluation").textContent()).to.include("The kernel is gone");
  });
});
