import { readFileSync } from "node:fs";
import { expect } from "chai";
import { extractYesNo, inferChoice, relaxedAccuracy, vqaAccuracy } from "../../../src/tasks/index.js";

/** Written by tests/golden/tasks/make_scores.py from VLMEvalKit's own functions. */
const GOLDEN = JSON.parse(
  readFileSync(new URL("../../../../tests/golden/tasks/scores.json", import.meta.url), "utf8"),
) as {
  vqaAccuracy: [prediction: string, answers: string[], score: number][];
  relaxedAccuracy: [prediction: string, answer: string, right: boolean][];
  yesNo: [prediction: string, said: "Yes" | "No" | "Unknown"][];
  choice: [prediction: string, options: string[], letter: string | null][];
};

describe("scores beside VLMEvalKit's", () => {
  it("VQA accuracy", () => {
    for (const [prediction, answers, score] of GOLDEN.vqaAccuracy) {
      expect(vqaAccuracy(prediction, answers), JSON.stringify([prediction, answers])).to.be.closeTo(score, 1e-12);
    }
  });

  it("relaxed accuracy", () => {
    for (const [prediction, answer, right] of GOLDEN.relaxedAccuracy) {
      expect(relaxedAccuracy(prediction, [answer]), JSON.stringify([prediction, answer])).to.equal(Number(right));
    }
  });

  it("yes and no", () => {
    for (const [prediction, said] of GOLDEN.yesNo) {
      const wanted = said === "Unknown" ? undefined : said.toLowerCase();
      expect(extractYesNo(prediction), JSON.stringify(prediction)).to.equal(wanted);
    }
  });

  it("the option that is meant", () => {
    for (const [prediction, options, letter] of GOLDEN.choice) {
      expect(inferChoice(prediction, options) ?? null, JSON.stringify([prediction, options])).to.equal(letter);
    }
  });
});
