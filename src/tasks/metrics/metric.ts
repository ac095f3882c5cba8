/** What every metric is. */

/**
 * A score from 0 to 1 of one prediction.
 *
 * @param answers accepted answers, or one an annotator; none make every prediction wrong.
 * @param options texts of A, B, C … where the question offers them.
 * @param category of the question within its benchmark, where one is known.
 */
export type Metric = (
  prediction: string,
  answers: readonly string[],
  options?: readonly string[],
  category?: string,
) => number;
