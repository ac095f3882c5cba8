import { expect } from "chai";
import { benchmarkResults, taskMeans } from "../../src/study/taskMeans.js";

const samples = (tasks: readonly string[]) => ({ ids: tasks.map((_, s) => `${s}`), tasks });

describe("study/taskMeans", () => {
  it("gives each task its own mean, in the order in which tasks come", () => {
    const means = taskMeans([1, 0, 0.5, 0], samples(["b", "a", "b", "a"]));
    expect([...means]).to.deep.equal([
      ["b", 0.75],
      ["a", 0],
    ]);
  });

  it("says nothing of a single task, and of none", () => {
    expect(taskMeans([1, 0], samples(["a", "a"])).size).to.equal(0);
    expect(taskMeans([], samples([])).size).to.equal(0);
  });

  it("sums a benchmark up as it is published, ids with the file's title in front or not", () => {
    const tasks = ["MMBench_DEV_EN", "MMBench_DEV_EN", "MMBench_DEV_EN", "TextVQA_VAL"];
    const ids = ["MMBench_DEV_EN/3", "MMBench_DEV_EN/1000003", "MMBench_DEV_EN/4", "TextVQA_VAL/3"];
    // Question 3 is wrong in its rotation, so half of MMBench's two questions are right.
    const means = taskMeans([1, 0, 1, 0.3], { ids, tasks });
    expect([...means]).to.deep.equal([
      ["MMBench_DEV_EN", 0.5],
      ["TextVQA_VAL", 0.3],
    ]);
    const results = benchmarkResults([1, 0, 1, 0.3], { ids, tasks })!;
    expect(results.mean).to.be.closeTo(40, 1e-9);
    expect(results.scores.map(({ name, benchmark, samples }) => [name, benchmark, samples])).to.deep.equal([
      ["MMBench_DEV_EN", "MMBench", 3],
      ["TextVQA_VAL", "TextVQA", 1],
    ]);
  });

  it("has no benchmarks of the embedded tasks, nor of one file that is none's", () => {
    expect(benchmarkResults([1, 0], samples(["count", "sign"]))).to.equal(undefined);
    expect(benchmarkResults([1, 0], samples(["mine", "mine"]))).to.equal(undefined);
    expect(benchmarkResults([1, 0], samples(["mine", "yours"]))!.mean).to.equal(50);
  });
});
