import { expect } from "chai";
import fc from "fast-check";
import {
  contains,
  exactMatch,
  extractOption,
  extractYesNo,
  majorityShare,
  multipleChoiceAccuracy,
  normaliseVqaAnswer,
  relaxedAccuracy,
  score,
  summary,
  vqaAccuracy,
  yesNoAccuracy,
} from "../../../src/tasks/index.js";

describe("multipleChoiceAccuracy", () => {
  const colors = ["red", "green", "blue", "dark red"];

  it("finds the letter in what a model writes", () => {
    for (const text of [
      "B",
      "b",
      "B.",
      "(B)",
      " b) ",
      "B. green",
      "The answer is B.",
      "Answer: B",
      "green",
      "It is green.",
      "B green",
    ]) {
      expect(extractOption(text, colors), text).to.equal("B");
    }
    expect(extractOption("The answer is A", colors)).to.equal("A");
    expect(extractOption("A red", colors)).to.equal("A");
    expect(extractOption("I think it is C", undefined)).to.equal("C");
    expect(extractOption("I'm sure: C", undefined)).to.equal("C");
  });

  it("takes the article for an article", () => {
    expect(extractOption("A dog that is green", colors)).to.equal("B");
    expect(extractOption("A dog", colors)).to.equal(undefined);
  });

  it("does not guess", () => {
    for (const text of ["", "A or B", "red or green", "E", "yellow", "greenish", "the dark red one"]) {
      expect(extractOption(text, colors), text).to.equal(undefined);
    }
  });

  it("accepts the right option's text as the answer too", () => {
    expect(multipleChoiceAccuracy("C", ["blue"], colors)).to.equal(1);
    expect(multipleChoiceAccuracy("blue", ["C"], colors)).to.equal(1);
    expect(multipleChoiceAccuracy("B", ["C"], colors)).to.equal(0);
  });
});

describe("vqaAccuracy", () => {
  it("normalises as the VQA evaluation does", () => {
    // Worked by hand through its steps: punctuation, full stops, case, articles, number words.
    expect(normaliseVqaAnswer("The Red-Car!")).to.equal("red car");
    expect(normaliseVqaAnswer("a cat, a dog")).to.equal("cat dog");
    expect(normaliseVqaAnswer("1,000")).to.equal("1000");
    expect(normaliseVqaAnswer("3.5 m.")).to.equal("3.5 m");
    expect(normaliseVqaAnswer("Two")).to.equal("2");
    expect(normaliseVqaAnswer("none")).to.equal("0");
    expect(normaliseVqaAnswer("don't")).to.equal(normaliseVqaAnswer("dont"));
    expect(normaliseVqaAnswer("stop / go")).to.equal("stop go");
    expect(normaliseVqaAnswer("4 7")).to.equal("47");
  });

  it("averages over annotators, each left out once", () => {
    const panel = (agreeing: number) => Array.from({ length: 10 }, (_, i) => (i < agreeing ? "cat" : `other ${i}`));
    // k agree: k of the ten folds see k − 1 others, the rest k; each counts min(1, · / 3).
    expect(vqaAccuracy("cat", panel(0))).to.equal(0);
    expect(vqaAccuracy("cat", panel(1))).to.be.closeTo(9 / 30, 1e-12);
    expect(vqaAccuracy("cat", panel(2))).to.be.closeTo((2 * (1 / 3) + 8 * (2 / 3)) / 10, 1e-12);
    expect(vqaAccuracy("cat", panel(3))).to.be.closeTo((3 * (2 / 3) + 7) / 10, 1e-12);
    expect(vqaAccuracy("cat", panel(4))).to.equal(1);
  });

  it("matches a single right answer whole", () => {
    expect(vqaAccuracy("The cat.", ["cat"])).to.equal(1);
    expect(vqaAccuracy("dog", ["cat"])).to.equal(0);
    expect(vqaAccuracy("the", ["a"])).to.equal(0);
  });
});

describe("yesNoAccuracy", () => {
  it("needs exactly one of the two words", () => {
    expect(extractYesNo("Yes, it is.")).to.equal("yes");
    expect(extractYesNo("NO")).to.equal("no");
    expect(extractYesNo("yes and no")).to.equal(undefined);
    expect(extractYesNo("nothing")).to.equal(undefined);
    expect(yesNoAccuracy("yes", ["Yes"])).to.equal(1);
    expect(yesNoAccuracy("no", ["Yes"])).to.equal(0);
    expect(yesNoAccuracy("maybe", ["maybe"])).to.equal(0);
  });
});

