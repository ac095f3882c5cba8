import fs from "node:fs";
import path from "node:path";
import { assert } from "chai";
import fc from "fast-check";
import { openTsv } from "../../src/tasks/tsv.js";
import { TsvRecords } from "../../src/tasks/tsvRecords.js";
import { expectSentence, expectSentenceAsync, scratchFolder } from "../checkpoint/support.js";

const picture = (fill: number) => Buffer.alloc(60, fill).toString("base64");

describe("tsv", () => {
  const folder = scratchFolder();
  const file = path.join(folder, "benchmark.tsv");
  const open = (text: string | Uint8Array) => {
    fs.writeFileSync(file, text);
    return openTsv(file);
  };
  const refuse = (text: string | Uint8Array, wanted: RegExp) => expectSentence(() => open(text).close(), wanted);
  const basic = (...rows: string[]) => ["index\timage\tquestion\tanswer", ...rows].join("\n");

  it("reads rows, options, lists and shared pictures", async () => {
    const rows = [
      "\ufeffindex\timage\tquestion\thint\tA\tB\tC\tanswer\tcategory\tsplit",
      `1\t${picture(1)}\tWhich?\tnan\tred\t\tNone\tA\tcolour\tdev`,
      `2\t4\t"two ""words""\nand a\ttab"\tlook up\tx\ty\tz\tB\t\ttest`,
      `3\t"['${picture(3)}', '${picture(4)}']"\tBoth?\t\t\t\t\t"['yes', ""it's"", 2]"\t\ttrain`,
      "",
      `4\t${picture(5)}\tPlain "quoted" text?\t\t\t\t\t[unclosed`,
    ];
    const tsv = open(rows.join("\r\n"));
    const [one, two, three, four] = tsv.items;
    assert.deepEqual(one, {
      id: "1",
      line: 2,
      question: "Which?",
      answers: ["A"],
      options: { A: "red" },
      category: "colour",
      split: "validation",
    });
    assert.deepEqual(two, {
      id: "2",
      line: 3,
      question: 'two "words"\nand a\ttab',
      answers: ["B"],
      options: { A: "x", B: "y", C: "z" },
      hint: "look up",
      split: "test",
    });
    assert.deepEqual(three!.answers, ["yes", "it's", "2"]);
    assert.equal(three!.split, "train");
    assert.deepEqual(four, { id: "4", line: 7, question: 'Plain "quoted" text?', answers: ["[unclosed"] });
    assert.deepEqual(
      (await tsv.images(one!)).map((bytes) => [bytes.length, bytes[0]]),
      [[60, 1]],
    );
    assert.equal((await tsv.images(two!))[0]![0], 5);
    assert.deepEqual(
      (await tsv.images(three!)).map((bytes) => bytes[0]),
      [3, 4],
    );
    tsv.close();
  });

  it("reads pictures beside the file", async () => {
    fs.mkdirSync(path.join(folder, "pictures"), { recursive: true });
    fs.writeFileSync(path.join(folder, "pictures", "a.png"), "PNG");
    const tsv = open("index\timage_path\tquestion\tanswer\n7\tpictures/a.png\tWhat?\tyes\n8\tnone.png\tWhat?\tno\n");
    assert.equal(Buffer.from((await tsv.images(tsv.items[0]!))[0]!).toString(), "PNG");
    await expectSentenceAsync(() => tsv.images(tsv.items[1]!), /none\.png: it does not exist/);
    tsv.close();
  });

  it("names the line of what is wrong", () => {
    const good = `1\t${picture(1)}\tq\ta`;
    refuse("", /is empty/);
    refuse("\n\n", /is empty/);
    refuse("index\timage\tquestion\tanswer\n", /no questions/);
    refuse("index\tquestion\tanswer\n", /lacks the columns image \(or image_path\); it has "index, question, answer"/);
    refuse("a,b,c\n", /lacks the columns index, question, answer, image/);
    refuse("index\timage\timage\tquestion\tanswer\n", /column "image" twice/);
    refuse(basic(good, good), /line 3: the row has the index 1, which line 2 has already/);
    refuse(basic(good, "2\t1\t\ta"), /line 3: the row has no question/);
    refuse(basic(good, "2\t1\tq"), /line 3: the row has no answer/);
    refuse(basic(good, `\t1\tq\ta`), /line 3: the row has no index/);
    refuse(basic(good, "2\t\tq\ta"), /line 3: the row has no picture/);
    refuse(
      basic(good, `"3"\t"1"\t"a\nb"\ta`, "4\t9\tq\ta"),
      /line 5: the row \(index 4\) refers to the picture of index "9", which no row has/,
    );
    refuse(
      basic(good, "2\t1\tq\ta", "3\t2\tq\ta"),
      /refers to the picture of index "2", whose row \(line 3\) holds no picture itself/,
    );
    refuse(basic(`1\t${picture(1).slice(0, -1)}\tq\ta`), /line 2: the row has an image that is not base64/);
    refuse(basic(`1\t${picture(1).replace("AQ", "=A")}\tq\ta`), /not base64/);
    refuse(basic(`1\t${picture(1)}!!!!\tq\ta`), /not base64/);
    refuse(basic(`${good}\textra`), /line 2: the row has 5 fields, the header has 4/);
    refuse(
      basic(good, `2\t"${picture(1)}\tq\ta`, "3\t1\tq\ta"),
      /ends inside a quoted field of the record that begins on line 3/,
    );
    refuse(
      Buffer.concat([Buffer.from(basic(`1\t${picture(1)}\tq`)), Buffer.from([0xff, 0xfe])]),
      /line 2, is not UTF-8/,
    );
    expectSentence(() => openTsv(path.join(folder, "none.tsv")), /does not exist/);
  });

  it("finds records across chunks of a large file without holding it", async function () {
    this.timeout(60_000);
    const big = path.join(folder, "big.tsv");
    const fd = fs.openSync(big, "w");
    fs.writeSync(fd, "index\timage\tquestion\tanswer\n");
    const image = Buffer.alloc(900_000, 7).toString("base64");
    for (let i = 0; i < 30; i++) fs.writeSync(fd, `${i}\t${image}\t"line one\r\nline ""two"""\t${i}\r\n`);
    fs.closeSync(fd);
    const tsv = openTsv(big);
    assert.equal(tsv.items.length, 30);
    assert.deepEqual(tsv.items[29], { id: "29", line: 60, question: 'line one\r\nline "two"', answers: ["29"] });
    assert.equal((await tsv.images(tsv.items[17]!))[0]!.length, 900_000);
    tsv.close();
  });

  it("splits what a quoting writer joined, whatever the fields hold", () => {
    const field = fc.string({ unit: fc.constantFrom("a", '"', "\t", "\n", "\r", " ", "é", "猫"), maxLength: 8 });
    const table = fc.array(fc.array(field, { minLength: 3, maxLength: 3 }), { minLength: 1, maxLength: 6 });
    const quote = (text: string) => (/["\t\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
    fc.assert(
      fc.property(table, fc.constantFrom("\n", "\r\n", "\r"), (rows, end) => {
        fs.writeFileSync(file, rows.map((row) => row.map(quote).join("\t")).join(end) + end);
        const records = new TsvRecords(file);
        const read = [...records.ranges()].map((range) => records.fields(range));
        records.close();
        assert.deepEqual(read, rows);
      }),
      { numRuns: 300, seed: 9 },
    );
  });

  it("refuses a file of another benchmark than its name says", () => {
    const named = (name: string, text: string, wanted: RegExp) => {
      const file = path.join(folder, name);
      fs.writeFileSync(file, text);
      expectSentence(() => openTsv(file).close(), wanted);
    };
    const choice = `index\timage\tquestion\tA\tB\tC\tD\tanswer\tcategory\n1\t${picture(1)}\tq\tw\tx\ty\tz\tA\tcolour`;
    named(
      "MME.tsv",
      choice,
      /MME\.tsv is named after MME, whose questions are answered yes or no, but line 2 offers the options A, B, C, D; give MME's own file/,
    );
    named(
      "ChartQA_TEST.tsv",
      choice,
      /after ChartQA, whose questions are answered freely, but line 2 offers the options/,
    );
    named(
      "OCRBench.tsv",
      basic(`1\t${picture(1)}\tq\ta`),
      /after OCRBench, .* but it has no column category: "index, image/,
    );
    const free = basic(`1\t${picture(1)}\tq\ta`);
    for (const name of ["MMBench_DEV_EN_V11.tsv", "A-OKVQA.tsv", "SEEDBench_IMG.tsv"]) {
      named(name, free, /whose questions offer options, but it has no columns A, B, … or choices: "index, image/);
    }
    const empty = `index\timage\tquestion\tA\tB\tanswer\n1\t${picture(1)}\tq\t\t\tA`;
    named("MMBench_DEV_EN.tsv", empty, /line 2: the row has no options/);
    const other = `index\timage\tquestion\tA\tB\tanswer\n1\t${picture(1)}\tq\tx\ty\tC`;
    named("MMBench_DEV_EN.tsv", other, /line 2: the row has the answer "C", where MMBench has one of the letters A, B/);
    const maybe = `index\timage\tquestion\tanswer\tcategory\n1\t${picture(1)}\tq\tmaybe\tOCR`;
    named("MME.tsv", maybe, /line 2: the row has the answer "maybe", where MME has Yes or No/);
  });

  it("takes a benchmark's own columns", () => {
    const open = (name: string, text: string) => {
      const file = path.join(folder, name);
      fs.writeFileSync(file, text);
      const tsv = openTsv(file);
      tsv.close();
      return tsv.items[0]!;
    };
    const vizWiz = `index\timage\tquestion\tanswers\tanswer\n1\t${picture(1)}\tq\t"['a', 'b', 'b']"\ta`;
    assert.deepEqual(open("VizWiz.tsv", vizWiz).answers, ["a", "b", "b"]);
    const chart = `index\timage\tquestion\tanswer\tsplit\n1\t${picture(1)}\tq\t7\ttest_augmented`;
    assert.equal(open("ChartQA_TEST.tsv", chart).category, "augmented");
    const seed = `index\timage\tquestion\tA\tB\tanswer\tdata_type\n1\t${picture(1)}\tq\tx\ty\tA\tvideo\n2\t1\tq\tx\ty\tB\timage`;
    // The row of a video is another benchmark's; it is passed over.
    const file = path.join(folder, "SEEDBench_IMG.tsv");
    fs.writeFileSync(file, seed.replace("\n2\t1\t", `\n2\t${picture(2)}\t`));
    const tsv = openTsv(file);
    assert.deepEqual(
      tsv.items.map(({ id }) => id),
      ["2"],
    );
    tsv.close();
  });

  it("reads rows without an answer where that is allowed", () => {
    fs.writeFileSync(file, `index\timage\tquestion\n1\t${picture(1)}\tq`);
    const tsv = openTsv(file, { unanswered: "all" });
    assert.deepEqual(tsv.items[0]!.answers, []);
    tsv.close();
    expectSentence(() => openTsv(file, { unanswered: "some" }), /lacks the columns answer; it has/);
    fs.writeFileSync(file, basic(`1\t${picture(1)}\tq\t`));
    assert.deepEqual(openTsv(file, { unanswered: "some" }).items[0]!.answers, []);
    expectSentence(() => openTsv(file), /line 2: the row has no answer/);
  });

  it("survives any text", async () => {
    const piece = fc.constantFrom(
      "index",
      "image",
      "question",
      "answer",
      "\t",
      "\t",
      "\n",
      '"',
      "1",
      picture(2),
      "['",
      "']",
      "\\",
      "[",
      ",",
      "\r",
      "é",
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 40 }), fc.boolean(), async (pieces, withHeader) => {
        try {
          const tsv = open((withHeader ? "index\timage\tquestion\tanswer\n" : "") + pieces.join(""));
          for (const item of tsv.items) await tsv.images(item);
          tsv.close();
        } catch (error) {
          assert.equal((error as Error).name, "EspalierError", String(error));
        }
      }),
      { numRuns: 500, seed: 10 },
    );
  });
});
