/**
 * Several samples in one sequence, so that short ones do not pay for the padding of long ones.
 *
 * Source: sequence packing, Krell et al., arXiv 2107.02027; bins by first fit, longest first.
 */
import type { TokenLayout } from "./model.js";

/** A layout whose sequences hold several samples. */
export interface PackedLayout extends TokenLayout {
  readonly samples: Int32Array;
  /** For each sample, the sequence that holds it. */
  readonly sequence: Int32Array;
  /** For each sample, the row of its first token; its others follow. */
  readonly start: Int32Array;
}

/** Whether sequences of a layout hold several samples. */
export function isPacked(layout: TokenLayout): layout is PackedLayout {
  return layout.samples !== undefined;
}

/** First fit, longest first: for each sample its bin. */
function assignBins(lengths: readonly number[], capacity: number): Int32Array {
  const order = lengths.map((_, s) => s).sort((a, b) => lengths[b] - lengths[a] || a - b);
  const bins = new Int32Array(lengths.length);
  const used: number[] = [];
  for (const s of order) {
    let bin = used.findIndex((size) => size + lengths[s] <= capacity);
    if (bin < 0) bin = used.push(0) - 1;
    used[bin] += lengths[s];
    bins[s] = bin;
  }
  return bins;
}

/**
 * Lays samples out in as few sequences as first fit finds; within a sequence they keep their order.
 *
 * @param kept each sample's places, ascending; at least one sample, which may have none.
 * @param capacity rows of a sequence; at least the longest sample's.
 */
export function packLayout(kept: readonly Int32Array[], capacity: number): PackedLayout {
  const sequence = assignBins(
    kept.map((places) => places.length),
    capacity,
  );
  return layOut(kept, sequence, Math.max(...sequence) + 1, () => capacity);
}

/**
 * Lays other tokens of the same samples out in the sequences of a layout, in its order.
 *
 * @param stride rows of a sequence come in multiples of this many; default 1.
 */
export function packLike(layout: PackedLayout, kept: readonly Int32Array[], stride = 1): PackedLayout {
  return layOut(kept, layout.sequence, layout.batch, (longest) => Math.max(1, Math.ceil(longest / stride)) * stride);
}

/** @param rowsFor rows of a sequence, given what the fullest one needs. */
function layOut(
  kept: readonly Int32Array[],
  sequence: Int32Array,
  batch: number,
  rowsFor: (longest: number) => number,
): PackedLayout {
  const used = new Int32Array(batch);
  const within = kept.map(({ length }, s) => {
    used[sequence[s]] += length;
    return used[sequence[s]] - length;
  });
  const rows = rowsFor(Math.max(...used));
  const index = new Int32Array(batch * rows).fill(-1);
  const samples = new Int32Array(batch * rows).fill(-1);
  const start = Int32Array.from(kept, (_, s) => sequence[s] * rows + within[s]);
  kept.forEach((places, s) => {
    index.set(places, start[s]);
    samples.fill(s, start[s], start[s] + places.length);
  });
  return { batch, length: rows, index, samples, sequence, start };
}
