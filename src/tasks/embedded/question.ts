/** Questions about a picture, and what a kind of picture is. */
import type { Random } from "../../tensor/random.js";
import type { Surface } from "./surface.js";
import { OPTION_LETTERS } from "./vocabulary.js";

/** The tasks that mirror the abilities of the eight benchmarks. */
export const EMBEDDED_TASKS: readonly string[] = [
  "attribute-choice",
  "attribute",
  "relation",
  "count",
  "existence",
  "chart",
  "word",
  "sign",
];

/** Tasks for training only: each asks for one skill that a task of the benchmark rests on. */
export const AUXILIARY_TASKS: readonly string[] = [
  "describe",
  "where",
  "further",
  "at",
  "shape",
  "open-count",
  "character",
  "length",
];

/** A question in words of the vocabulary, separated by single spaces. */
export interface Question {
  /** One of `EMBEDDED_TASKS` or `AUXILIARY_TASKS`. */
  readonly task: string;
  readonly question: string;
  /** Characters of a word or number are one word each: "k u w". */
  readonly answer: string;
  /** Multiple choice: the texts of A, B, C, D; the question has them too. */
  readonly options?: readonly string[];
}

/** A picture that is thought out but not drawn. */
export interface Draft {
  /** What is in the picture, in one string; pictures with the same key belong to the same split. */
  readonly key: string;
  /** Standard deviation of the blur in pixels that the draft wants; 0 = sharp. */
  readonly blur: number;
  draw(random: Random, surface: Surface): void;
  /**
   * One question of a task, or nothing where the picture does not allow it.
   *
   * @param first whether it is the question for which the picture was thought out.
   */
  ask(random: Random, task: string, first: boolean): Question | undefined;
}

/** A kind of picture. A new kind is a new file and a line in picture.ts. */
export interface PictureKind {
  readonly name: string;
  /** Tasks that pictures of this kind can be asked; the draft for a task allows at least one question of it. */
  readonly tasks: readonly string[];
  imagine(random: Random, task: string): Draft;
}

/**
 * Multiple choice between `answer` and three others, the right letter uniform.
 *
 * @param others at least three texts different from `answer` and from each other; the first three are taken.
 */
export function multipleChoice(
  random: Random,
  task: string,
  question: string,
  answer: string,
  others: readonly string[],
): Question {
  const options = random.shuffle([answer, ...others.slice(0, OPTION_LETTERS.length - 1)]);
  const choices = options.map((option, i) => `${OPTION_LETTERS[i]} ${option}`).join(" ");
  return { task, question: `${question} choose ${choices}`, answer: OPTION_LETTERS[options.indexOf(answer)], options };
}
