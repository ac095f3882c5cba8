/** The metric of ChartQA: numbers may be off by 5 %. */
const TOLERANCE = 0.05;

/** A number, or a percentage as a share; nothing where the text is neither. */
function parseNumber(text: string): number | undefined {
  const [, digits, percent] = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*(%?)$/iu.exec(text) ?? [];
  return digits === undefined ? undefined : Number(digits) / (percent === "%" ? 100 : 1);
}

/**
 * 1 where the prediction is within 5 % of a numeric answer, or equals another answer (case aside), else 0.
 *
 * An answer of 0 must be met as a text: 5 % of it is nothing. An empty prediction is wrong.
 * Source: ChartQA (arXiv 2203.10244), section 5.1.
 */
export function relaxedAccuracy(prediction: string, answers: readonly string[]): number {
  const predicted = prediction.trim();
  if (predicted === "") return 0;
  const value = parseNumber(predicted);
  const right = answers.some((answer) => {
    const wanted = answer.trim();
    const target = parseNumber(wanted);
    if (value === undefined || target === undefined || target === 0) {
      return predicted.toLowerCase() === wanted.toLowerCase();
    }
    return Math.abs(value - target) / Math.abs(target) <= TOLERANCE;
  });
  return right ? 1 : 0;
}
