/** Prompts whose pictures have another number of visual tokens. */
import type { StudySample } from "../data/index.js";

/**
 * Token ids with each picture's run of image tokens replaced by one of another length.
 *
 * @param before, after visual tokens of each picture, in order.
 */
export function withRuns(
  sample: Pick<StudySample, "inputIds" | "promptLength">,
  imageToken: number,
  before: readonly number[],
  after: readonly number[],
): { inputIds: Int32Array; promptLength: number } {
  const ids: number[] = [];
  let picture = 0;
  let left = 0;
  let promptLength = sample.promptLength;
  for (const id of sample.inputIds) {
    if (id !== imageToken) {
      ids.push(id);
      continue;
    }
    if (left === 0) {
      left = before[picture];
      for (let i = 0; i < after[picture]; i++) ids.push(imageToken);
      promptLength += after[picture] - before[picture];
      picture++;
    }
    left--;
  }
  return { inputIds: Int32Array.from(ids), promptLength };
}
