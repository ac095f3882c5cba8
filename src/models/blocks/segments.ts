/** Attention within consecutive segments of rows: pictures, frames, windows. */
import * as tf from "@tensorflow/tfjs";
import type { Tape } from "../../tensor/index.js";
import { attention } from "./attention.js";
import { concatRows, gatherRows } from "./gather.js";
import { mergeHeads, sliceHeads, splitHeads } from "./heads.js";

/** Segments of one length, as row indices; and for all of them together, the way back. */
export interface SegmentPlan {
  readonly groups: readonly { readonly length: number; readonly rows: Int32Array }[];
  /** For each row, where it lies in the groups' concatenation; null where that is the same order. */
  readonly inverse: Int32Array | null;
}

/** Groups segments by length, so that each group is one batch without padding. */
export function planSegments(lengths: readonly number[]): SegmentPlan {
  const byLength = new Map<number, number[]>();
  let begin = 0;
  for (const length of lengths) {
    const rows = byLength.get(length) ?? [];
    byLength.set(length, rows);
    for (let i = 0; i < length; i++) rows.push(begin + i);
    begin += length;
  }
  const groups = [...byLength].map(([length, rows]) => ({ length, rows: Int32Array.from(rows) }));
  if (groups.length <= 1) return { groups, inverse: null };
  const inverse = new Int32Array(begin);
  let at = 0;
  for (const { rows } of groups) for (const row of rows) inverse[row] = at++;
  return { groups, inverse };
}

/**
 * Every row attends to the rows of its own segment, in both directions.
 *
 * @param joint [N, 3·h·d]: queries, keys and values of each row, rotated.
 * @returns [N, h·d], in the caller's scope.
 */
export function segmentAttention(joint: tf.Tensor2D, heads: number, plan: SegmentPlan, tape?: Tape): tf.Tensor2D {
  const attend = (rows: tf.Tensor2D, length: number): tf.Tensor2D => {
    const split = splitHeads(rows, rows.shape[0] / length, 3 * heads, tape);
    const [q, k, v] = [0, 1, 2].map((part) => sliceHeads(split, part * heads, heads, tape));
    return mergeHeads(attention(q, k, v, null, null, tape), tape);
  };
  return tf.tidy(() => {
    if (!plan.inverse) return attend(joint, plan.groups[0].length);
    const parts = plan.groups.map(({ rows, length }) => attend(gatherRows(joint, rows, tape), length));
    return gatherRows(concatRows(parts, tape), plan.inverse, tape);
  });
}
