/** Multiple choice of the embedded benchmark: which letter a free answer means, read more kindly than VLMEvalKit reads it. */
import { plainWords } from "./text.js";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/** Whether `words` has `part` as consecutive words. */
function hasRun(words: readonly string[], part: readonly string[]): boolean {
  return part.length > 0 && words.some((_, start) => part.every((word, i) => words[start + i] === word));
}

/** Words that follow a letter ("A or B", "A is right") but no article. */
const AFTER_LETTER = new Set(["or", "and", "is", "because", "since", "but"]);

/** Whether "A" or "I" at `index` is an English word: another word follows it that does not begin that option's text. */
function isWord(tokens: readonly string[], index: number, options: readonly string[] | undefined): boolean {
  const next = tokens[index + 1] ?? "";
  if (tokens[index] === "I" && next === "'") return true;
  if (!["A", "I"].includes(tokens[index]) || !/^\p{Ll}/u.test(next) || AFTER_LETTER.has(next)) return false;
  return plainWords(options?.[ALPHABET.indexOf(tokens[index])] ?? "")[0] !== plainWords(next)[0];
}

/**
 * The letter that a prediction means, or nothing where it is unclear.
 *
 * In order: the whole prediction is one letter (either case, with brackets or a full stop); exactly one option letter
 * stands in it as a word of its own ("The answer is B."); exactly one option's text stands in it. An "A" that begins a
 * phrase ("A dog runs") is the article, "I" likewise the pronoun.
 *
 * @param options texts of A, B, C …; without them every letter of the alphabet may be an option and no text is looked for.
 */
export function extractOption(prediction: string, options?: readonly string[]): string | undefined {
  const letters = [...ALPHABET].slice(0, options?.length ?? ALPHABET.length);
  const alone = /^[\s([{"']*([a-z])[\s)\]}"'.:]*$/iu.exec(prediction)?.[1].toUpperCase();
  if (alone !== undefined) return letters.includes(alone) ? alone : undefined;
  const tokens = prediction.match(/[\p{L}\p{N}]+|[^\p{L}\p{N}\s]/gu) ?? [];
  const found = new Set(tokens.filter((token, i) => letters.includes(token) && !isWord(tokens, i, options)));
  if (found.size === 1) return [...found][0];
  if (found.size > 1) return undefined;
  const words = plainWords(prediction);
  const named = letters.filter((_, i) => hasRun(words, plainWords(options?.[i] ?? "")));
  return named.length === 1 ? named[0] : undefined;
}

/**
 * 1 where the prediction means the right letter, else 0; an unclear or empty prediction is wrong.
 *
 * @param answers the right letter, or the right option's text; one is enough.
 */
export function multipleChoiceAccuracy(
  prediction: string,
  answers: readonly string[],
  options?: readonly string[],
): number {
  const letter = extractOption(prediction, options);
  return letter !== undefined && answers.some((answer) => extractOption(answer, options) === letter) ? 1 : 0;
}
