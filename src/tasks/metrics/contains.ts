/** The metric of OCRBench. */

/** Of this category blanks do not count, and case does. */
export const FORMULAE = "Handwritten Mathematical Expression Recognition";

/**
 * 1 where the prediction contains one of the answers, else 0; case and the space around do not count, and line ends are
 * blanks. Of handwritten formulae (HME100k) blanks and line ends are taken out, and case counts. Empty predictions and empty
 * answers are wrong.
 *
 * Source: OCRBench (arXiv 2305.07895), as VLMEvalKit counts it.
 * @param category of the question, as OCRBench names it.
 */
export function contains(
  prediction: string,
  answers: readonly string[],
  _options?: readonly string[],
  category?: string,
): number {
  const plain =
    category === FORMULAE
      ? (text: string) => text.trim().replaceAll(/[\n ]/gu, "")
      : (text: string) => text.toLowerCase().trim().replaceAll("\n", " ");
  const predicted = plain(prediction);
  return answers.some((answer) => plain(answer) !== "" && predicted.includes(plain(answer))) ? 1 : 0;
}
