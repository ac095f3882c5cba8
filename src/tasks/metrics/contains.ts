/** The metric of OCRBench. */
import { tidy } from "./text.js";

/**
 * 1 where the prediction contains one of the answers, case aside, else 0. Empty predictions and empty answers are wrong.
 *
 * Source: OCRBench (arXiv 2305.07895), as VLMEvalKit counts it. Characters that are spelled one by one ("k u w") are
 * joined first, on both sides.
 */
export function contains(prediction: string, answers: readonly string[]): number {
  const predicted = tidy(prediction).toLowerCase();
  return answers.some((answer) => tidy(answer) !== "" && predicted.includes(tidy(answer).toLowerCase())) ? 1 : 0;
}
