import { setTimeout as pause } from "node:timers/promises";
import { expect } from "chai";
import { readSchedule, SCHEDULE_MIME } from "../../../labextension/src/data/index.js";
import { EMBEDDED_DIRECTORY, embeddedData, Processor, type Study } from "../../../src/index.js";
import { createStudy } from "../../../src/notebook/createStudy.js";
import { type ScheduleView, schedule, show } from "../../../src/notebook/widgets/index.js";
import { fakeKernel } from "../fakeKernel.js";
import { frontEnd, shownData } from "./frontEnd.js";

describe("notebook/widgets/schedulePictures", function () {
  this.timeout(120_000);
  let study: Study;
  let view: ScheduleView | undefined;
  before(async () => {
    fakeKernel();
    const processor = await Processor.fromDirectory(EMBEDDED_DIRECTORY);
    const data = await embeddedData(processor, { sizes: { train: 2, validation: 2, test: 3 } });
    study = await createStudy({ model: EMBEDDED_DIRECTORY, data });
  });
  afterEach(() => view?.close());
  after(() => study.close());

  const halvesFrom = (first: number) =>
    Array.from({ length: study.facts.layers }, (_, layer) => (layer < first ? 1 : 0.5));
  const shown = (kernel: ReturnType<typeof fakeKernel>) =>
    readSchedule(shownData(kernel, SCHEDULE_MIME).at(-1)![SCHEDULE_MIME]);

  it("says of every schedule which patches it leaves", async () => {
    const kernel = fakeKernel();
    view = schedule([{ shares: halvesFrom(1) }, { shares: halvesFrom(3) }], { study, pictures: 2 });
    await kernel.displays.settled();
    const { pictures, layers } = shown(kernel);
    expect(pictures).to.have.length(2);
    for (const { death, rows, columns } of pictures) {
      expect([...death.keys()]).to.deep.equal(["schedule", "schedule (2)"]);
      for (const [id, first] of [
        ["schedule", 1],
        ["schedule (2)", 3],
      ] as const) {
        const all = [...death.get(id)!];
        expect(all).to.have.length(rows * columns);
        expect(Math.min(...all)).to.equal(first);
        expect(all.filter((layer) => layer === layers).length / all.length).to.be.closeTo(0.5, 0.1);
      }
    }
  });

  it("says it of schedules that come later, and of those alone that are there", async () => {
    const kernel = fakeKernel();
    view = schedule({ shares: halvesFrom(1) }, { study, pictures: 1 });
    await kernel.displays.settled();
    const end = frontEnd(kernel, view.id);
    end.send({ type: "hello" });
    const reply = await end.reply(1, { name: "evaluate", shares: halvesFrom(2) });
    const { id } = (reply as { value: { schedule: { id: string } } }).value.schedule;
    const deaths = () => [...readSchedule(end.of("state").at(-1)!.data).pictures[0]!.death];
    for (let tries = 0; tries < 500 && deaths().length < 2; tries++) await pause(20);
    const known = new Map(deaths());
    expect([...known.keys()]).to.deep.equal(["schedule", id]);
    expect(Math.min(...known.get(id)!)).to.equal(2);
  });

  it("draws the figure all the same where there are none, and says why", async () => {
    const kernel = fakeKernel();
    const write = process.stderr.write;
    const said: string[] = [];
    process.stderr.write = ((text: string) => said.push(text) > 0) as typeof write;
    try {
      const frontier = show(study);
      view = schedule({ shares: [1, 0.5] }, { study, frontier, pictures: 1 });
      await kernel.displays.settled();
      frontier.close();
    } finally {
      process.stderr.write = write;
    }
    expect(said.join("")).to.match(/^There are no pictures of what the schedules keep\. .+layers/);
    expect(shownData(kernel, SCHEDULE_MIME).at(-1)).to.have.property("image/svg+xml");
  });
});
