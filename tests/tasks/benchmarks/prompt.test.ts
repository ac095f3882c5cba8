import { expect } from "chai";
import { benchmarkNamed, type Wording } from "../../../src/tasks/index.js";

describe("benchmarks' wording", () => {
  const ask = (name: string, wording: Wording, rest = {}) =>
    benchmarkNamed(name)!.prompt({ id: "1", line: 1, question: "Which?", answers: ["A"], ...rest }, wording);
  const options = { A: "red", B: "blue" };

  it("is VLMEvalKit's", () => {
    expect(ask("MMBench", "standard", { options, hint: "Look." })).to.equal(
      "Hint: Look.\nQuestion: Which?\nOptions:\nA. red\nB. blue\nPlease select the correct answer from the options above. \n",
    );
    for (const name of ["TextVQA", "ChartQA"]) {
      expect(ask(name, "standard")).to.equal("Which?\nAnswer the question using a single word or phrase.");
      expect(ask(name, "llava")).to.equal(ask(name, "standard"));
    }
    for (const name of ["VizWiz", "OCRBench", "MME"]) expect(ask(name, "standard")).to.equal("Which?");
  });

  it("is Qwen2-VL's for its kind", () => {
    expect(ask("SEEDBench", "qwen2_vl", { options })).to.equal(
      "Question: Which?\nOptions:\nA. red\nB. blue\nPlease select the correct answer from the options above.",
    );
    expect(ask("A-OKVQA", "qwen2_vl", { options: { A: "红" } })).to.equal(
      "Question: Which?\nOptions:\nA. 红\n请直接回答选项字母。",
    );
    for (const name of ["TextVQA", "ChartQA", "VizWiz", "OCRBench"]) {
      expect(ask(name, "qwen2_vl")).to.equal(
        "Which?\nPlease try to answer the question with short words or phrases if possible.",
      );
    }
    expect(ask("MME", "qwen2_vl")).to.equal("Which?");
  });

  it("is LLaVA's for LLaVA", () => {
    expect(ask("MMBench", "llava", { options, hint: "Look." })).to.equal(
      "Look.\nWhich?\nA. red\nB. blue\nAnswer with the option's letter from the given choices directly.",
    );
    expect(ask("MMBench", "llava", { options: { A: "红" } })).to.equal("Which?\nA. 红\n请直接回答选项字母。");
  });
});
