import { createHash } from "node:crypto";
import { expect } from "chai";
import { EspalierError } from "../../../src/errors.js";
import {
  AUXILIARY_TASKS,
  EMBEDDED_TASKS,
  embeddedItems,
  generatePicture,
  majorityShare,
  SPLIT_SEEDS,
  type Split,
  splitOfSeed,
} from "../../../src/tasks/index.js";

const SPLITS: readonly Split[] = ["train", "validation", "test"];

describe("embeddedItems", () => {
  it("asks the eight tasks in equal shares, one question an item, the same whatever the count", () => {
    const items = embeddedItems("validation", 32);
    for (const task of EMBEDDED_TASKS) expect(items.filter((item) => item.task === task).length).to.equal(4);
    expect(new Set(items.map(({ id }) => id)).size).to.equal(32);
    expect(embeddedItems("validation", 3, { offset: 8 })).to.deep.equal(items.slice(8, 11));
    for (const { images, answers, task, options } of items) {
      expect(images.length).to.equal(1);
      expect(answers.length).to.equal(1);
      expect(options?.length).to.equal(task.includes("choice") || task === "count" ? 4 : undefined);
    }
  });

  it("shows no picture in two splits, nor twice in one", () => {
    const hashes = SPLITS.flatMap((split) =>
      embeddedItems(split, 240).map(({ images }) => createHash("sha256").update(images[0].data).digest("hex")),
    );
    expect(new Set(hashes).size).to.equal(3 * 240);
  });

  it("never asks the test's words, signs and charts in training", () => {
    const contents = (split: Split, task: string, auxiliary: string, count: number) =>
      Array.from({ length: count }, (_, i) => {
        const { questions } = generatePicture(SPLIT_SEEDS[split].first + i, {
          questions: 6,
          taskWeights: { [task]: 1, [auxiliary]: 1 },
        });
        return questions.find((question) => question.task === (task === "word" ? "word" : "describe"))?.answer;
      }).filter((text) => text !== undefined);
    for (const [task, auxiliary] of [
      ["word", "length"],
      ["sign", "describe"],
    ]) {
      const train = new Set(contents("train", task, auxiliary, 400));
      expect(train.size).to.be.greaterThan(100);
      for (const text of contents("test", task, auxiliary, 200)) expect(train.has(text), text).to.equal(false);
    }
  });

  it("has seed ranges that do not meet", () => {
    for (const split of SPLITS) {
      const { first, count } = SPLIT_SEEDS[split];
      expect(splitOfSeed(first)).to.equal(split);
      expect(splitOfSeed(first + count - 1)).to.equal(split);
    }
    expect(SPLITS.reduce((sum, split) => sum + SPLIT_SEEDS[split].count, 0)).to.equal(2 ** 31);
  });

  it("gives nothing away to who always says the same", () => {
    const share = majorityShare(embeddedItems("test", 960));
    // Three standard deviations of a share of 120 are .12 at 1/4 and .14 at 1/2.
    for (const task of ["attribute-choice", "count"]) expect(share[task], task).to.be.below(0.25 + 0.12);
    for (const task of ["relation", "existence"]) expect(share[task], task).to.be.below(0.5 + 0.14);
    expect(share["attribute"]).to.be.below(0.3);
    expect(share["chart"]).to.be.below(0.2);
    for (const task of ["word", "sign"]) expect(share[task], task).to.be.below(0.1);
  });

  it("does not let the options of a counting question give the answer away", () => {
    const right = new Map<string, number>();
    for (let i = 0; i < 600; i++) {
      const picture = generatePicture(i, { questions: 1, taskWeights: { count: 1 } });
      const [{ answer, options }] = picture.questions;
      const value = options!["ABCD".indexOf(answer)];
      right.set(value, (right.get(value) ?? 0) + 1);
    }
    // Each of 1 … 6 a hundred times, standard deviation 9.
    for (const value of "123456") expect(right.get(value), value).to.be.within(70, 130);
  });

  it("refuses counts that cannot be", () => {
    expect(() => embeddedItems("test", -1)).to.throw(EspalierError, "-1 items");
    expect(() => embeddedItems("test", 1, { offset: 2 ** 29 })).to.throw(EspalierError, "at most");
    expect(() => embeddedItems("test", 1, { tasks: ["juggling"] })).to.throw(EspalierError, "juggling");
    expect(AUXILIARY_TASKS.some((task) => EMBEDDED_TASKS.includes(task))).to.equal(false);
  });
});
