import fs from "node:fs";
import path from "node:path";
import * as tf from "@tensorflow/tfjs";
import { expect } from "chai";
import { EspalierError } from "../../src/errors.js";
import { validateResults } from "../../src/export/index.js";
import type { CertificateBlockEntry, JournalEntry } from "../../src/study/entries.js";
import { createStudy, readStudy, type Study, type StudyEvents, samplesData } from "../../src/study/index.js";
import { readJournal } from "../../src/study/journal.js";
import { assembleResults } from "../../src/study/results.js";
import { Stopped } from "../../src/tensor/index.js";
import { rejection } from "../scripts/scripts.js";
import { LAYERS, temporaryFolder, writeTiny } from "./tiny.js";

/** More test samples than are measured together, so that there are several blocks. */
const SIZES = { train: 8, validation: 3, test: 37 };
const SEARCH = { budgets: [0.3, 0.6], epochs: 1, batch: 4, trainedBudgets: [0.3, 0.6], scouts: 0 };
const SCHEDULE = { shares: [1, 0.7, 0.5, 0.2] };

function isBlock(entry: JournalEntry): entry is CertificateBlockEntry {
  return entry.kind === "certificateBlock";
}

const withoutTimes = (entries: readonly JournalEntry[]) =>
  entries.filter(isBlock).map((block) => ({ ...block, seconds: 0 }));

