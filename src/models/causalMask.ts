/** The causal mask of prompts whose tokens may be missing: by original place, with windows, pictures and padding. */
import * as tf from "@tensorflow/tfjs";
import { type AttentionMask, MASKED, type Span } from "./blocks/index.js";
import type { TokenLayout } from "./model.js";

export interface CausalMaskOptions {
  /** How many places a token sees, its own included; null for all before it. Default null. */
  readonly window?: number | null;
  /**
   * For each sample, the picture of every place; −1 for text. Tokens of one picture see each other, whatever their order and
   * the window. Default: pictures are seen like text.
   */
  readonly pictures?: readonly Int32Array[];
}

/** The sample of a layout's row, −1 for padding. */
function sampleOf({ index, length, samples }: TokenLayout, row: number): number {
  return index[row] < 0 ? -1 : samples ? samples[row] : Math.floor(row / length);
}

/** For each sample, the slots of its rows within their sequence, and their places; both ascend. */
function slotsBySample(layout: TokenLayout): Map<number, { slots: number[]; places: number[] }> {
  const bySample = new Map<number, { slots: number[]; places: number[] }>();
  for (let row = 0; row < layout.index.length; row++) {
    const sample = sampleOf(layout, row);
    if (sample < 0) continue;
    const own = bySample.get(sample) ?? { slots: [], places: [] };
    bySample.set(sample, own);
    own.slots.push(row % layout.length);
    own.places.push(layout.index[row]);
  }
  return bySample;
}

/** Where `place` would stand among ascending places: the number of those below it. */
function rankOf(places: readonly number[], place: number): number {
  let low = 0;
  let high = places.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (places[middle] < place) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** First and last place of every picture of a sample. */
function pictureEnds(pictures: Int32Array): { first: Int32Array; last: Int32Array } {
  const count = pictures.reduce((most, picture) => Math.max(most, picture + 1), 0);
  const first = new Int32Array(count).fill(-1);
  const last = new Int32Array(count);
  pictures.forEach((picture, place) => {
    if (picture < 0) return;
    if (first[picture] < 0) first[picture] = place;
    last[picture] = place;
  });
  return { first, last };
}

/** For each query row, the keys it sees: slots from `low` to before `high`, padding among them left out. */
interface Reach {
  readonly low: Int32Array;
  readonly high: Int32Array;
}

function reachOf(queries: TokenLayout, keys: TokenLayout, { window = null, pictures }: CausalMaskOptions): Reach {
  const rows = queries.index.length;
  const low = new Int32Array(rows);
  const high = new Int32Array(rows);
  const keysOf = slotsBySample(keys);
  const ends = pictures?.map(pictureEnds);
  for (let row = 0; row < rows; row++) {
    const sample = sampleOf(queries, row);
    if (sample < 0) {
      // Padding sees the first key, so that its own numbers stay finite.
      high[row] = 1;
      continue;
    }
    const own = keysOf.get(sample);
    if (own === undefined) continue;
    const place = queries.index[row];
    // A place behind the prompt was generated, and is no picture's.
    const picture = pictures?.[sample][place] ?? -1;
    const begin = window === null ? 0 : place - window + 1;
    const from = picture < 0 ? begin : Math.min(begin, ends![sample].first[picture]);
    const to = picture < 0 ? place : Math.max(place, ends![sample].last[picture]);
    const [before, through] = [rankOf(own.places, from), rankOf(own.places, to + 1)];
    if (through === before) continue;
    low[row] = own.slots[before];
    high[row] = own.slots[through - 1] + 1;
  }
  return { low, high };
}

/**
 * Causal by original place: a row sees the rows of its sample at or before its own place, at most `window − 1` before it, and
 * all of its own picture where pictures see themselves. Padding is seen by nobody.
 *
 * @param keys real rows of a sample in ascending order; padding may stand anywhere (behind a cached prompt, generated tokens
 *   follow it). Kept by the mask: neither layout may change.
 */
export function causalMask(queries: TokenLayout, keys: TokenLayout, options: CausalMaskOptions = {}): AttentionMask {
  // Rows keep their order and padding comes last: among the same rows, without a window, earlier slots are what is seen, and
  // one mask serves all samples.
  const plain = queries === keys && !queries.samples && (options.window ?? null) === null && !options.pictures;
  const { low, high } = plain ? triangle(queries.length) : reachOf(queries, keys, options);
  const batch = plain ? 1 : queries.batch;
  const rowsOf = ({ begin, count }: Span) =>
    Array.from({ length: batch }, (_, b) => ({
      first: b * queries.length + begin,
      end: b * queries.length + begin + count,
    }));
  return {
    span(piece) {
      let begin = keys.length;
      let end = 0;
      for (const { first, end: last } of rowsOf(piece)) {
        for (let row = first; row < last; row++) {
          if (high[row] === 0) continue;
          begin = Math.min(begin, low[row]);
          end = Math.max(end, high[row]);
        }
      }
      return end === 0 ? { begin: 0, count: keys.length } : { begin, count: end - begin };
    },
    rows(piece, seen) {
      const mask = new Float32Array(batch * piece.count * seen.count).fill(MASKED);
      const seenEnd = seen.begin + seen.count;
      let hidden = false;
      rowsOf(piece).forEach(({ first, end }, b) => {
        for (let row = first, at = b * piece.count * seen.count; row < end; row++, at += seen.count) {
          const from = Math.max(low[row], seen.begin);
          const to = Math.min(high[row], seenEnd);
          hidden ||= from > seen.begin || to < seenEnd;
          if (from < to) mask.fill(0, at + from - seen.begin, at + to - seen.begin);
        }
        if (plain) return;
        for (let key = seen.begin; key < seenEnd; key++) {
          if (keys.index[b * keys.length + key] >= 0) continue;
          hidden = true;
          for (let row = first, at = b * piece.count * seen.count; row < end; row++, at += seen.count) {
            // What padding asks does not matter, but it must see something.
            if (queries.index[row] >= 0) mask[at + key - seen.begin] = MASKED;
          }
        }
      });
      return hidden ? tf.tensor4d(mask, [batch, 1, piece.count, seen.count]) : null;
    },
  };
}

function triangle(n: number): Reach {
  return { low: new Int32Array(n), high: Int32Array.from({ length: n }, (_, q) => q + 1) };
}
