/** The embedded benchmark as items: one question a picture. */
import { EspalierError } from "../../errors.js";
import type { BenchmarkItem } from "../item.js";
import { generatePicture } from "./picture.js";
import { EMBEDDED_TASKS } from "./question.js";
import { SPLIT_SEEDS, type Split } from "./splits.js";

export interface ItemOptions {
  /** Index of the first item within the split, default 0: disjoint ranges give disjoint items. */
  readonly offset?: number;
  /** The tasks asked in turn, default all of `EMBEDDED_TASKS`. */
  readonly tasks?: readonly string[];
}

/**
 * `count` items of a split, the tasks in turn (equal shares where `count` is a multiple of their number).
 *
 * Item i of a split is always the same, whatever `count`.
 *
 * @throws EspalierError for a negative or fractional `count` or `offset`, a task that does not exist, or no task.
 *
 * @example
 * embeddedItems("test", 2, { tasks: ["count"] }).map(({ task }) => task); // → ["count", "count"]
 */
export function embeddedItems(split: Split, count: number, options: ItemOptions = {}): BenchmarkItem[] {
  const { offset = 0, tasks = EMBEDDED_TASKS } = options;
  if (tasks.length === 0) {
    throw new EspalierError(
      `The embedded benchmark was asked for no task; leave the tasks out for all of ${EMBEDDED_TASKS.join(", ")}, or name some.`,
    );
  }
  const { first, count: available } = SPLIT_SEEDS[split];
  if (!Number.isInteger(count) || count < 0 || !Number.isInteger(offset) || offset < 0 || offset + count > available) {
    throw new EspalierError(
      `${count} items from number ${offset} of the embedded benchmark's ${split} split were asked for; both numbers must be integers from 0 up, together at most ${available}.`,
    );
  }
  return Array.from({ length: count }, (_, i): BenchmarkItem => {
    const number = offset + i;
    const task = tasks[number % tasks.length];
    const picture = generatePicture(first + number, { questions: 1, taskWeights: { [task]: 1 } });
    const { question, answer, options: choices } = picture.questions[0];
    return {
      id: `${split}-${number}`,
      task,
      images: [picture.image],
      question,
      answers: [answer],
      ...(choices === undefined ? {} : { options: choices }),
    };
  });
}
