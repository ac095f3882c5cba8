import { expect } from "chai";
import fc from "fast-check";
import {
  contains,
  exactMatch,
  extractOption,
  extractYesNo,
  inferChoice,
  inferredChoiceAccuracy,
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

describe("inferredChoiceAccuracy", () => {
  const colors = ["red", "green", "blue", "dark red"];

  it("finds a capital letter among the last four words", () => {
    // Worked by hand through VLMEvalKit's steps.
    for (const text of [
      "B",
      "B.",
      "(B)",
      "B. green",
      "The answer is B.",
      "Answer: B",
      "green",
      "It is GREEN.",
      "{B}",
    ]) {
      expect(inferChoice(text, colors), text).to.equal("B");
    }
    expect(inferChoice("B it is as anybody can see", colors)).to.equal(undefined);
    expect(inferChoice("A dog", colors)).to.equal("A");
    // Two letters; none is said to be the answer, and no text stands there.
    expect(inferChoice("A or B", colors)).to.equal(undefined);
    // Both letters, but one of them is called the answer.
    expect(inferChoice("Not A since it is late. The correct answer is **C**, as one sees", colors)).to.equal("C");
    // "b" is no letter, but part of the text "blue" the other way round: nothing.
    expect(inferChoice("b", colors)).to.equal(undefined);
    expect(inferChoice("the answer is blue", colors)).to.equal("C");
  });

  it("finds one option's text, unless there is more talk than options", () => {
    expect(inferChoice("it seems to be blue", colors)).to.equal("C");
    // "red" stands in "dark red" too.
    expect(inferChoice("dark red", colors)).to.equal(undefined);
    expect(inferChoice(`blue ${"x".repeat(40)}`, colors)).to.equal(undefined);
  });

  it("knows a refusal, and options that are missing", () => {
    expect(inferChoice("Cannot determine the answer, B", colors)).to.equal("Z");
    expect(inferChoice("Z", colors)).to.equal("Z");
    expect(inferChoice("B", ["red", "", "blue"])).to.equal(undefined);
    expect(inferredChoiceAccuracy("C", ["C"], ["red", "", "blue"])).to.equal(1);
    expect(inferredChoiceAccuracy("C", ["blue"], colors)).to.equal(1);
    expect(inferredChoiceAccuracy("Z", ["Z"], colors)).to.equal(0);
    expect(inferredChoiceAccuracy("", ["A"], colors)).to.equal(0);
    expect(inferredChoiceAccuracy(" ", ["A"], ["", " "])).to.equal(0);
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
    expect(normaliseVqaAnswer("in 1990.")).to.equal("in 1990");
    expect(normaliseVqaAnswer("stop / go")).to.equal("stop go");
    expect(normaliseVqaAnswer("none\nof  ten")).to.equal("0 of 10");
    // Not one word, as the embedded benchmark's spelled answers are.
    expect(normaliseVqaAnswer("4 7")).to.equal("4 7");
  });

  it("spells contractions alike, but no other word with an apostrophe", () => {
    expect(normaliseVqaAnswer("dont")).to.equal("don't");
    expect(normaliseVqaAnswer("couldntve")).to.equal("couldntve");
    expect(normaliseVqaAnswer("couldnt've")).to.equal("couldn't've");
    expect(normaliseVqaAnswer("somebody'd")).to.equal("somebodyd");
    expect(normaliseVqaAnswer("dog's")).to.not.equal(normaliseVqaAnswer("dogs"));
    expect(normaliseVqaAnswer("its")).to.not.equal(normaliseVqaAnswer("it's"));
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
    // Marks that the VQA evaluation leaves are part of the word.
    expect(extractYesNo("yes:")).to.equal(undefined);
    expect(extractYesNo("[Yes]")).to.equal("yes");
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

describe("contains", () => {
  it("looks for any answer, case aside, line ends as blanks", () => {
    expect(contains("the word is KUW", ["other", "kuw"])).to.equal(1);
    expect(contains("12\nMain Street", [" 12 main "])).to.equal(1);
    expect(contains("k u w", ["kuw"])).to.equal(0);
    expect(contains("anything", [""])).to.equal(0);
    expect(contains("anything", [" \n"])).to.equal(0);
  });

  it("takes blanks out of handwritten formulae, where case counts", () => {
    const formulae = "Handwritten Mathematical Expression Recognition";
    expect(contains("x ^ { 2 }", ["x^{2}"], undefined, formulae)).to.equal(1);
    expect(contains("X^{2}", ["x ^ {2}"], undefined, formulae)).to.equal(0);
    expect(contains("x ^ { 2 }", ["x^{2}"], undefined, "Digit String Recognition")).to.equal(0);
    expect(contains("x", [" "], undefined, formulae)).to.equal(0);
  });
});

describe("exactMatch", () => {
  it("passes over case, space and a final full stop", () => {
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
    expect(score("A-OKVQA", "B", ["B"], ["x", "y"])).to.equal(1);
    expect(score("A-OKVQA", "b", ["B"], ["x", "y"])).to.equal(0);
    expect(score("MME", "Yes, it is.", ["Yes"])).to.equal(1);
    expect(score("VizWiz", "two", ["2"])).to.equal(1);
    expect(score("sign", "4 7", ["47"])).to.equal(1);
    expect(score("TextVQA_VAL", "4 7", ["47"])).to.equal(0);
    // Named alike, but other benchmarks.
    expect(score("OCRBench_v2", "it says kuw", ["kuw"])).to.equal(0);
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
      "A-OKVQA",
      "VizWiz",
      "SEEDBench_IMG",
      "MMBench_DEV_EN",
      "MME",
      "ChartQA_TEST",
      "OCRBench",
      "TextVQA_VAL",
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
