/** Multiple choice as VLMEvalKit judges it without a judging model: which option a free answer means (A-OKVQA, SEEDBench, MMBench). */

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
/** What VLMEvalKit calls an answer that refuses every option. */
const NONE = "Z";
const REFUSALS = [
  "Sorry, I can't help with images of people yet.",
  "I can't process this file.",
  "I'm sorry, but without the image provided",
  "Cannot determine the answer",
];
/** Of the words of an answer, only its last so many may be the letter. */
const LAST_WORDS = 4;

/** Letter and text of the options that there are; an empty text is no option. */
function offered(options: readonly string[]): [letter: string, text: string][] {
  return options.flatMap((text, i) => (text === "" ? [] : ([[ALPHABET[i], text]] as [string, string][])));
}

function letterOf(prediction: string, letters: readonly string[]): string | undefined {
  if (REFUSALS.some((refusal) => prediction.includes(refusal))) return NONE;
  const words = prediction
    .replaceAll(/[.()[\],:;!*#{}]/gu, " ")
    .split(/\s+/u)
    .filter((word) => word !== "");
  const found = letters.filter((letter) => words.includes(letter));
  if (found.length === 1 && words.indexOf(found[0]) >= words.length - LAST_WORDS) return found[0];
  if (found.length === 0 && words.includes(NONE)) return NONE;
  const said = /answer\s+is\s+\**([A-D])\**(?![\p{L}\p{N}])/iu.exec(prediction)?.[1].toUpperCase();
  return said !== undefined && letters.includes(said) ? said : undefined;
}

function letterOfText(prediction: string, options: readonly (readonly [string, string])[]): string | undefined {
  const length = (text: string) => [...text].length;
  const all = options.reduce((sum, [, text]) => sum + length(text), 0);
  if (length(prediction) > 2 * all) return undefined;
  const plain = prediction.toLowerCase();
  const found = options.filter(([, text]) => plain.includes(text.toLowerCase()));
  return found.length === 1 ? found[0][0] : undefined;
}

/**
 * The letter that a prediction means, or nothing where it is unclear.
 *
 * In order: with marks such as full stops and brackets taken for spaces, exactly one option's letter, a capital, is a word of
 * the prediction, and among its last four; the prediction says "answer is X", X from A to D; exactly one option's text is part
 * of it, case aside, in a prediction at most twice as long as all options together. "Z" is a refusal.
 *
 * **Differs from** VLMEvalKit in that "answer is" must be followed by the letter alone: there "the answer is blue" means B.
 *
 * @param options texts of A, B, C …; an empty text is no option.
 */
export function inferChoice(prediction: string, options: readonly string[]): string | undefined {
  const choices = offered(options);
  const letter = letterOf(
    prediction,
    choices.map(([letter]) => letter),
  );
  return letter ?? letterOfText(prediction, choices);
}

/** The letter of a right answer: the letter itself, or that of the option whose text it is. */
function rightLetter(answer: string, options: readonly string[]): string | undefined {
  const choices = offered(options);
  const plain = answer.trim();
  return (choices.find(([letter]) => letter === plain) ?? choices.find(([, text]) => text.trim() === plain))?.[0];
}

/**
 * 1 where the prediction means the right letter, else 0; an unclear or empty prediction is wrong.
 *
 * @param answers the right letter, or the right option's text; one is enough.
 */
export function inferredChoiceAccuracy(
  prediction: string,
  answers: readonly string[],
  options: readonly string[] = [],
): number {
  const letter = prediction.trim() === "" ? undefined : inferChoice(prediction, options);
  return letter !== undefined && answers.some((answer) => rightLetter(answer, options) === letter) ? 1 : 0;
}
