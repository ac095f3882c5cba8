import { expect } from "chai";
import { CHARACTERS, generatePicture } from "../../../src/tasks/index.js";
import { colorAt, SIDE } from "./cells.js";

interface Bar {
  color: string;
  value: number;
}

/** Charts with their description, read from the first seeds that give one. */
const charts = Array.from({ length: 60 }, (_, seed) =>
  generatePicture(seed, { questions: 8, taskWeights: { describe: 3, chart: 1 } }),
).flatMap((picture) => {
  const description = picture.questions.find(({ question }) => question === "read the bar ?");
  if (description === undefined) return [];
  const bars = [...description.answer.matchAll(/(\w+) (\d)/gu)].map(
    ([, color, value]): Bar => ({ color, value: Number(value) }),
  );
  return [{ ...picture, bars }];
});

describe("bar charts", () => {
  it("draw bars whose heights are in the ratio of their values", () => {
    expect(charts.length).to.be.greaterThan(20);
    for (const { image, bars, seed } of charts) {
      const heights = bars.map(({ color }) => {
        let tallest = 0;
        for (let x = 0; x < SIDE; x++) {
          let height = 0;
          for (let y = 0; y < SIDE; y++) if (colorAt(image, x, y) === color) height++;
          tallest = Math.max(tallest, height);
        }
        return tallest;
      });
      const unit = heights.reduce((sum, height) => sum + height, 0) / bars.reduce((sum, { value }) => sum + value, 0);
      expect(unit, `seed ${seed}`).to.be.within(18, 24);
      bars.forEach(({ value }, i) => {
        expect(heights[i], `seed ${seed}, ${bars[i].color}`).to.be.closeTo(unit * value, 4);
      });
    }
  });

  it("are asked for values, the highest and the lowest bar", () => {
    const seen = new Set<string>();
    for (const { questions, bars } of charts) {
      const values = bars.map(({ value }) => value);
      for (const { question, answer } of questions) {
        const [kind, , , color] = question.split(" ");
        seen.add(question.includes("highest") ? "highest" : question.includes("lowest") ? "lowest" : kind);
        if (kind === "value") expect(answer).to.equal(`${bars.find((bar) => bar.color === color)?.value}`);
        if (kind !== "which") continue;
        const extreme = question.includes("highest") ? Math.max(...values) : Math.min(...values);
        expect(bars.filter(({ value }) => value === extreme).map((bar) => bar.color)).to.deep.equal([answer]);
      }
    }
    expect([...seen].sort()).to.deep.equal(["highest", "lowest", "read", "value"]);
  });

  it("label each bar's value at its upper end", () => {
    for (const { labels, bars } of charts) {
      const marked = [...labels.character].filter((label) => label > 0).map((label) => Number(CHARACTERS[label - 1]));
      expect(marked.sort()).to.deep.equal(bars.map(({ value }) => value).sort());
    }
  });

  it("have axis labels in the faces of the package: ink stands left of the axis", () => {
    for (const { image, seed } of charts) {
      const background = [0, 1, 2].map((c) => image.data[3 * (SIDE * (SIDE - 2) + 2) + c]);
      let ink = 0;
      for (let x = 0; x < 26; x++) {
        let column = 0;
        for (let y = 0; y < SIDE; y++) {
          const at = 3 * (y * SIDE + x);
          if (background.some((value, c) => value - image.data[at + c] > 60)) column++;
        }
        // Beyond that it is the axis itself, or a bar.
        if (column < 120) ink += column;
      }
      // Ten digits of a dozen pixels height.
      expect(ink, `seed ${seed}`).to.be.greaterThan(60);
    }
  });
});
