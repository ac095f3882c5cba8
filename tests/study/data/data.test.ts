import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { createCanvas } from "@napi-rs/canvas";
import { expect } from "chai";
import { Processor } from "../../../src/checkpoint/index.js";
import { readPixels } from "../../../src/evaluation/index.js";
import { fingerprintSamples } from "../../../src/study/fingerprint.js";
import { benchmarkData, embeddedData, type StudyData, samplesData } from "../../../src/study/index.js";
import { type EncodedSample, type Split, writeSamples } from "../../../src/tasks/index.js";
import { Pacer } from "../../../src/tensor/index.js";
import { encodeSamples, temporaryFolder, writeCheckpoint } from "../tiny.js";

describe("study/data", function () {
  this.timeout(60_000);
  let folder: string;
  let model: string;

  before(async () => {
    folder = temporaryFolder();
    model = path.join(folder, "model");
    await writeCheckpoint(model);
  });
  after(() => fs.rmSync(folder, { recursive: true, force: true }));

  const ids = (data: StudyData) =>
    Object.fromEntries(
      (["train", "validation", "test"] as const).map((split) => [split, data[split].map(({ id }) => id)]),
    );

  /** Samples one patch wide, so that files stay small: nothing here runs a model. */
  function write(samples: readonly { split: Split; picture: number }[]): string {
    const file = path.join(folder, `${samples.length}-${Math.round(performance.now() * 1000)}.safetensors`);
    writeSamples(
      file,
      samples.map(
        ({ split, picture }, i): EncodedSample => ({
          id: String(i),
          task: "t",
          split,
          inputIds: Int32Array.of(3, 5, 2),
          promptLength: 2,
          pixelValues: new Float32Array(4).fill(picture),
          patchWidth: 1,
          gridThw: [[1, 2, 2]],
        }),
      ),
    );
    return file;
  }

  it("takes three named splits as they are", async () => {
    const splits: Split[] = ["test", "train", "validation", "train", "test"];
    const data = await samplesData(write(splits.map((split, picture) => ({ split, picture }))));
    expect(ids(data)).to.deep.equal({ train: ["1", "3"], validation: ["2"], test: ["0", "4"] });
    expect([data.split, data.notes]).to.deep.equal(["test", []]);
  });

  it("scores all held-out samples where only training and validation are named, and chooses on a fifth of the others", async () => {
    const samples = Array.from({ length: 30 }, (_, i) => ({
      split: i < 20 ? ("train" as const) : ("validation" as const),
      picture: i,
    }));
    const data = await samplesData(write(samples));
    expect(data.test.map(({ id }) => Number(id))).to.deep.equal(Array.from({ length: 10 }, (_, i) => 20 + i));
    expect([data.train.length, data.validation.length, data.split]).to.deep.equal([16, 4, "validation"]);
    expect(data.notes![0]).to.match(/its validation samples are scored, and a fifth of its training samples/);
  });

  it("makes a seeded split where none is named, and keeps samples with one picture together", async () => {
    const file = write(Array.from({ length: 50 }, (_, i) => ({ split: "train" as const, picture: Math.floor(i / 2) })));
    const data = await samplesData(file, { seed: 5 });
    expect([data.train.length, data.validation.length, data.test.length]).to.deep.equal([30, 10, 10]);
    const splitOf = new Map(
      Object.entries(ids(data)).flatMap(([split, list]) => list.map((id) => [Number(id), split])),
    );
    expect(splitOf.size).to.equal(50);
    for (let i = 0; i < 50; i += 2) expect(splitOf.get(i)).to.equal(splitOf.get(i + 1));
    expect(ids(await samplesData(file, { seed: 5 }))).to.deep.equal(ids(data));
    expect(ids(await samplesData(file, { seed: 6 }))).to.not.deep.equal(ids(data));
    expect(data.notes![0]).to.match(/names no splits: with seed 5/);
  });

  it("cuts splits to their sizes and says so; everything is everything", async () => {
    const file = write(Array.from({ length: 10 }, (_, i) => ({ split: "train" as const, picture: i })));
    const data = await samplesData(file, { sizes: { train: 3, test: 1 } });
    expect([data.train.length, data.validation.length, data.test.length]).to.deep.equal([3, 2, 1]);
    expect(data.notes).to.have.length(3);
    const all = await samplesData(file, { everything: true });
    expect([all.train.length, all.validation.length, all.test.length, all.split]).to.deep.equal([0, 0, 10, "all"]);
  });

  it("shares out a file that names one split only", async () => {
    const only = await samplesData(
      write(Array.from({ length: 10 }, (_, picture) => ({ split: "validation", picture }))),
    );
    expect([only.train.length, only.validation.length, only.test.length, only.split]).to.deep.equal([
      6,
      2,
      2,
      "validation",
    ]);
    expect(only.notes![0]).to.match(/has validation samples only: with seed 0, a fifth/);
  });

  it("keeps to a purpose: scoring alone, or training and choosing alone", async () => {
    const splits: Split[] = ["train", "train", "train", "train", "train", "test", "test"];
    const file = write(splits.map((split, picture) => ({ split, picture })));
    const scored = await samplesData(file, { purpose: "scoring" });
    expect(ids(scored)).to.deep.equal({ train: [], validation: [], test: ["5", "6"] });
    const trained = await samplesData(file, { purpose: "training" });
    expect([trained.train.length, trained.validation.length, trained.test.length]).to.deep.equal([4, 1, 0]);
    const plain = write([0, 1].map((picture) => ({ split: "validation", picture })));
    expect((await samplesData(plain, { purpose: "scoring" })).test).to.have.length(2);
    expect((await samplesData(plain, { purpose: "training" })).train).to.have.length(1);
  });

  it("gives every split at least one sample while there are three", async () => {
    const three = await samplesData(write([0, 1, 2].map((picture) => ({ split: "train" as const, picture }))));
    expect([three.train.length, three.validation.length, three.test.length]).to.deep.equal([1, 1, 1]);
    const one = await samplesData(write([{ split: "train", picture: 0 }]));
    expect([one.train.length, one.validation.length, one.test.length]).to.deep.equal([1, 0, 0]);
  });

  it("encodes a TSV file: the most frequent answer is forced, the pictures can be had again", async () => {
    const canvas = createCanvas(40, 30);
    const picture = canvas.toBuffer("image/png").toString("base64");
    const file = path.join(folder, "TextVQA_VAL.tsv");
    const rows = [
      ["index", "image", "question", "answer", "split"],
      ["a", picture, "read the word", "['red', 'blue', 'blue']", "train"],
      ["b", picture, "read the word", "red", "val"],
      ["c", picture, "read the word", "green", "test"],
    ];
    fs.writeFileSync(file, rows.map((row) => row.join("\t")).join("\n"));
    const processor = Processor.fromDirectory(model);
    const data = await benchmarkData(file, processor);
    expect(ids(data)).to.deep.equal({ train: ["a"], validation: ["b"], test: ["c"] });
    const [sample] = data.train;
    expect(sample.task).to.equal("TextVQA_VAL");
    expect(sample.answers).to.deep.equal(["red", "blue", "blue"]);
    expect(processor.decode(sample.inputIds.slice(sample.promptLength)).split(" ")[0]).to.equal("blue");
    // The instruction for short answers is outside the tiny vocabulary, but for its article: "Please try to answer the …".
    expect(processor.decode(sample.inputIds)).to.match(/read the word <pad> .*the <pad>/);
    expect(await sample.pictures!()).to.have.length(1);
    // Pixels that are not kept are the same pixels.
    const lean = await benchmarkData(file, processor, { pixelMemory: 0 });
    expect(lean.train[0].pixelValues).to.not.be.instanceOf(Float32Array);
    expect(await readPixels(lean.train[0].pixelValues)).to.deep.equal(sample.pixelValues);
    const fingerprint = ({ train, validation, test }: StudyData) =>
      fingerprintSamples([...train, ...validation, ...test], new Pacer());
    expect(await fingerprint(lean)).to.equal(await fingerprint(data));
  });

  describe("of benchmarks", () => {
    const picture = (width: number) => createCanvas(width, 30).toBuffer("image/png").toString("base64");
    const save = (name: string, rows: readonly (readonly string[])[]) => {
      const file = path.join(folder, name);
      fs.writeFileSync(file, rows.map((row) => row.join("\t")).join("\n"));
      return file;
    };
    const open = (file: string, options = {}) => benchmarkData(file, Processor.fromDirectory(model), options);

    it("cuts a sorted file at equal distances, whole units at a time", async () => {
      // Ten pictures with two questions each; a cut to five of them must not tear a pair, nor take the first category alone.
      const rows = Array.from({ length: 20 }, (_, i) => {
        const category = i < 10 ? "color" : "count";
        return [`${i}`, picture(20 + Math.floor(i / 2)), "red", i % 2 === 0 ? "Yes" : "No", category];
      });
      const file = save("MME.tsv", [["index", "image", "question", "answer", "category"], ...rows]);
      const data = await open(file, { purpose: "scoring", sizes: { test: 5 } });
      expect(data.test.map(({ id }) => id)).to.deep.equal(["0", "1", "10", "11"]);
      expect(data.notes).to.deep.equal(["Of 20 samples for scoring 4 are used, at equal distances in the file."]);
      expect(data.test.map(({ category }) => category)).to.deep.equal(["color", "color", "count", "count"]);
      const [one, two, three] = data.test.map(({ unit }) => unit);
      expect([one === two, two === three]).to.deep.equal([true, false]);
    });

    it("keeps the rotations of a question together", async () => {
      const rows = [1, 2, 3, 1_000_001, 1_000_002, 1_000_003].map((index) => [
        `${index}`,
        index < 1_000_000 ? picture(20 + index) : `${index - 1_000_000}`,
        "red",
        "x",
        "y",
        "A",
      ]);
      const file = save("MMBench_DEV_EN.tsv", [["index", "image", "question", "A", "B", "answer"], ...rows]);
      const data = await open(file, { purpose: "scoring", sizes: { test: 4 } });
      expect(data.test.map(({ id }) => id)).to.deep.equal(["1", "2", "1000001", "1000002"]);
    });

    it("keeps the letters where an option is missing, and never forces a blank answer", async () => {
      const rows = [["1", picture(20), "red", "x", "", "z", "C"]];
      const file = save("SEEDBench_IMG.tsv", [["index", "image", "question", "A", "B", "C", "answer"], ...rows]);
      expect((await open(file, { everything: true })).test[0].options).to.deep.equal(["x", "", "z"]);
      const blank = save("VizWiz.tsv", [
        ["index", "image", "question", "answers"],
        ["1", picture(20), "red", "['', '', 'blue']"],
      ]);
      const [sample] = (await open(blank, { everything: true })).test;
      const processor = Processor.fromDirectory(model);
      expect(processor.decode(sample.inputIds.slice(sample.promptLength)).split(" ")[0]).to.equal("blue");
    });

    it("encodes a Parquet file of the hub as it does a TSV", async () => {
      const file = fileURLToPath(
        new URL("../../../../tests/golden/tasks/parquet/MME/data/test-00000-of-00001.parquet", import.meta.url),
      );
      const data = await open(file, { purpose: "scoring" });
      expect([data.name, data.split]).to.deep.equal(["MME", "test"]);
      expect(data.test.map(({ id, task }) => [id, task])[1]).to.deep.equal(["color/1.png#2", "MME"]);
      const [one, two, three] = data.test.map(({ unit }) => unit);
      expect([one === two, two === three]).to.deep.equal([true, false]);
      expect((await data.test[3].pictures!())[0].width).to.equal(9);
    });

    it("says that a file is no benchmark's", async () => {
      const file = save("mine.tsv", [
        ["index", "image", "question", "answer"],
        ["1", picture(20), "red", "blue"],
      ]);
      const data = await open(file, { everything: true });
      expect(data.notes).to.deep.equal([
        "mine.tsv is named after no benchmark that is known here: its answers are scored by exact match.",
      ]);
    });

    it("lets samples to train on lack an answer, but none to score", async () => {
      const rows = ["train", "train", "test"].map((split, i) => [`${i}`, picture(20 + i), "red", "", split]);
      rows[2][3] = "blue";
      const file = save("open.tsv", [["index", "image", "question", "answer", "split"], ...rows]);
      const data = await open(file, { unanswered: true });
      const [sample] = [...data.train, ...data.validation];
      expect([sample.answers, sample.inputIds.length]).to.deep.equal([undefined, sample.promptLength]);
      rows[2][3] = "";
      save("open.tsv", [["index", "image", "question", "answer", "split"], ...rows]);
      const message = await open(file, { unanswered: true }).then(
        () => "nothing",
        (error: Error) => error.message,
      );
      expect(message).to.match(/open\.tsv, line 4: the row has no answer, and is to be scored/);
    });
  });

  it("asks the embedded tasks that are named, and no others", async () => {
    const processor = Processor.fromDirectory(model);
    const tasks = ["count", "existence"];
    const { test, name } = await embeddedData(processor, { sizes: { train: 0, validation: 0, test: 4 }, tasks });
    expect(test.map(({ task }) => task)).to.deep.equal([...tasks, ...tasks]);
    expect(name).to.equal("embedded benchmark (count, existence)");
    const asking = (named: string[]) => embeddedData(processor, { sizes: { test: 1 }, tasks: named });
    await asking([]).then(
      () => expect.fail("no task was accepted"),
      (error: Error) => expect(error.message).to.match(/no task; leave the tasks out/),
    );
    await asking(["juggling"]).then(
      () => expect.fail("an unknown task was accepted"),
      (error: Error) => expect(error.message).to.match(/juggling/),
    );
  });

  it("encodes the embedded benchmark: the same item in every size", async () => {
    const processor = Processor.fromDirectory(model);
    const small = await embeddedData(processor, { sizes: { train: 2, validation: 1, test: 3 } });
    const large = await embeddedData(processor, { sizes: { train: 3, validation: 1, test: 4 } });
    expect(large.test.slice(0, 3).map(({ inputIds }) => [...inputIds])).to.deep.equal(
      small.test.map(({ inputIds }) => [...inputIds]),
    );
    expect(new Set([...large.train, ...large.validation, ...large.test].map(({ id }) => id)).size).to.equal(8);
    expect(encodeSamples(model, { test: 1 })[0].gridThw).to.deep.equal([[1, 6, 6]]);
  });
});
