import fs from "node:fs";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import * as tf from "@tensorflow/tfjs";
import { expect } from "chai";
import { createStudy } from "../../src/notebook/createStudy.js";
import { MESSAGE_MS } from "../../src/notebook/studyComm.js";
import type { StudyOpened, StudyUpdate } from "../../src/notebook/studyMessages.js";
import { type Study, type StudyOptions, samplesData } from "../../src/study/index.js";
import { Stopped } from "../../src/tensor/index.js";
import { rejection } from "../scripts/scripts.js";
import { openTiny, SEARCH, SIZES } from "../study/runStudy.js";
import { temporaryFolder, writeTiny } from "../study/tiny.js";
import { fakeKernel } from "./fakeKernel.js";

describe("notebook/createStudy", function () {
  this.timeout(120_000);
  let folder: string;
  let undisturbed: unknown;
  const open: Study[] = [];

  before(async () => {
    folder = temporaryFolder();
    await writeTiny(folder, SIZES);
    const study = await openTiny(folder, undefined, "undisturbed");
    await study.search(SEARCH);
    undisturbed = numbers(await study.results());
    await study.close();
  });
  afterEach(async () => {
    for (const study of open.splice(0)) await study.close();
  });
  after(() => fs.rmSync(folder, { recursive: true, force: true }));

  async function opened(options: Partial<StudyOptions> = {}): Promise<Study> {
    const data = await samplesData(path.join(folder, "samples.safetensors"), { sizes: SIZES });
    const study = await createStudy({ model: path.join(folder, "model"), data, name: "s", ...options });
    open.push(study);
    return study;
  }

  /** What the comm tells of evaluations. */
  function pointsOf(study: Study): object[] {
    return study.evaluations().map(({ costs, shares, ...point }) => point);
  }

  function numbers({ rows, frontier }: Awaited<ReturnType<Study["results"]>>): unknown {
    return { rows, frontier };
  }

  it("shows one display that ends in a sentence without times", async () => {
    const kernel = fakeKernel();
    const study = await opened();
    await study.search(SEARCH);
    await study.results();
    const displays = kernel.published.filter(({ type }) => type !== "comm_open");
    const ids = displays.map(({ content }) => (content as { transient: { display_id: string } }).transient.display_id);
    expect(new Set(ids).size).to.equal(1);
    expect(displays.map(({ type }) => type)).to.have.members([
      "display_data",
      ...displays.slice(1).map(() => "update_display_data" as const),
    ]);
    const texts = kernel.shown();
    expect(texts[0]).to.match(/^[█░]{24} search: .+ \d+%/);
    expect(texts.at(-1)).to.equal("search: finished.");
    // The end comes at once; before it, at most four a second.
    const times = displays.slice(0, -1).map(({ at }) => at);
    for (let i = 1; i < times.length; i++) expect(times[i]! - times[i - 1]!).to.be.at.least(249);
  });

  it("gives the numbers of an undisturbed study, as the library's own", async () => {
    fakeKernel();
    const study = await opened();
    await study.search(SEARCH);
    expect(numbers(await study.results())).to.deep.equal(undisturbed);
    expect(await study.frontier()).to.deep.equal((await study.results()).frontier);
  });

  it("stops at an interrupt between two layers, stays usable, and goes on to the same numbers", async () => {
    const kernel = fakeKernel();
    const study = await opened({ storage: path.join(folder, "studies"), name: "interrupted" });
    const stop = study.on("evaluation", ({ split }) => {
      if (split === "test") kernel.interruptibleWork.abort();
    });
    expect(await rejection(study.search(SEARCH))).to.be.instanceOf(Stopped);
    stop();
    expect(kernel.shown().at(-1)).to.match(/^search: stopped; what is finished is kept/);
    expect(study.running).to.equal(null);
    const partial = await study.results();
    expect(partial.frontier).to.have.length(1);
    expect(await study.frontier()).to.deep.equal(partial.frontier);
    await study.search(SEARCH);
    expect(numbers(await study.results())).to.deep.equal(undisturbed);
  });

  it("goes on after work that was cut off, with the engine as it was", async () => {
    const kernel = fakeKernel();
    let cut = false;
    const study = await opened({
      // Stands for an operation that an interrupt ended in the middle of a scope: nothing of it runs any more.
      surroundings: (_operation, work) => {
        if (cut) return work();
        cut = true;
        tf.engine().startScope();
        tf.zeros([3]);
        return new Promise(() => {});
      },
    });
    const tensors = tf.memory().numTensors;
    const search = study.search(SEARCH);
    const failure = rejection(search);
    await pause(20);
    expect(tf.memory().numTensors).to.equal(tensors + 1);
    kernel.interruptibleWork.forget();
    expect((await failure).name).to.equal("KeyboardInterrupt");
    expect(tf.memory().numTensors).to.equal(tensors);
    expect(kernel.shown().at(-1)).to.match(/^search: stopped; /);
    await study.search(SEARCH);
    expect(numbers(await study.results())).to.deep.equal(undisturbed);
  });

  it("says of a failure that it was one", async () => {
    const kernel = fakeKernel();
    const study = await opened();
    await rejection(study.search({ ...SEARCH, budgets: [7] }));
    expect(kernel.shown().at(-1)).to.match(/^search: broken off by an error; /);
  });

  it("heeds the user's own signal and surroundings as well", async () => {
    fakeKernel();
    const around: string[] = [];
    const study = await opened({
      surroundings: async (operation, work) => {
        around.push(`begin ${operation}`);
        try {
          return await work();
        } finally {
          around.push(`end ${operation}`);
        }
      },
    });
    const controller = new AbortController();
    study.on("epoch", () => controller.abort());
    expect(await rejection(study.search({ ...SEARCH, signal: controller.signal }))).to.be.instanceOf(Stopped);
    expect(around).to.deep.equal(["begin search", "end search"]);
  });

  describe("its comm", () => {
    it("says nothing to a front end that does not answer, or that closes it", async () => {
      const kernel = fakeKernel();
      const study = await opened();
      expect(kernel.sent<StudyOpened>("comm_open")).to.deep.equal([{ version: 1, name: "s", directory: null }]);
      await study.search(SEARCH);
      const id = Object.keys(kernel.comms.info("espalier.study"))[0]!;
      kernel.comms.handleClose({ comm_id: id, data: {} }, {}, []);
      await study.results();
      await study.close();
      expect(kernel.sent()).to.deep.equal([]);
      expect(kernel.sent("comm_close")).to.deep.equal([]);
      expect(kernel.comms.info()).to.deep.equal({});
    });

    it("sends everything to a hello, then what changes, the last state always", async () => {
      const kernel = fakeKernel();
      const study = await opened();
      const id = Object.keys(kernel.comms.info("espalier.study"))[0]!;
      const tell = (type: string) => kernel.comms.handleMessage({ comm_id: id, data: { type } }, {}, []);
      tell("something new");
      tell("hello");
      await study.search(SEARCH);
      await pause(2 * MESSAGE_MS);
      const updates = kernel.sent<StudyUpdate>();
      const points = updates.flatMap((update) => update.points);
      expect(updates[0]).to.include({ version: 1, type: "update", running: null, progress: null, from: 0 });
      expect(points).to.deep.equal(pointsOf(study));
      expect(points.length).to.be.greaterThan(0);
      let from = 0;
      for (const update of updates) {
        expect(update.from).to.equal(from);
        from += update.points.length;
      }
      expect(updates.some(({ running, progress }) => running === "search" && progress?.part === "training")).to.equal(
        true,
      );
      expect(updates.at(-1)).to.include({ running: null, progress: null });
      expect(updates.at(-1)!.epoch).to.include({ series: "search", epochs: SEARCH.epochs });
      const times = kernel.published.filter(({ type }) => type === "comm_msg").map(({ at }) => at);
      for (let i = 1; i < times.length; i++) expect(times[i]! - times[i - 1]!).to.be.at.least(MESSAGE_MS - 2);
      tell("hello");
      expect(kernel.sent<StudyUpdate>().at(-1)).to.deep.include({ from: 0, points: pointsOf(study) });
      await study.close();
      expect(kernel.sent("comm_close")).to.have.length(1);
      expect(kernel.errors).to.deep.equal([]);
    });

    it("stops what runs when the front end says so", async () => {
      const kernel = fakeKernel();
      const study = await opened();
      const id = Object.keys(kernel.comms.info("espalier.study"))[0]!;
      study.on("epoch", () => kernel.comms.handleMessage({ comm_id: id, data: { type: "stop" } }, {}, []));
      expect(await rejection(study.search(SEARCH))).to.be.instanceOf(Stopped);
    });
  });
});
