/** How right the pruned model's answers are: by the task's metric on greedy answers where texts are known. */
import { generate, type PreparedSamples } from "../evaluation/index.js";
import { score } from "../tasks/index.js";
import type { Pacer } from "../tensor/index.js";
import type { StudyData, StudySample } from "./data/index.js";

export interface Scorer {
  /** What the numbers are, for reports. */
  readonly metric: string;
  /**
   * @param prepared the samples' prepared form, with the selector that prunes.
   * @param counts [S][L].
   * @param exact [S] whether the pruned model, teacher-forced, predicts the whole answer.
   * @returns [S] 0 … 1.
   */
  score(
    prepared: PreparedSamples,
    samples: readonly StudySample[],
    counts: readonly (readonly number[])[],
    exact: readonly boolean[],
    pacer: Pacer,
  ): Promise<number[]>;
}

const TEACHER_FORCED: Scorer = {
  metric: "teacher-forced exact match",
  score: async (_prepared, _samples, _counts, exact) => exact.map(Number),
};

/** Beyond the longest answer that is expected: room for a wrong one to show that it is wrong. */
const MARGIN = 16;

/**
 * Greedy answers under pruning, scored by each task's metric. A model that predicts the whole answer, its end included, when
 * it is forced onto it, gives that very answer on its own; so only the others are generated.
 */
function greedy(decode: (ids: Iterable<number>) => string): Scorer {
  return {
    metric: "task metric of greedy answers",
    async score({ model, selector }, samples, counts, exact, pacer) {
      const wrong = [...samples.keys()].filter((s) => !exact[s]);
      const prompts = wrong.map((s) => {
        const { inputIds, promptLength, ...rest } = samples[s];
        return { ...rest, inputIds: inputIds.slice(0, promptLength) };
      });
      const longest = Math.max(0, ...samples.map(({ inputIds, promptLength }) => inputIds.length - promptLength));
      const generated = await generate(
        model,
        selector,
        prompts,
        wrong.map((s) => counts[s]),
        { maxNewTokens: longest + MARGIN, pacer },
      );
      const answers = samples.map(({ inputIds, promptLength }): Int32Array => inputIds.slice(promptLength));
      wrong.forEach((s, i) => {
        answers[s] = generated[i];
      });
      return samples.map(({ task, answers: accepted = [], options, category }, s) =>
        score(task, decode(answers[s]), accepted, options, category),
      );
    },
  };
}

/** The scorer for a study's data: greedy where every scored sample has accepted answers and ids can be decoded. */
export function scorerOf({ processor, test, validation }: StudyData): Scorer {
  const answered = [...test, ...validation].every(({ answers }) => answers !== undefined);
  return processor === undefined || !answered ? TEACHER_FORCED : greedy((ids) => processor.decode(ids));
}
