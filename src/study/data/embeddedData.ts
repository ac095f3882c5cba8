/** The embedded benchmark as a study's data. */
import type { Processor } from "../../checkpoint/index.js";
import { type BenchmarkItem, embeddedItems, type Split } from "../../tasks/index.js";
import { Pacer } from "../../tensor/index.js";
import { type DataOptions, DEFAULT_SIZES, type StudyData, type StudySample } from "./data.js";

/** Which samples of the embedded benchmark a study takes. */
export interface EmbeddedDataOptions extends DataOptions {
  /** The tasks asked in turn, names of `EMBEDDED_TASKS`; default all of them. */
  readonly tasks?: readonly string[];
}

/**
 * The embedded benchmark, encoded by the processor of a checkpoint that knows its words.
 *
 * @throws EspalierError for a task that does not exist, or no task at all; Stopped.
 *
 * @example
 * const processor = Processor.fromDirectory(EMBEDDED_DIRECTORY);
 * const data = await embeddedData(processor, { sizes: { train: 4, validation: 2, test: 3 }, tasks: ["count"] });
 * data.test.length; // → 3
 */
export async function embeddedData(processor: Processor, options: EmbeddedDataOptions = {}): Promise<StudyData> {
  const { tasks } = options;
  const pacer = new Pacer(options.signal);
  const sizes = { ...DEFAULT_SIZES, ...options.sizes };
  const total = sizes.train + sizes.validation + sizes.test;
  let done = 0;
  const encode = async (split: Split): Promise<StudySample[]> => {
    const samples: StudySample[] = [];
    for (let i = 0; i < sizes[split]; i++) {
      const [item] = embeddedItems(split, 1, { offset: i, ...(tasks === undefined ? {} : { tasks }) });
      samples.push(embeddedSample(item, processor));
      options.onProgress?.(++done, total);
      await pacer.pause();
    }
    return samples;
  };
  if (options.everything) sizes.train = sizes.validation = 0;
  return {
    name: tasks === undefined ? "embedded benchmark" : `embedded benchmark (${tasks.join(", ")})`,
    train: await encode("train"),
    validation: await encode("validation"),
    test: await encode("test"),
    notes: ["Embedded model and embedded benchmark: they show the method, and say nothing about any other model."],
    processor,
  };
}

function embeddedSample(item: BenchmarkItem, processor: Processor): StudySample {
  const { id, task, images, question, answers, options } = item;
  return {
    id,
    task,
    ...processor.encode({ images, question, answer: answers[0] }),
    answers,
    ...(options === undefined ? {} : { options }),
    pictures: () => Promise.resolve(images),
  };
}
