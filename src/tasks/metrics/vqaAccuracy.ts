/** The metric of VizWiz and TextVQA: agreement with several annotators. */
import { wholeContraction } from "./contractions.js";
import { withoutPunctuation } from "./text.js";

const NUMBER_WORDS = ["none zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
const DIGIT_OF = new Map(NUMBER_WORDS.flatMap((words, digit) => words.split(" ").map((word) => [word, `${digit}`])));
const ARTICLES = new Set(["a", "an", "the"]);

/** With fewer annotators than these, three others who agree cannot be found. */
const FEWEST_FOR_AGREEMENT = 4;
const FULL_AGREEMENT = 3;

/**
 * The VQA evaluation's normal form: without punctuation (see `withoutPunctuation`) and articles, lower case, small number
 * words as digits, contractions with their apostrophes ("dont" is "don't").
 *
 * VLMEvalKit keeps a full stop behind a digit ("1990."); the evaluation that was released with the data takes it away, and so
 * does this.
 */
export function normaliseVqaAnswer(answer: string): string {
  return withoutPunctuation(answer.replaceAll(/[\n\t]/gu, " ").trim())
    .toLowerCase()
    .split(/\s+/u)
    .map((word) => DIGIT_OF.get(word) ?? word)
    .filter((word) => word !== "" && !ARTICLES.has(word))
    .map(wholeContraction)
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