describe("relaxedAccuracy", () => {
  it("allows numbers 5 %, percentages as shares, texts nothing", () => {
    expect(relaxedAccuracy("105", ["100"])).to.equal(1);
    expect(relaxedAccuracy("95", ["100"])).to.equal(1);
    expect(relaxedAccuracy("105.1", ["100"])).to.equal(0);
    expect(relaxedAccuracy("-96", ["-100"])).to.equal(1);
    expect(relaxedAccuracy("50%", ["0.51"])).to.equal(1);
    expect(relaxedAccuracy("0", ["0"])).to.equal(1);
    expect(relaxedAccuracy("0.001", ["0"])).to.equal(0);
    expect(relaxedAccuracy("Red", ["red"])).to.equal(1);
    expect(relaxedAccuracy("redd", ["red"])).to.equal(0);
    expect(relaxedAccuracy("7", ["8"])).to.equal(0);
    expect(relaxedAccuracy("1e2", ["100"])).to.equal(1);
  });
});

describe("contains and exactMatch", () => {
  it("join characters that are spelled one by one", () => {
    expect(contains("k u w", ["kuw"])).to.equal(1);
    expect(contains("the word is KUW", ["k u w"])).to.equal(1);
    expect(contains("k u", ["k u w"])).to.equal(0);
    expect(contains("anything", [""])).to.equal(0);
    expect(exactMatch("4 7", ["47"])).to.equal(1);
    expect(exactMatch("Red  star.", ["red star"])).to.equal(1);
    expect(exactMatch("red", ["red star"])).to.equal(0);
  });
});

describe("score", () => {
  it("takes the metric of the task", () => {
    expect(score("existence", "Yes!", ["yes"])).to.equal(1);
    expect(score("chart", "105", ["100"])).to.equal(1);
    expect(score("ChartQA_TEST", "105", ["100"])).to.equal(1);
    expect(score("word", "it says k u w", ["k u w"])).to.equal(0);
    expect(score("OCRBench", "it says kuw", ["kuw"])).to.equal(1);
    expect(score("sign", "4 7", ["4 7"])).to.equal(1);
    expect(score("MMBench_DEV_EN", "(B)", ["B"], ["x", "y"])).to.equal(1);
    expect(score("A-OKVQA", "b", ["B"])).to.equal(1);
    expect(score("count", "C", ["C"], ["1", "2", "3", "4"])).to.equal(1);
    expect(score("someone's own", "A cat", ["a cat"])).to.equal(1);
    expect(score("someone's own", "B", ["B"], ["x", "y"])).to.equal(1);
  });

  it("never takes an empty prediction for right, and stays in [0, 1]", () => {
    const tasks = fc.constantFrom(
      "attribute-choice",
      "attribute",
      "relation",
      "count",
      "existence",
      "chart",
      "word",
      "sign",
      "other",
    );
    const text = fc.oneof(fc.string(), fc.constantFrom("", " ", "A", "yes", "no", "0", "the", "47", "red"));
    fc.assert(
      fc.property(tasks, text, fc.array(text, { maxLength: 12 }), (task, prediction, answers) => {
        const value = score(task, prediction, answers);
        expect(value).to.be.within(0, 1);
        if (prediction.trim() === "" || answers.length === 0) expect(value).to.equal(0);
      }),
      { numRuns: 500 },
    );
  });
});

describe("summary and majorityShare", () => {
  it("count every task the same", () => {
    const result = summary([
      { task: "a", score: 1 },
      { task: "a", score: 0 },
      { task: "a", score: 0.5 },
      { task: "b", score: 1 },
    ]);
    expect(result).to.deep.equal({ tasks: { a: { count: 3, mean: 0.5 }, b: { count: 1, mean: 1 } }, mean: 0.75 });
    expect(summary([]).mean).to.be.NaN;
  });

  it("give the most frequent answer's share", () => {
    const items = ["yes", "yes", "no", "yes"].map((answer) => ({ task: "existence", answers: [answer] }));
    expect(majorityShare([...items, { task: "word", answers: ["k"] }])).to.deep.equal({ existence: 0.75, word: 1 });
  });
});