describe("study/certificate", function () {
  this.timeout(120_000);
  let folder: string;
  let storage: string;

  before(async () => {
    folder = temporaryFolder();
    storage = path.join(folder, "studies");
    await writeTiny(folder, SIZES);
  });
  after(() => fs.rmSync(folder, { recursive: true, force: true }));

  async function open(name: string, kept = true): Promise<Study> {
    const data = await samplesData(path.join(folder, "samples.safetensors"), { sizes: SIZES });
    return createStudy({ model: path.join(folder, "model"), data, name, ...(kept ? { storage } : {}) });
  }
  const journal = (name: string) => readJournal(path.join(storage, name, "journal.jsonl"));

  async function sentence(promise: Promise<unknown>): Promise<string> {
    const error = await rejection(promise);
    expect(error, error.stack).to.be.instanceOf(EspalierError);
    return error.message;
  }

  describe("of a schedule", () => {
    let study: Study;
    const progress: StudyEvents["progress"][] = [];
    before(async () => {
      study = await open("schedule");
      study.on("progress", (event) => progress.push(event));
      await study.certificate(SCHEDULE, { name: "mine" });
    });
    after(() => study.close());

    it("gives the difference of executed schedules, per unit of cost", async () => {
      const { layers, tokens, samples, budget } = await study.certificate(SCHEDULE, { name: "mine" });
      expect({ tokens, samples, budget }).to.deep.equal({ tokens: 1, samples: 37, budget: null });
      expect(layers.map(({ layer }) => layer)).to.deep.equal([1, 2, 3]);
      const base = await study.evaluate(SCHEDULE, { name: "mine" });
      // Counts are 9 6 5 2.
      const more = await study.evaluate({ counts: [9, 7, 5, 2] });
      const found = layers[0].more;
      const saved = base.divergence.mean - more.divergence.mean;
      const paid = more.cost.normalised - base.cost.normalised;
      expect(found.samples).to.equal(37);
      expect(found.divergence!.mean).to.be.closeTo(-saved, 1e-6);
      expect(found.cost!).to.be.closeTo(paid, 1e-9);
      expect(found.price!.mean).to.be.closeTo(saved / paid, 1e-4 + 1e-3 * Math.abs(saved / paid));
      expect(found.price!.low).to.be.at.most(found.price!.mean);
      expect(found.price!.high).to.be.at.least(found.price!.mean);
    });

    it("is in the results, valid, beside the evaluation it belongs to, and in the study's costs", async () => {
      const results = validateResults(await study.results());
      const [certificate] = results.certificates!;
      expect(certificate).to.deep.equal(await study.certificate(SCHEDULE, { name: "mine" }));
      expect(results.means.some(({ configuration }) => configuration === "mine")).to.equal(true);
      const legal = certificate.layers.map(({ more, less }) => more.samples + less.samples);
      const runs = legal.reduce((sum, samples, l) => sum + samples * (LAYERS - 1 - l), 37 * (LAYERS - 1));
      expect(results.layerForwards["certificate"]).to.equal(runs);
      expect(results.seconds["certificate"]).to.be.greaterThan(0);
      expect(await readStudy(storage, "schedule")).to.deep.equal(results);
    });

    it("tells how far it is", () => {
      const own = progress.filter(({ part }) => part === "certificate");
      expect(own[0]).to.include({ label: "certificate of mine", done: 0, total: 37 });
      expect(own.at(-1)).to.include({ done: 37, total: 37 });
      expect(own.map(({ done }) => done)).to.deep.equal(own.map(({ done }) => done).sort((a, b) => a - b));
    });

    it("is not measured twice, here or when the study is opened again", async () => {
      const lines = journal("schedule").length;
      const reused: boolean[] = [];
      const quiet = study.on("state", ({ running, reused: found }) => {
        if (!running) reused.push(found);
      });
      const first = await study.certificate(SCHEDULE, { name: "mine" });
      expect(await study.certificate(SCHEDULE, { name: "mine", tokens: 1 })).to.deep.equal(first);
      quiet();
      expect(reused).to.deep.equal([true, true]);
      expect(journal("schedule")).to.have.length(lines);
      const other = await study.certificate(SCHEDULE, { name: "mine", tokens: 2 });
      expect(other.tokens).to.equal(2);
      // Counts are 9 6 5 2: layer 2 has room for one more and not for two.
      expect(other.layers[1].more.samples).to.equal(0);
      expect(journal("schedule")).to.have.length(lines + 3);
      expect((await study.results()).certificates).to.have.length(2);
    });

    it("refuses sizes and schedules that are none", async () => {
      expect(await sentence(study.certificate(SCHEDULE, { tokens: 0 }))).to.match(/by 0 tokens; give a whole number/);
      expect(await sentence(study.certificate({ shares: [1, 0.5, 0.6, 0.1] }))).to.match(/rises at layer 2/);
      expect(await sentence(study.certificate({ budget: 0.3 }))).to.match(
        /search has not been evaluated at the budget 0\.3; search at it first/,
      );
    });
  });

  it("of the search at a budget uses every sample's own counts", async () => {
    const study = await open("searched", false);
    await study.search(SEARCH);
    const certificate = await study.certificate({ budget: 0.3 });
    const { rows, means, certificates } = validateResults(await study.results());
    expect(certificates).to.deep.equal([certificate]);
    expect(certificate).to.include({ series: "search", budget: 0.3, configuration: "search@0.3" });
    expect(means.filter(({ series }) => series !== "search")).to.have.length(0);
    const counts = rows.filter(({ budget }) => budget === 0.3).map((row) => row.counts);
    for (const { layer, more, less } of certificate.layers) {
      expect(more.samples).to.equal(counts.filter((row) => row[layer] < row[layer - 1]).length);
      expect(less.samples).to.equal(counts.filter((row) => row[layer] > (row[layer + 1] ?? 0)).length);
    }
    expect(await sentence(study.certificate({ budget: 0.31 }))).to.match(/0\.31; choose one of 0\.3, 0\.6, or search/);
    await study.close();
  });

  it("stopped anywhere it keeps whole blocks, and goes on to the same numbers", async () => {
    const wanted = await open("whole");
    await wanted.certificate(SCHEDULE);
    await wanted.close();
    const study = await open("stopped");
    const quiet = study.on("progress", ({ part, done }) => {
      if (part === "certificate" && done > 20) study.stop();
    });
    expect(await rejection(study.certificate(SCHEDULE))).to.be.instanceOf(Stopped);
    quiet();
    expect(journal("stopped").filter(isBlock)).to.have.length(1);
    expect((await study.results()).certificates, "half a certificate is none").to.equal(undefined);
    await study.close();
    const again = await open("stopped");
    await again.certificate(SCHEDULE);
    await again.close();
    expect(withoutTimes(journal("stopped"))).to.deep.equal(withoutTimes(journal("whole")));
    const [found, known] = [await readStudy(storage, "stopped"), await readStudy(storage, "whole")];
    expect(found.certificates).to.deep.equal(known.certificates);
  });

  it("is checked against its schedule when it is read", async () => {
    const entries = journal("whole");
    const at = entries.findIndex(isBlock);
    const changed = (change: (block: CertificateBlockEntry) => object) => {
      const block = entries[at] as CertificateBlockEntry;
      return entries.with(at, { ...block, ...change(block) } as CertificateBlockEntry);
    };
    const cases: [JournalEntry[], RegExp][] = [
      [changed(({ more }) => ({ more: more.map((row) => row.map(() => null)) })), /has other counts at layer 1/],
      [changed(({ less }) => ({ less: less.slice(1) })), /layer 3 has numbers for 0 of 16 samples/],
      [changed(() => ({ first: 5 })), /sample 0 is missing or there twice/],
      [entries.filter(({ kind }) => kind !== "evaluation"), /was not evaluated/],
    ];
    for (const [journalled, wanted] of cases) {
      expect(await sentence(assembleResults(journalled)))
        .to.match(/^The certificate of schedule-\w+ in the journal of whole does not fit its schedule: /)
        .and.match(wanted);
    }
  });

  it("leaves no tensor behind", async () => {
    const certify = async () => {
      const study = await open("clean", false);
      await study.certificate(SCHEDULE);
      await study.close();
    };
    await certify();
    const before = tf.memory().numTensors;
    await certify();
    expect(tf.memory().numTensors).to.equal(before);
  });
});
