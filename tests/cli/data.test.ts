import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { createCanvas } from "@napi-rs/canvas";
import { expect } from "chai";
import { defaultName } from "../../src/cli/source.js";
import { readResults } from "../../src/export/index.js";
import { temporaryFolder, writeCheckpoint } from "../study/tiny.js";
import { inProcess } from "./cli.js";

const MME = fileURLToPath(
  new URL("../../../tests/golden/tasks/parquet/MME/data/test-00000-of-00001.parquet", import.meta.url),
);
const TRAINING = ["--budgets", ".4", "--epochs", "1", "--batch", "4", "--scouts", "0", "--no-controls"];

describe("cli data", function () {
  this.timeout(120_000);
  let folder: string;
  let model: string;

  before(async () => {
    folder = temporaryFolder();
    model = path.join(folder, "model");
    await writeCheckpoint(model);
  });
  after(() => fs.rmSync(folder, { recursive: true, force: true }));

  /** A TSV of pictures of one colour each. */
  function table(name: string, rows: number, answer: (i: number) => string = () => "blue"): string {
    const lines = Array.from({ length: rows }, (_, i) => {
      const canvas = createCanvas(60, 60);
      const context = canvas.getContext("2d");
      context.fillStyle = `rgb(${(37 * i) % 256}, ${(91 * i) % 256}, 90)`;
      context.fillRect(0, 0, 60, 60);
      return [`${i}`, canvas.toBuffer("image/png").toString("base64"), "read the word", answer(i)].join("\t");
    });
    const file = path.join(folder, name);
    fs.writeFileSync(file, [["index", "image", "question", "answer"].join("\t"), ...lines].join("\n"));
    return file;
  }

  const search = (...more: string[]) =>
    inProcess("search", "--model", model, ...TRAINING, "--storage", path.join(folder, "runs"), ...more);
  const lastLine = (text: string) => text.trim().split("\n").at(-1);

  it("scores several benchmarks after training on another file, one score each and their mean", async () => {
    const sources = ["--data", MME, "--data", table("TextVQA_VAL.tsv", 3), "--train-data", table("mine.tsv", 8)];
    const { code, output, errors } = await search(...sources, "--name", "both");
    expect(code, errors).to.equal(0);
    const results = await readResults(path.join(folder, "runs/both/results.json"));
    expect(results.data.name).to.equal("MME + TextVQA_VAL");
    expect(results.options!.trainSamples).to.equal(7);
    expect([...new Set(results.rows.map(({ sample }) => sample))].slice(-4)).to.deep.equal([
      "MME/OCR/2.png#2",
      "TextVQA_VAL/0",
      "TextVQA_VAL/1",
      "TextVQA_VAL/2",
    ]);
    const scores = [results.unpruned!.benchmarks!, ...results.means.map(({ benchmarks }) => benchmarks!)];
    expect(scores.length).to.be.greaterThan(1);
    for (const { mean, scores: own } of scores) {
      expect(own.map(({ name, benchmark, samples }) => [name, benchmark, samples])).to.deep.equal([
        ["MME", "MME", 4],
        ["TextVQA_VAL", "TextVQA", 3],
      ]);
      expect(mean).to.be.closeTo((own[0].score + own[1].score) / 2, 1e-9);
      expect(own[0].parts).to.include.keys("perception", "color acc", "OCR acc+");
    }
    expect(output).to.match(/benchmarks, score in percent\n *budget +MME +TextVQA_VAL +mean\n *unpruned/);
    expect(output).to.contain("missing").and.to.contain("Trained and chosen on samples of mine.");

    const again = await search(...sources, "--name", "both");
    expect(again.errors).to.match(/nothing was computed again/);
    sources[sources.length - 1] = table("other.tsv", 8, () => "red");
    const other = await search(...sources, "--name", "both");
    expect(lastLine(other.errors)).to.match(
      /was made with other settings: the training samples, the validation samples\. Give the same ones/,
    );
  });

  it("trains on LLaVA-Instruct, with the unpruned model's answers where there are none", async () => {
    const pictures = path.join(folder, "pictures");
    fs.mkdirSync(pictures, { recursive: true });
    const entries = Array.from({ length: 10 }, (_, i) => {
      fs.writeFileSync(path.join(pictures, `${i}.png`), createCanvas(40 + 10 * i, 60).toBuffer("image/png"));
      const turns = [
        { from: "human", value: "<image>\nread the word" },
        ...(i < 5 ? [{ from: "gpt", value: "blue" }] : []),
      ];
      return { id: `${i}`, image: `${i}.png`, conversations: turns };
    });
    const file = path.join(folder, "llava.json");
    fs.writeFileSync(file, JSON.stringify(entries));
    const sources = ["--data", table("TextVQA_VAL.tsv", 3), "--train-data", file, "--pictures", pictures];
    const { code, output, errors } = await search(...sources, "--name", "llava");
    expect(code, errors).to.equal(0);
    expect(output).to.match(/\d samples to train or choose on had no answer: theirs is the unpruned model's\./);
    expect(output).to.match(/llava: Balanced by picture area \(2,400 to 7,800 pixels\)/);
    expect((await search(...sources, "--name", "llava")).errors).to.match(/nothing was computed again/);
  });

  it("names a study after its model and files", () => {
    expect(
      defaultName({ model: "a/Qwen", data: ["x/MME.tsv", "ChartQA_TEST.tsv"], trainData: "mix.parquet" }),
    ).to.equal("Qwen-MME-ChartQA_TEST-from-mix");
    expect(defaultName({ data: ["/hub/MME/data/test-00000-of-00001.parquet"] })).to.equal("embedded-MME");
    expect(defaultName({ samples: "a/b.safetensors" })).to.equal("embedded-b");
  });

  describe("says in one sentence what is wrong:", () => {
    const cases: [what: string, args: () => string[], wanted: RegExp][] = [
      [
        "training data without scored data",
        () => ["--train-data", "x.tsv"],
        /^--train-data says what to train on; give/,
      ],
      [
        "the second file missing",
        () => ["--data", table("ChartQA.tsv", 3), "--data", "none.parquet"],
        /^Cannot read none\.parquet: it does not exist/,
      ],
      ["a training file missing", () => ["--data", MME, "--train-data", "none.tsv"], /^Cannot read none\.tsv:/],
      [
        "conversations without their pictures",
        () => ["--data", MME, "--train-data", "llava.json"],
        /^llava\.json names pictures; give the folder that has them: --pictures DIR\.$/,
      ],
      ["pictures without conversations", () => ["--data", MME, "--pictures", folder], /^--pictures is the folder/],
      [
        "two files of one name",
        () => {
          fs.mkdirSync(path.join(folder, "other"), { recursive: true });
          return ["--data", table("ChartQA.tsv", 3), "--data", table("other/ChartQA.tsv", 3)];
        },
        /^Two files to score are called ChartQA; /,
      ],
      [
        "another benchmark's file",
        () => ["--data", table("MMBench_DEV_EN.tsv", 3)],
        /^.*MMBench_DEV_EN\.tsv is named after MMBench, whose questions offer options, but it has no columns A, B,/,
      ],
      [
        "a file that is no Parquet",
        () => {
          fs.writeFileSync(path.join(folder, "MME.parquet"), "index\timage\n");
          return ["--data", path.join(folder, "MME.parquet")];
        },
        /MME\.parquet cannot be read as Parquet \(.*\); it is damaged or cut off: download it again\.$/,
      ],
    ];
    for (const [what, args, wanted] of cases) {
      it(what, async () => {
        const { code, output, errors } = await search(...args());
        expect(code, errors).to.equal(1);
        expect(output).to.equal("");
        expect(lastLine(errors)).to.match(wanted);
      });
    }
  });
});
