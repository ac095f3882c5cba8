import { expect } from "chai";
import { AUXILIARY_TASKS, EMBEDDED_TASKS, generatePicture, type Question } from "../../../src/tasks/index.js";

interface Thing {
  color: string;
  shape: string;
  column: number;
  row: number;
}

function things(description: string): Thing[] {
  return [...description.matchAll(/(\w+) (\w+) (\d) (\d)/gu)].map(([, color, shape, column, row]) => ({
    color,
    shape,
    column: Number(column),
    row: Number(row),
  }));
}

const SCENE_QUESTIONS = [...EMBEDDED_TASKS, ...AUXILIARY_TASKS].filter(
  (task) => !["chart", "word", "sign", "character", "length"].includes(task),
);

/** The answer to a question, found from the words of the question and a description alone. */
function answer({ question, options }: Question, all: readonly Thing[]): string {
  const [asked] = question.split(" choose ");
  const w = asked.split(" ");
  const named = (shape: string) => {
    const found = all.filter((thing) => thing.shape === shape);
    expect(found.length, asked).to.equal(1);
    return found[0];
  };
  const pick = (text: string) => (options === undefined ? text : "ABCD"[options.indexOf(text)]);
  if (asked.startsWith("what color")) {
    return all.some(({ shape }) => shape === w[4]) ? pick(named(w[4]).color) : "unanswerable";
  }
  if (asked.startsWith("what shape is")) {
    const found = all.filter(({ color }) => color === w[3]);
    expect(found.length).to.equal(1);
    return found[0].shape;
  }
  if (asked.startsWith("what is at")) {
    const found = all.find(({ column, row }) => column === Number(w[4]) && row === Number(w[6]));
    return found === undefined ? "nothing" : `${found.color} ${found.shape}`;
  }
  if (asked.startsWith("where")) return `${named(w[3]).column} ${named(w[3]).row}`;
  if (asked.startsWith("is there")) {
    return all.some(({ color, shape }) => color === w[3] && shape === w[4]) ? "yes" : "no";
  }
  if (asked.startsWith("how many")) {
    return pick(`${all.filter((t) => w[2] === "shapes" || t.color === w[2] || t.shape === w[2]).length}`);
  }
  if (asked.startsWith("which is")) {
    const a = named(w[w.indexOf("the") + 1]);
    const b = named(w[w.lastIndexOf("the") + 1]);
    const better = {
      left: a.column - b.column,
      right: b.column - a.column,
      higher: a.row - b.row,
      lower: b.row - a.row,
    }[w[2] === "further" ? w[3] : w[2]]!;
    expect(better).not.to.equal(0);
    return better < 0 ? a.shape : b.shape;
  }
  const a = named(w[2]);
  const b = named(w[w.lastIndexOf("the") + 1]);
  const difference = {
    left: a.column - b.column,
    right: b.column - a.column,
    above: a.row - b.row,
    below: b.row - a.row,
  }[w[3]]!;
  expect(difference, asked).not.to.equal(0);
  return difference < 0 ? "yes" : "no";
}

describe("questions about scenes", () => {
  const weights = Object.fromEntries(SCENE_QUESTIONS.map((task) => [task, task === "describe" ? 5 : 1]));
  const asked: Question[] = [];

  it("have the answer that the description of the picture gives", () => {
    for (let seed = 0; seed < 400; seed++) {
      const { questions } = generatePicture(seed, { questions: 12, taskWeights: weights });
      const description = questions.find(({ question }) => question === "read the shapes ?");
      if (description === undefined) continue;
      for (const question of questions) {
        if (question === description) continue;
        expect(question.answer, question.question).to.equal(answer(question, things(description.answer)));
        asked.push(question);
      }
    }
    expect(new Set(asked.map(({ task }) => task)).size).to.equal(SCENE_QUESTIONS.length - 1);
    expect(asked.length).to.be.greaterThan(2000);
  });

  it("show their options in the question, all different", () => {
    const offered = asked.filter(({ options }) => options !== undefined);
    expect(offered.length).to.be.greaterThan(200);
    for (const { question, options } of offered) {
      expect(new Set(options).size).to.equal(4);
      expect(question).to.match(
        new RegExp(` choose A ${options![0]} B ${options![1]} C ${options![2]} D ${options![3]}$`, "u"),
      );
    }
  });

  it("describe what the labels show", () => {
    for (let seed = 0; seed < 100; seed++) {
      const { questions, labels } = generatePicture(seed, { questions: 1, taskWeights: { describe: 1 } });
      if (questions[0].question !== "read the shapes ?") continue;
      const all = things(questions[0].answer);
      for (const { column, row } of all) {
        const cells = [0, 1, 8, 9].map((offset) => 16 * row + 2 * column + offset);
        expect(cells.some((cell) => labels.color[cell] > 0 && labels.shape[cell] > 0)).to.equal(true);
      }
      const places = new Set(
        [...labels.color].flatMap((label, cell) =>
          label === 0 ? [] : [`${Math.floor((cell % 8) / 2)} ${Math.floor(cell / 16)}`],
        ),
      );
      expect(places.size).to.equal(all.length);
    }
  });
});
