import { expect } from "chai";
import { taskMeans } from "../../src/study/taskMeans.js";

describe("study/taskMeans", () => {
  it("gives each task its own mean, in the order in which tasks come", () => {
    const means = taskMeans([1, 0, 0.5, 0], ["b", "a", "b", "a"]);
    expect([...means]).to.deep.equal([
      ["b", 0.75],
      ["a", 0],
    ]);
  });

  it("says nothing of a single task, and of none", () => {
    expect(taskMeans([1, 0], ["a", "a"]).size).to.equal(0);
    expect(taskMeans([], []).size).to.equal(0);
  });
});
