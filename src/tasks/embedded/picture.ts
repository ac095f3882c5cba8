/** A picture with its questions and labels, from a seed. */
import { EspalierError } from "../../errors.js";
import { Random } from "../../tensor/random.js";
import type { RgbImage } from "../item.js";
import { chartPictures } from "./chart.js";
import type { Labels } from "./labels.js";
import { AUXILIARY_TASKS, type Draft, EMBEDDED_TASKS, type PictureKind, type Question } from "./question.js";
import { scenePictures } from "./scenePicture.js";
import { signPictures } from "./sign.js";
import { splitOfKey, splitOfSeed } from "./splits.js";
import { Surface } from "./surface.js";
import { wordPictures } from "./word.js";

const KINDS: readonly PictureKind[] = [scenePictures, chartPictures, wordPictures, signPictures];

/** Weight of an auxiliary task where the caller gives none; the tasks of the benchmark have 1. */
const AUXILIARY_WEIGHT = 0.5;

export interface EmbeddedPicture {
  readonly seed: number;
  /** 224×224. */
  readonly image: RgbImage;
  /**
   * At least one; all different, apart from their options too. The first is of the task that the picture was made for,
   * except that a description comes last.
   */
  readonly questions: readonly Question[];
  /** 8×8 visual tokens, row-major, 64 each; 0 = none, else 1 + index in `COLORS`, `SHAPES`, `CHARACTERS`. */
  readonly labels: Labels;
}

export interface PictureOptions {
  /** How many questions at most, default 5; fewer where the picture does not allow more different ones. */
  readonly questions?: number;
  /** Whether auxiliary tasks are asked where `taskWeights` does not say; default true. */
  readonly auxiliary?: boolean;
  /**
   * Relative frequency of each task, as the picture's first question and among the further ones that its kind of picture
   * allows. Default: 1 for each task of the benchmark, .5 for each auxiliary one. Tasks that are not named have 0.
   */
  readonly taskWeights?: Readonly<Record<string, number>>;
}

function defaultWeights(auxiliary: boolean): Record<string, number> {
  return Object.fromEntries([
    ...EMBEDDED_TASKS.map((task) => [task, 1]),
    ...AUXILIARY_TASKS.map((task) => [task, auxiliary ? AUXILIARY_WEIGHT : 0]),
  ]);
}

function checkedWeights(options: PictureOptions): Readonly<Record<string, number>> {
  if (options.taskWeights === undefined) return defaultWeights(options.auxiliary ?? true);
  for (const [task, weight] of Object.entries(options.taskWeights)) {
    if (!EMBEDDED_TASKS.includes(task) && !AUXILIARY_TASKS.includes(task)) {
      const known = [...EMBEDDED_TASKS, ...AUXILIARY_TASKS].join(", ");
      throw new EspalierError(`"${task}" is no task of the embedded benchmark; its tasks are ${known}.`);
    }
    if (!(weight >= 0 && weight < Infinity)) {
      throw new EspalierError(`The weight of task "${task}" is ${weight}; it must be a number from 0 up.`);
    }
  }
  if (!Object.values(options.taskWeights).some((weight) => weight > 0)) {
    throw new EspalierError("All task weights are 0; at least one must be above 0.");
  }
  return options.taskWeights;
}

/** One of `tasks`, as often as its weight says; some weight must be above 0. */
function drawTask(random: Random, tasks: readonly string[], weights: Readonly<Record<string, number>>): string {
  let rest = random.uniform() * tasks.reduce((sum, task) => sum + (weights[task] ?? 0), 0);
  let drawn = "";
  for (const task of tasks) {
    if ((weights[task] ?? 0) === 0) continue;
    drawn = task;
    rest -= weights[task];
    if (rest < 0) break;
  }
  return drawn;
}

/** Neighbouring seeds far apart: the generator's first outputs are a linear function of its seed. */
function spread(seed: number): number {
  let hash = Math.imul(seed ^ (seed >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

/** A draft of the seed's split, and the first question, which is of `task`. */
function imagine(random: Random, seed: number, kind: PictureKind, task: string): { draft: Draft; first: Question } {
  const split = splitOfSeed(seed);
  for (;;) {
    const draft = kind.imagine(random, task);
    if (splitOfKey(draft.key) !== split) continue;
    const first = draft.ask(random, task, true);
    if (first !== undefined) return { draft, first };
  }
}

/** What is asked, without the options: "how many shapes ?" is asked once, as multiple choice or openly. */
function subject({ question }: Question): string {
  return question.split(" choose ")[0];
}

function questionsOf(
  random: Random,
  draft: Draft,
  first: Question,
  tasks: readonly string[],
  weights: Readonly<Record<string, number>>,
  count: number,
): Question[] {
  const questions = [first];
  const allowed = tasks.filter((task) => (weights[task] ?? 0) > 0);
  // Word pictures have few different questions: the attempts end.
  for (let attempt = 0; questions.length < count && attempt < 4 * count; attempt++) {
    const question = draft.ask(random, drawTask(random, allowed, weights), false);
    if (question !== undefined && !questions.some((asked) => subject(asked) === subject(question))) {
      questions.push(question);
    }
  }
  // A description gives away every other answer, and training shows the questions one after the other.
  return [
    ...questions.filter(({ task }) => task !== "describe"),
    ...questions.filter(({ task }) => task === "describe"),
  ];
}

/**
 * The picture of a seed: same seed and options, same bytes, on every machine with the same canvas library.
 * About 1.5 ms; 6 ms for a chart, which Vega lays out. The canvas library returns a quarter of a megabyte a picture only
 * when the event loop turns: a loop over thousands should await something now and then.
 *
 * @param seed an integer from 0 to 2^31 − 1; its range says to which split the picture belongs (`SPLIT_SEEDS`).
 * @throws EspalierError for a seed, a number of questions, a task or a weight that cannot be.
 */
export function generatePicture(seed: number, options: PictureOptions = {}): EmbeddedPicture {
  const count = options.questions ?? 5;
  if (!Number.isInteger(count) || count < 1) {
    throw new EspalierError(`The number of questions a picture is ${count}; it must be an integer from 1 up.`);
  }
  splitOfSeed(seed);
  const weights = checkedWeights(options);
  const random = new Random(spread(seed));
  const task = drawTask(random, [...EMBEDDED_TASKS, ...AUXILIARY_TASKS], weights);
  const kind = random.choice(KINDS.filter(({ tasks }) => tasks.includes(task)));
  const { draft, first } = imagine(random, seed, kind, task);
  const questions = questionsOf(random, draft, first, kind.tasks, weights, count);
  // The drawing has a stream of its own: the number of questions does not change the pixels.
  const drawing = new Random(spread(seed)).fork("drawing");
  const surface = new Surface(drawing);
  draft.draw(drawing, surface);
  const noise = drawing.uniform() < 0.4 ? 0 : drawing.between(1, 6);
  const image = surface.finish(drawing, { blur: draft.blur, noise });
  return { seed, image, questions, labels: surface.labels };
}
