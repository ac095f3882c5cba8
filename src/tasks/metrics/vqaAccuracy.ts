/** The metric of VizWiz and TextVQA: agreement with several annotators. */
import { tidy } from "./text.js";

const PUNCTUATION = [...';/[]"{}()=+\\_-><@`,?!'];
const NUMBER_WORDS = ["none zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
const DIGIT_OF = new Map(NUMBER_WORDS.flatMap((words, digit) => words.split(" ").map((word) => [word, `${digit}`])));
const ARTICLES = new Set(["a", "an", "the"]);

/** With fewer annotators than these, three others who agree cannot be found. */
const FEWEST_FOR_AGREEMENT = 4;
const FULL_AGREEMENT = 3;

/**
 * The VQA evaluation's normal form: lower case, without punctuation, articles and apostrophes, small number words as
 * digits. Punctuation beside a space vanishes, elsewhere it becomes a space; "1,000" is "1000", "3.5" keeps its point.
 *
 * **Differs from** the released evaluation in dropping every apostrophe on both sides, where that one spells a table of
 * contractions alike ("dont", "don't"): it agrees on the table, and needs none.
 */
export function normaliseVqaAnswer(answer: string): string {
  const text = tidy(answer);
  const thousands = /\d,\d/u.test(text);
  let plain = text;
  for (const mark of PUNCTUATION) {
    const vanishes = thousands || text.includes(`${mark} `) || text.includes(` ${mark}`);
    plain = plain.replaceAll(mark, vanishes ? "" : " ");
  }
  return plain
    .replace(/\.(?!\d)/gu, "")
    .toLowerCase()
    .replaceAll("'", "")
    .split(/\s+/u)
    .map((word) => DIGIT_OF.get(word) ?? word)
    .filter((word) => word !== "" && !ARTICLES.has(word))
    .join(" ");
}

/**
 * Mean over the annotators of min(1, how many OTHERS gave the predicted answer / 3), in normal form.
 *
 * With fewer than four answers (one right answer rather than a panel) it is 1 for a match with any and else 0. A
 * prediction that is empty, before or after normalising, is wrong.
 * Source: VQA (arXiv 1505.00468) with the leave-one-out averaging of its released evaluation; VizWiz, TextVQA.
 */
export function vqaAccuracy(prediction: string, answers: readonly string[]): number {
  const predicted = normaliseVqaAnswer(prediction);
  if (predicted === "") return 0;
  const matches = answers.map((answer) => normaliseVqaAnswer(answer) === predicted);
  const agreeing = matches.filter(Boolean).length;
  if (answers.length < FEWEST_FOR_AGREEMENT) return agreeing > 0 ? 1 : 0;
  const scores = matches.map((match) => Math.min(1, (agreeing - (match ? 1 : 0)) / FULL_AGREEMENT));
  return scores.reduce((sum, score) => sum + score, 0) / scores.length;
}
