/** The metric of MME: accuracy of yes/no answers. */
import { withoutPunctuation } from "./text.js";

/** "yes" or "no" where the text, without punctuation, has exactly one of the two as a word, else nothing. */
export function extractYesNo(text: string): "yes" | "no" | undefined {
  const words = withoutPunctuation(text.toLowerCase()).split(/\s+/u);
  const yes = words.includes("yes");
  if (yes === words.includes("no")) return undefined;
  return yes ? "yes" : "no";
}

/**
 * 1 where prediction and answer say the same, else 0. A prediction with neither word or both is wrong.
 *
 * Source: MME (arXiv 2306.13394), the per-question accuracy ("acc"), with the words found as VLMEvalKit finds them.
 */
export function yesNoAccuracy(prediction: string, answers: readonly string[]): number {
  const predicted = extractYesNo(prediction);
  return predicted !== undefined && answers.some((answer) => extractYesNo(answer) === predicted) ? 1 : 0;
}
