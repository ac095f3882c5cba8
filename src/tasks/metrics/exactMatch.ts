/** Exact match, for tasks without a metric of their own. */
import { tidy } from "./text.js";

/**
 * 1 where the prediction equals one of the answers, else 0; case, surrounding space and a final full stop do not count.
 *
 * An empty prediction is wrong.
 */
export function exactMatch(prediction: string, answers: readonly string[]): number {
  const plain = (text: string) => tidy(text).toLowerCase().replace(/\.$/u, "");
  const predicted = plain(prediction);
  return predicted !== "" && answers.some((answer) => plain(answer) === predicted) ? 1 : 0;
}
