import { expect } from "chai";
import { combinedData, type StudyData, type StudySample } from "../../../src/study/index.js";

describe("study/data/combinedData", () => {
  const sample = (id: string, task: string): StudySample => ({
    id,
    task,
    inputIds: Int32Array.of(1, 2, 3),
    promptLength: 2,
    pixelValues: new Float32Array(4),
    gridThw: [[1, 2, 2]],
  });
  const data = (name: string, ids: readonly string[], more: Partial<StudyData> = {}): StudyData => ({
    name,
    train: ids.map((id) => sample(`t${id}`, name)),
    validation: ids.map((id) => sample(`v${id}`, name)),
    test: ids.map((id) => sample(id, name)),
    split: "test",
    notes: [`${ids.length} there`],
    ...more,
  });
  const ids = (samples: readonly StudySample[]) => samples.map(({ id }) => id);

  it("leaves one file as it is", () => {
    const one = data("MME", ["1", "2"]);
    expect(combinedData({ scored: [one] })).to.deep.equal(one);
  });

  it("puts several files one behind the other, ids and remarks with their names", () => {
    const both = combinedData({ scored: [data("MME", ["1"]), data("ChartQA", ["1", "2"], { split: "validation" })] });
    expect(ids(both.test)).to.deep.equal(["MME/1", "ChartQA/1", "ChartQA/2"]);
    expect(ids(both.train)).to.deep.equal(["MME/t1", "ChartQA/t1", "ChartQA/t2"]);
    expect(both.test.map(({ task }) => task)).to.deep.equal(["MME", "ChartQA", "ChartQA"]);
    expect([both.name, both.split]).to.deep.equal(["MME + ChartQA", "test+validation"]);
    expect(both.notes).to.deep.equal(["MME: 1 there", "ChartQA: 2 there"]);
  });

  it("trains and chooses on another file alone where one is given", () => {
    const training = data("llava", ["7"]);
    const all = combinedData({ scored: [data("MME", ["1"])], training });
    expect([ids(all.train), ids(all.validation), ids(all.test)]).to.deep.equal([["t7"], ["v7"], ["1"]]);
    expect(all.notes).to.deep.equal(["Trained and chosen on samples of llava.", "MME: 1 there", "llava: 1 there"]);
    expect(all.name).to.equal("MME");
  });

  it("refuses two files of one name, and none", () => {
    expect(() => combinedData({ scored: [data("MME", ["1"]), data("MME", ["2"])] })).to.throw(
      "Two files to score are called MME; reports tell them apart by name: rename one.",
    );
    expect(() => combinedData({ scored: [] })).to.throw(/no file to score/);
  });
});
