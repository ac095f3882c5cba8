import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { expect } from "chai";
import fc from "fast-check";
import { EspalierError } from "../../../src/errors.js";
import {
  AUXILIARY_TASKS,
  CHARACTERS,
  COLORS,
  EMBEDDED_TASKS,
  generatePicture,
  SHAPES,
  SPLIT_SEEDS,
  VOCABULARY,
} from "../../../src/tasks/index.js";
import { cellMeans, colorShares } from "./cells.js";

const TASKS = [...EMBEDDED_TASKS, ...AUXILIARY_TASKS];

interface Golden {
  seed: number;
  task: string;
  questions: string[];
  color: string;
  shape: string;
  character: string;
  means: number[];
}

const golden = JSON.parse(
  readFileSync(new URL("../../../../tests/golden/embeddedPictures.json", import.meta.url), "utf8"),
) as Golden[];

const hash = (data: Uint8Array) => createHash("sha256").update(data).digest("hex");

describe("generatePicture", () => {
  it("gives the same bytes for the same seed, in any order", () => {
    const seeds = [0, 1, 7, 123456, SPLIT_SEEDS.test.first, 2 ** 31 - 1];
    const forward = seeds.map((seed) => generatePicture(seed));
    const backward = [...seeds]
      .reverse()
      .map((seed) => generatePicture(seed))
      .reverse();
    expect(backward).to.deep.equal(forward);
    expect(new Set(forward.map(({ image }) => hash(image.data))).size).to.equal(seeds.length);
  });

  it("gives the pictures that the golden file describes", () => {
    for (const { seed, task, questions, color, shape, character, means } of golden) {
      const picture = generatePicture(seed, { taskWeights: { [task]: 1 } });
      expect(picture.questions.map(({ question, answer }) => `${question} = ${answer}`)).to.deep.equal(questions);
      expect([...picture.labels.color].join("")).to.equal(color);
      expect([...picture.labels.shape].join("")).to.equal(shape);
      expect([...picture.labels.character].join(" ")).to.equal(character);
      // Rasterisers may differ in the last bit between processors; a moved or missing glyph differs by more.
      cellMeans(picture.image).forEach((mean, i) => {
        expect(mean, `${task}, number ${i}`).to.be.closeTo(means[i], 0.5);
      });
    }
  });

  it("draws the same pixels however many questions are asked", () => {
    const one = generatePicture(11, { questions: 1, taskWeights: { relation: 1, count: 1 } });
    const many = generatePicture(11, { questions: 9, taskWeights: { relation: 1, count: 1 } });
    expect(hash(many.image.data)).to.equal(hash(one.image.data));
    expect(many.questions[0]).to.deep.equal(one.questions[0]);
    expect(many.questions.length).to.be.greaterThan(1);
  });

  it("uses only words of the vocabulary, each question once, with labels in range", () => {
    const words = new Set(VOCABULARY);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 - 1 }), (seed) => {
        const { image, questions, labels } = generatePicture(seed, { questions: 6 });
        expect(image.data.length).to.equal(224 * 224 * 3);
        expect(questions.length).to.be.within(1, 6);
        for (const { task, question, answer } of questions) {
          expect(TASKS).to.include(task);
          for (const word of `${question} ${answer}`.split(" ")) expect(words.has(word), word).to.equal(true);
        }
        const subjects = questions.map(({ question }) => question.split(" choose ")[0]);
        expect(new Set(subjects).size).to.equal(subjects.length);
        expect(Math.max(...labels.color)).to.be.at.most(COLORS.length);
        expect(Math.max(...labels.shape)).to.be.at.most(SHAPES.length);
        expect(Math.max(...labels.character)).to.be.at.most(CHARACTERS.length);
        labels.shape.forEach((shape, i) => {
          if (shape > 0) expect(labels.color[i]).to.be.greaterThan(0);
        });
      }),
      { numRuns: 500 },
    );
  });

  it("makes a picture for each task alone", () => {
    for (const task of TASKS) {
      for (let seed = 0; seed < 12; seed++) {
        const { questions } = generatePicture(seed, { questions: 3, taskWeights: { [task]: 1 } });
        for (const question of questions) expect(question.task).to.equal(task);
      }
    }
  });

  it("draws tasks by their weights, without auxiliary ones on request", () => {
    const first = Array.from({ length: 600 }, (_, seed) =>
      generatePicture(seed, { questions: 1, taskWeights: { word: 3, sign: 1 } }),
    ).map(({ questions }) => questions[0].task);
    // 450 expected, standard deviation 10.6.
    expect(first.filter((task) => task === "word").length).to.be.within(400, 500);
    for (let seed = 0; seed < 100; seed++) {
      for (const { task } of generatePicture(seed, { auxiliary: false }).questions)
        expect(EMBEDDED_TASKS).to.include(task);
    }
  });

  it("puts a description last, where it gives nothing away", () => {
    let described = 0;
    for (let seed = 0; seed < 200; seed++) {
      const tasks = generatePicture(seed).questions.map(({ task }) => task);
      if (!tasks.includes("describe")) continue;
      described++;
      expect(tasks.indexOf("describe")).to.equal(tasks.length - 1);
    }
    expect(described).to.be.greaterThan(20);
  });

  it("labels the colours that the pixels show", () => {
    let labelled = 0;
    for (let seed = 0; seed < 150; seed++) {
      const { image, labels, questions } = generatePicture(seed, { taskWeights: { where: 1, chart: 1, sign: 1 } });
      colorShares(image).forEach((shares, cell) => {
        const label = labels.color[cell] === 0 ? undefined : COLORS[labels.color[cell] - 1];
        const where = `seed ${seed}, cell ${cell}, ${questions[0].task}`;
        if (label !== undefined) {
          labelled++;
          expect(shares[label] ?? 0, `${where}, ${label}`).to.be.greaterThan(0.02);
        }
        for (const [color, share] of Object.entries(shares)) {
          if (color !== label && share > 0.3)
            expect(shares[label ?? ""] ?? 0, `${where}, ${color}`).to.be.at.least(share - 0.1);
        }
      });
    }
    expect(labelled).to.be.greaterThan(1000);
  });

  it("labels characters where there is ink, one a cell", () => {
    for (let seed = 0; seed < 100; seed++) {
      const { image, labels, questions } = generatePicture(seed, { taskWeights: { word: 1 } });
      const marked = [...labels.character]
        .flatMap((label, cell) => (label === 0 ? [] : [{ label, cell }]))
        .sort((a, b) => (a.cell % 8) - (b.cell % 8));
      const text = questions[0].answer.split(" ");
      expect(
        marked.map(({ label }) => CHARACTERS[label - 1]),
        `seed ${seed}`,
      ).to.deep.equal(text);
      for (const { cell } of marked) {
        // The middle of an "r" or a "j" is empty: its ink may stand up to a quarter of a cell beside the cell's edge.
        let dark = 0;
        for (let y = 28 * Math.floor(cell / 8) - 7; y < 28 * Math.floor(cell / 8) + 35; y++) {
          for (let x = 28 * (cell % 8) - 7; x < 28 * (cell % 8) + 35; x++) {
            if (x < 0 || y < 0 || x >= 224 || y >= 224) continue;
            const at = 3 * (y * 224 + x);
            if (image.data[at] + image.data[at + 1] + image.data[at + 2] < 390) dark++;
          }
        }
        expect(dark, `seed ${seed}, cell ${cell}`).to.be.greaterThan(15);
      }
    }
  });

  it("refuses what cannot be, in a sentence", () => {
    expect(() => generatePicture(-1)).to.throw(EspalierError, "The picture seed is -1");
    expect(() => generatePicture(2 ** 31)).to.throw(EspalierError, "from 0 to 2147483647");
    expect(() => generatePicture(0.5)).to.throw(EspalierError, "0.5");
    expect(() => generatePicture(0, { questions: 0 })).to.throw(EspalierError, "questions");
    expect(() => generatePicture(0, { taskWeights: { juggling: 1 } })).to.throw(EspalierError, '"juggling"');
    expect(() => generatePicture(0, { taskWeights: { word: -1 } })).to.throw(EspalierError, "-1");
    expect(() => generatePicture(0, { taskWeights: { word: 0 } })).to.throw(EspalierError, "above 0");
  });
});
