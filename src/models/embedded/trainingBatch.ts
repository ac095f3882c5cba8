/** Training batches of the embedded model: pictures, several questions each, and dense labels. */
import { type EmbeddedPicture, VOCABULARY } from "../../tasks/index.js";
import type { GridThw, Positions } from "../model.js";
import { multimodalPositions } from "../qwen2_5_vl/positions.js";
import { EMBEDDED_CONFIG } from "./config.js";

const GRID: GridThw = [1, 16, 16];
const VISUAL_TOKENS = 64;
const IDS = new Map(VOCABULARY.map((word, id) => [word, id]));

/** Token ids of space-separated words. */
export function encodeWords(words: string): number[] {
  return words.split(" ").map((word) => {
    const id = IDS.get(word);
    if (id === undefined) throw new RangeError(`"${word}" is not in the embedded vocabulary.`);
    return id;
  });
}

/**
 * One sequence: the picture once, then each question with its answer. Questions do not see one another and all stand at
 * the positions that a single question would have, so training equals asking them one by one, at the picture's cost once.
 */
export interface PackedSequence {
  readonly ids: Int32Array;
  /** 0 for the picture and its frame, else 1 + the question's number. */
  readonly block: Int32Array;
  readonly positions: Positions;
  /** Rows that predict an answer token, and the token each predicts, and the question it belongs to. */
  readonly rows: Int32Array;
  readonly targets: Int32Array;
  readonly question: Int32Array;
}

export function packSequence(picture: EmbeddedPicture): PackedSequence {
  const { visionStart, visionEnd, image, eos } = EMBEDDED_CONFIG.tokens;
  const frame = [visionStart, ...new Array<number>(VISUAL_TOKENS).fill(image), visionEnd];
  const base = multimodalPositions(Int32Array.from(frame), [GRID], [], EMBEDDED_CONFIG);
  const ids = [...frame];
  const block = new Array<number>(frame.length).fill(0);
  const line: number[] = [];
  const rows: number[] = [];
  const targets: number[] = [];
  const question: number[] = [];
  picture.questions.forEach(({ question: asked, answer }, number) => {
    const prompt = encodeWords(asked);
    const reply = [...encodeWords(answer), eos[0]];
    reply.forEach((target, i) => {
      rows.push(ids.length + prompt.length - 1 + i);
      targets.push(target);
      question.push(number);
    });
    [...prompt, ...reply].forEach((id, i) => {
      ids.push(id);
      block.push(number + 1);
      line.push(base.next + i);
    });
  });
  const n = ids.length;
  const values = new Int32Array(3 * n);
  for (let axis = 0; axis < 3; axis++) {
    values.set(base.values.subarray(axis * frame.length, (axis + 1) * frame.length), axis * n);
    values.set(line, axis * n + frame.length);
  }
  return {
    ids: Int32Array.from(ids),
    block: Int32Array.from(block),
    positions: { axes: 3, values, next: base.next },
    rows: Int32Array.from(rows),
    targets: Int32Array.from(targets),
    question: Int32Array.from(question),
  };
}

/** The labels' classes: 1 + their number, 0 meaning none. */
export const LABEL_CLASSES = { color: 7, shape: 6, character: 37 } as const;
export type LabelKind = keyof typeof LABEL_CLASSES;
export const PICTURE_GRID = GRID;
export const PATCH_WIDTH = 1176;
