import fs from "node:fs";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import * as tf from "@tensorflow/tfjs";
import { expect } from "chai";
import { createStudy } from "../../src/notebook/createStudy.js";
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
});
