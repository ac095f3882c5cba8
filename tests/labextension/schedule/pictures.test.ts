import { expect } from "chai";
import { handleOf, withPages } from "./page.js";
import { PICTURE, scheduleSample } from "./scheduleSample.js";

describe("pictures of a schedule", () => {
  const open = withPages();

  it("tells how many patches are alive at each layer, without a kernel", async () => {
    const page = await open();
    const scrubber = page.page.getByRole("slider", { name: "Layer of the picture" });
    await scrubber.fill("7");
    await page.drawn();
    expect(await page.page.locator(".espalier-schedule-alive").textContent()).to.equal(
      "layer 7: 59 of 144 patches alive",
    );
    expect(await scrubber.getAttribute("aria-valuetext")).to.equal("layer 7: 59 of 144 patches alive");
    expect(await handleOf(page, 7).getAttribute("tabindex")).to.equal("0");
    await scrubber.press("ArrowRight");
    await scrubber.press("ArrowRight");
    await page.drawn();
    expect(await page.page.locator(".espalier-schedule-alive").textContent()).to.equal(
      "layer 9: 18 of 144 patches alive",
    );
  });

  it("covers the patches that are gone, shades the others, and leaves those that stay", async () => {
    const page = await open();
    const alpha = async () => {
      const script = `(() => {
        const canvas = document.querySelector("canvas.espalier-schedule-patches");
        const [width, height] = [canvas.width / 12, canvas.height / 12];
        const at = (column, row) => canvas.getContext("2d").getImageData((column + 0.3) * width, (row + 0.3) * height, 1, 1).data[3];
        return [at(0, 0), at(6, 5)];
      })()`;
      return page.page.evaluate<[number, number]>(script);
    };
    const [corner, centre] = await alpha();
    expect(corner).to.be.closeTo(128, 2);
    expect(centre).to.equal(0);
    await page.page.getByLabel("shade patches by layer").uncheck();
    await page.drawn();
    expect((await alpha())[0]).to.equal(0);
    await page.page.getByRole("slider", { name: "Layer of the picture" }).fill("3");
    await page.drawn();
    expect((await alpha())[0]).to.be.greaterThan(200);
    expect((await alpha())[1]).to.equal(0);
  });

  it("goes through the set, with its questions, by keyboard", async () => {
    const page = await open();
    const next = page.page.getByRole("button", { name: "Next picture" });
    expect(await page.page.getByText("Picture 1 of 2: sample 17", { exact: true }).isVisible()).to.equal(true);
    await next.focus();
    await page.page.keyboard.press("Enter");
    await page.drawn();
    expect(await page.page.getByText("Picture 2 of 2: sample 18", { exact: true }).isVisible()).to.equal(true);
    expect(await page.page.getByText("What is in the upper left corner?", { exact: true }).isVisible()).to.equal(true);
    await page.page.keyboard.press("Enter");
    await page.drawn();
    expect(await page.page.getByText("Picture 2 of 2: sample 18", { exact: true }).isVisible()).to.equal(true);
    expect(
      await page.page
        .getByRole("img", { name: "Picture of the question: What is in the upper left corner?" })
        .getAttribute("src"),
    ).to.equal(`data:image/png;base64,${PICTURE}`);
  });

  it("shows where patches die in another schedule", async () => {
    const page = await open();
    await page.page.getByRole("slider", { name: "Layer of the picture" }).fill("7");
    await page.page.getByLabel("Gone in").selectOption("VTW, none after layer 6");
    await page.drawn();
    expect(await page.page.locator(".espalier-schedule-alive").textContent()).to.equal(
      "layer 7: 0 of 144 patches alive",
    );
  });

  it("reads two bytes a patch where there are many layers", async () => {
    const page = await open(scheduleSample({ layers: 300 }));
    await page.page.getByRole("slider", { name: "Layer of the picture" }).fill("299");
    await page.drawn();
    expect(await page.page.locator(".espalier-schedule-alive").textContent()).to.equal(
      "layer 299: 18 of 144 patches alive",
    );
  });

  it("says so when a picture is damaged, and does without pictures", async () => {
    const damaged = scheduleSample();
    for (const picture of damaged.pictures) picture.image = "AAAA";
    const page = await open(damaged);
    await page.page.getByText("The picture is damaged").waitFor();
    await page.set("data", scheduleSample({ pictures: false }));
    await page.drawn();
    expect(await page.page.getByRole("group", { name: "Pictures" }).isVisible()).to.equal(false);
  });
});
