/** What the answer of a multiple-choice question must be. */
import type { BenchmarkQuestion } from "../question.js";

/** The letter or the text of one of its options; nothing where it is that. */
export function wantedChoice({ answers, options = {} }: BenchmarkQuestion): string | undefined {
  const accepted = new Set(Object.entries(options).flatMap(([letter, text]) => [letter, text.trim()]));
  return answers.every((answer) => accepted.has(answer.trim()))
    ? undefined
    : `one of the letters ${Object.keys(options).join(", ")}`;
}
