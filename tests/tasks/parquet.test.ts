import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { assert } from "chai";
import { decodeImage } from "../../src/checkpoint/index.js";
import {
  type BenchmarkQuestion,
  openQuestions,
  type QuestionFile,
  type QuestionOptions,
} from "../../src/tasks/index.js";
import { expectSentenceAsync, scratchFolder } from "../checkpoint/support.js";

const GOLDEN = fileURLToPath(new URL("../../../tests/golden/tasks/parquet/", import.meta.url));
const FILES = {
  textVqa: "textvqa/data/validation-00000-of-00002.parquet",
  chartQa: "ChartQA/data/test-00000-of-00001-e2cd0b7a0f9eb20d.parquet",
  vizWiz: "VizWiz-VQA/data/val-00000-of-00001.parquet",
  mme: "MME/data/test-00000-of-00001.parquet",
  mmBench: "MMBench/en/dev-00000-of-00001.parquet",
  seedBench: "SEED-Bench/data/test-00000-of-00001.parquet",
  aOkvqa: "A-OKVQA/data/validation-00000-of-00001.parquet",
  ocrBench: "OCRBench/data/test-00000-of-00001.parquet",
};

describe("parquet", () => {
  const folder = scratchFolder();
  const open = (file: string, options?: QuestionOptions) => openQuestions(path.join(GOLDEN, file), options);

  /** Width and grey of each picture, as the golden script makes them. */
  async function pictures(file: QuestionFile, item: BenchmarkQuestion): Promise<[number, number][]> {
    const found: [number, number][] = [];
    for (const bytes of await file.images(item)) {
      const { width, height, data } = await decodeImage(bytes, "picture");
      assert.equal(height, 6);
      found.push([width - 8, data[0] / 20]);
    }
    return found;
  }

  /** A copy of a golden file under another name, changed. */
  function changed(name: string, file: string, change: (bytes: Buffer) => Uint8Array = (bytes) => bytes): string {
    const target = path.join(folder, name);
    fs.mkdirSync(path.dirname(target), { recursive: true });
    fs.writeFileSync(target, change(fs.readFileSync(path.join(GOLDEN, file))));
    return target;
  }

  it("reads all shards and row groups of a set, in order, whichever is named (TextVQA, Snappy)", async () => {
    for (const name of [FILES.textVqa, FILES.textVqa.replace("00000-of", "00001-of")]) {
      const file = await open(name);
      assert.equal(file.benchmark?.name, "TextVQA");
      assert.deepEqual(
        file.items.map(({ id, line, split }) => [id, line, split]),
        [0, 1, 2, 3].map((i) => [String(34602 + i), i + 1, "validation"]),
      );
      assert.deepEqual(file.items[0].answers, [...Array(9).fill("stop"), "go"]);
      // Back and forth between groups and shards.
      for (const i of [3, 0, 2, 1]) assert.deepEqual(await pictures(file, file.items[i]), [[i, i]]);
      assert.match(file.place(file.items[3]), /validation-00001-of-00002\.parquet, row 1$/);
      file.close();
    }
  });

  it("reads ChartQA (gzip): who asked is the category", async () => {
    const file = await open(FILES.chartQa);
    assert.deepEqual(
      file.items.map(({ id, category, answers, options, split }) => [id, category, answers, options, split]),
      [
        ["1", "human", ["7"], undefined, "test"],
        ["2", "augmented", ["12.5"], undefined, "test"],
      ],
    );
    file.close();
  });

  it("reads VizWiz: the annotators' answers", async () => {
    const file = await open(FILES.vizWiz);
    assert.deepEqual(file.items[1].answers, Array(10).fill("yes"));
    file.close();
  });

  it("reads MME (zstd): questions about one picture that share an id are told apart", async () => {
    const file = await open(FILES.mme);
    assert.deepEqual(
      file.items.map(({ id, answers, category }) => [id, answers[0], category]),
      [
        ["color/1.png", "Yes", "color"],
        ["color/1.png#2", "No", "color"],
        ["OCR/2.png", "Yes", "OCR"],
        ["OCR/2.png#2", "No", "OCR"],
      ],
    );
    assert.deepEqual(await pictures(file, file.items[3]), [[1, 1]]);
    file.close();
  });

  it("reads MMBench (not compressed): options by letter, hints and options that are no value left out", async () => {
    const file = await open(FILES.mmBench);
    assert.equal(file.benchmark?.name, "MMBench");
    assert.deepEqual(file.items[1], {
      id: "1000241",
      line: 2,
      question: "Which one?",
      answers: ["B"],
      options: { A: "blue", B: "red" },
      hint: "Look.",
      category: "attribute",
      split: "validation",
    });
    assert.equal(file.items[0].hint, undefined);
    file.close();
  });

  it("reads SEED-Bench (brotli): lists of pictures, and not the questions about videos", async () => {
    const file = await open(FILES.seedBench);
    assert.deepEqual(
      file.items.map(({ id, category, answers }) => [id, category, answers[0]]),
      [
        ["101669", "4", "C"],
        ["101671", "5", "B"],
      ],
    );
    assert.deepEqual(file.items[0].options, { A: "one", B: "two", C: "three", D: "four" });
    assert.deepEqual(await pictures(file, file.items[1]), [
      [3, 3],
      [4, 4],
    ]);
    file.close();
  });

  it("reads A-OKVQA: choices in a list, the answer's position as its letter", async () => {
    const file = await open(FILES.aOkvqa, { unanswered: "some" });
    assert.deepEqual(
      file.items.map(({ answers }) => answers),
      [["B"], ["A"], []],
    );
    assert.deepEqual(file.items[0].options, { A: "eat", B: "sleep" });
    file.close();
    await expectSentenceAsync(() => open(FILES.aOkvqa), /00000-of-00001\.parquet, row 3: the row has no answer\.$/);
  });

  it("reads OCRBench: a picture by its path, and says where one is missing", async () => {
    const file = await open(FILES.ocrBench);
    const [first, second, third] = file.items;
    assert.deepEqual(first.answers, ["CENTRE", "centre"]);
    assert.equal(second.category, "Handwritten Mathematical Expression Recognition");
    assert.deepEqual(await pictures(file, second), [[5, 5]]);
    await expectSentenceAsync(() => file.images(third), /OCRBench.*, row 3: the row has no picture\.$/);
    file.close();
  });

  it("says of a damaged file that it is damaged", async () => {
    const damaged = /cannot be read as Parquet \([^\n]+\); it is damaged or cut off: download it again\.$/;
    const cut = changed("MME/cut.parquet", FILES.mme, (bytes) => bytes.subarray(0, bytes.length - 200));
    await expectSentenceAsync(() => openQuestions(cut), damaged);
    const empty = changed("MME/empty.parquet", FILES.mme, () => new Uint8Array(0));
    await expectSentenceAsync(() => openQuestions(empty), damaged);
    const text = changed("MME/text.parquet", FILES.mme, () => Buffer.from("not a table at all, but text"));
    await expectSentenceAsync(() => openQuestions(text), damaged);
    // The footer is whole, the compressed columns before it are not: known when they are read.
    const scrambled = changed("MME.parquet", FILES.mme, (bytes) => Buffer.from(bytes).fill(0xaa, 8, 1200));
    await expectSentenceAsync(async () => {
      const file = await openQuestions(scrambled);
      for (const item of file.items) await file.images(item);
    }, damaged);
    await expectSentenceAsync(() => openQuestions(path.join(folder, "none.parquet")), /it does not exist/);
  });

  it("never throws anything but a sentence, whichever byte is wrong", async () => {
    const good = fs.readFileSync(path.join(GOLDEN, FILES.chartQa));
    const file = path.join(folder, "ChartQA.parquet");
    for (let at = 0; at < good.length; at += 7) {
      const bytes = Buffer.from(good);
      bytes[at] ^= 0x5a;
      fs.writeFileSync(file, bytes);
      try {
        const read = await openQuestions(file);
        for (const item of read.items)
          await read.images(item).catch((error: Error) => assert.equal(error.name, "EspalierError"));
        read.close();
      } catch (error) {
        assert.equal((error as Error).name, "EspalierError", `byte ${at}: ${(error as Error).stack}`);
      }
    }
  });

  it("refuses another benchmark's file, missing columns, and a set that is not whole", async () => {
    await expectSentenceAsync(
      () => openQuestions(changed("MME_TEST.parquet", FILES.mmBench)),
      /named after MME, whose questions are answered yes or no, but row 1 offers the options A, B; give MME's own file/,
    );
    await expectSentenceAsync(
      () => openQuestions(changed("MMBench_DEV_EN.parquet", FILES.textVqa)),
      /after MMBench, whose questions offer options, but it has no columns A, B, … or choices: "image_id, /,
    );
    await expectSentenceAsync(
      () => openQuestions(changed("TextVQA/validation-00001-of-00002.parquet", FILES.textVqa)),
      /is one of 2 shards, and shard 0 of them is not beside it; put it there, or rename the file to read it alone/,
    );
    changed("mixed/test-00000-of-00002.parquet", FILES.textVqa);
    await expectSentenceAsync(
      () => openQuestions(changed("mixed/test-00001-of-00002.parquet", FILES.vizWiz)),
      /test-00001-of-00002\.parquet has other columns than /,
    );
  });
});
