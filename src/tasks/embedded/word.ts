/** Pictures with one word or number to read. */
import type { Random } from "../../tensor/random.js";
import { PICTURE_SIDE } from "./labels.js";
import { layOut } from "./lettering.js";
import type { Draft, PictureKind, Question } from "./question.js";
import { ink } from "./surface.js";
import { DIGITS, LETTERS } from "./vocabulary.js";

const MARGIN = 5;
const ORDINALS = ["first", "second", "third"];

function ask(random: Random, text: string, task: string): Question | undefined {
  if (task === "word") return { task, question: "read the word ?", answer: [...text].join(" ") };
  if (task === "length") return { task, question: "how many characters ?", answer: `${text.length}` };
  if (task !== "character") return undefined;
  const i = random.integer(0, text.length - 1);
  const last = i === text.length - 1 && (i >= ORDINALS.length || random.uniform() < 0.5);
  return { task, question: `which character is ${last ? "last" : ORDINALS[i]} ?`, answer: text[i] };
}

function imagine(random: Random): Draft {
  const characters = random.uniform() < 0.6 ? LETTERS : DIGITS;
  const text = Array.from({ length: random.integer(2, 4) }, () => random.choice(characters)).join("");
  return {
    key: `word ${text}`,
    blur: 0,
    draw(drawing, surface) {
      const size = drawing.integer(34, 44);
      const lettering = layOut(drawing, surface, text, size, PICTURE_SIDE - 2 * MARGIN);
      const x = drawing.between(MARGIN, PICTURE_SIDE - MARGIN - lettering.width);
      const baseline = drawing.between(size, PICTURE_SIDE - 0.3 * size);
      lettering.draw(x, baseline, ink(drawing));
    },
    ask: (asking, task) => ask(asking, text, task),
  };
}

export const wordPictures: PictureKind = { name: "word", tasks: ["word", "character", "length"], imagine };
