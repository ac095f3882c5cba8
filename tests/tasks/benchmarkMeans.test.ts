import { expect } from "chai";
import { benchmarkMeans, benchmarkNamed, type ScoredQuestion } from "../../src/tasks/index.js";

function summaryOf(name: string, questions: readonly ScoredQuestion[]) {
  return benchmarkNamed(name)!.summary(questions);
}

describe("benchmarks' summaries", () => {
  it("MME: acc and acc+ of the two questions of a picture, by category", () => {
    const question = (category: string, unit: string, score: number, i: number) => ({
      id: `${i}`,
      category,
      unit,
      score,
    });
    const { score, parts } = summaryOf("MME", [
      // color: three of four right, one of two pictures whole.
      question("color", "p", 1, 0),
      question("color", "p", 1, 1),
      question("color", "q", 1, 2),
      question("color", "q", 0, 3),
      // text_translation: everything right.
      question("text_translation", "r", 1, 4),
      question("text_translation", "r", 1, 5),
    ]);
    expect(parts).to.deep.equal({
      total: 325,
      perception: 125,
      cognition: 200,
      "color acc": 75,
      "color acc+": 50,
      "text_translation acc": 100,
      "text_translation acc+": 100,
    });
    // Two categories give 400 at most.
    expect(score).to.equal(81.25);
  });

  it("MME: total / 2800 · 100 where all fourteen categories are there", () => {
    const names = "OCR artwork celebrity color count existence landmark position posters scene".split(" ");
    names.push("code_reasoning", "commonsense_reasoning", "numerical_calculation", "text_translation");
    const questions = names.flatMap((category, c) =>
      [0, 1].map((i) => ({ id: `${c}${i}`, category, unit: category, score: c < 10 || i === 0 ? 1 : 0 })),
    );
    const { score, parts } = summaryOf("MME", questions);
    // Perception whole; of cognition half the questions, and no picture.
    expect([parts.perception, parts.cognition, parts.total]).to.deep.equal([2000, 200, 2200]);
    expect(score).to.be.closeTo((2200 / 2800) * 100, 1e-12);
  });

  it("MMBench: a question counts only if all its rotations are right", () => {
    const row = (id: number, score: number, category: string) => ({ id: `${id}`, score, category });
    const { score, parts } = summaryOf("MMBench_DEV_EN", [
      row(7, 1, "a"),
      row(8, 1, "a"),
      row(9, 0, "b"),
      row(1_000_007, 1, "a"),
      row(2_000_007, 1, "a"),
      row(1_000_008, 0, "a"),
      row(1_000_009, 1, "b"),
    ]);
    expect(score).to.be.closeTo(100 / 3, 1e-12);
    expect(parts["without rotations"]).to.be.closeTo(200 / 3, 1e-12);
    expect([parts.a, parts.b]).to.deep.equal([50, 0]);
    const plain = summaryOf("MMBench_DEV_EN", [row(1, 1, "a"), row(2, 0, "a")]);
    expect(plain).to.deep.equal({ score: 50, parts: { a: 50 } });
  });

  it("OCRBench: points by group, and of 1000", () => {
    const { score, parts } = summaryOf("OCRBench", [
      { id: "1", score: 1, category: "Regular Text Recognition" },
      { id: "2", score: 1, category: "Digit String Recognition" },
      { id: "3", score: 1, category: "Doc-oriented VQA" },
      { id: "4", score: 0, category: "Doc-oriented VQA" },
    ]);
    expect(score).to.equal(75);
    expect(parts).to.deep.equal({
      "Final Score": 750,
      "Text Recognition": 2,
      "Scene Text-centric VQA": 0,
      "Doc-oriented VQA": 1,
      "Key Information Extraction": 0,
      "Handwritten Mathematical Expression Recognition": 0,
    });
  });

  it("ChartQA: people's questions and augmented ones", () => {
    const { category } = benchmarkNamed("ChartQA")!;
    expect(["test_human", "human_test", "0"].map((value) => category!(value))).to.deep.equal([
      "human",
      "human",
      "human",
    ]);
    expect(["test_augmented", "augmented_test", "1"].map((value) => category!(value))).to.deep.equal(
      Array(3).fill("augmented"),
    );
    expect(
      summaryOf("ChartQA", [
        { id: "1", score: 1, category: "human" },
        { id: "2", score: 0, category: "human" },
        { id: "3", score: 1, category: "augmented" },
      ]).parts,
    ).to.deep.equal({ human: 50, augmented: 100 });
  });
});

describe("benchmarkMeans", () => {
  it("takes the mean over benchmarks, however many questions each has, and says which are missing", () => {
    const means = benchmarkMeans([
      { task: "TextVQA_VAL", id: "1", score: 1 },
      { task: "TextVQA_VAL", id: "2", score: 1 },
      { task: "TextVQA_VAL", id: "3", score: 0.1 },
      { task: "ChartQA_TEST", id: "1", score: 0 },
      { task: "my own", id: "1", score: 0.2 },
    ]);
    expect(means.benchmarks.map(({ task, benchmark, count }) => [task, benchmark, count])).to.deep.equal([
      ["TextVQA_VAL", "TextVQA", 3],
      ["ChartQA_TEST", "ChartQA", 1],
      ["my own", null, 1],
    ]);
    expect(means.benchmarks[0].score).to.be.closeTo(70, 1e-9);
    expect(means.mean).to.be.closeTo((70 + 0 + 20) / 3, 1e-9);
    expect(means.missing).to.deep.equal(["A-OKVQA", "VizWiz", "SEEDBench", "MMBench", "MME", "OCRBench"]);
    expect(benchmarkMeans([]).mean).to.be.NaN;
  });
});
