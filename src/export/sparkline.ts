/** A schedule in one short word: `█▇▅▃▁·`. */

const BARS = ["·", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];
const DIGITS = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

/**
 * Draws shares as a row of bars.
 *
 * @param shares kept share per layer, each in 0…1 (values outside are drawn as the nearest end).
 * @param options.width most characters; more layers than that are averaged over equal groups. All layers unless told.
 * @param options.ascii digits 0…9 instead of blocks, for terminals and fonts without them.
 * @returns one character a layer or group; only an exact 0 is drawn as nothing (`·`), so that a single token shows.
 */
export function sparkline(shares: readonly number[], options: { width?: number; ascii?: boolean } = {}): string {
  const marks = options.ascii ? DIGITS : BARS;
  const columns = Math.max(1, Math.min(options.width ?? shares.length, shares.length));
  let line = "";
  for (let column = 0; column < columns; column++) {
    const from = Math.floor((column * shares.length) / columns);
    const to = Math.floor(((column + 1) * shares.length) / columns);
    const group = shares.slice(from, to);
    const mean = group.reduce((sum, share) => sum + share, 0) / group.length;
    const top = marks.length - 1;
    line += mean <= 0 ? marks[0] : marks[Math.min(top, Math.max(1, Math.round(mean * top)))];
  }
  return shares.length === 0 ? "" : line;
}

/** Counts with repeats folded: `64×2 40 21×3 9`; means to one decimal. */
export function foldCounts(counts: readonly number[]): string {
  const parts: string[] = [];
  for (let i = 0; i < counts.length; ) {
    const text = String(Number(counts[i]!.toFixed(1)));
    let run = 1;
    while (i + run < counts.length && String(Number(counts[i + run]!.toFixed(1))) === text) run++;
    parts.push(run === 1 ? text : `${text}×${run}`);
    i += run;
  }
  return parts.join(" ");
}
