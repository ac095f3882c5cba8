/** Direct labels: a series' name beside its line, where it covers nothing, instead of a legend. */

/** A series in pixels; y grows downwards. */
export interface LabelledLine {
  /** Width of the text in pixels. */
  readonly width: number;
  /** Points of the line from left to right. */
  readonly points: readonly (readonly [number, number])[];
}

export interface PlacedLabel {
  /** Left edge and vertical middle of the text, in pixels. */
  readonly x: number;
  readonly y: number;
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

const HEIGHT = 13;

/** Points along every line, close enough together that a label cannot slip between them. */
function dots(points: readonly (readonly [number, number])[]): (readonly [number, number])[] {
  const result: (readonly [number, number])[] = [];
  points.forEach((point, i) => {
    result.push(point);
    const next = points[i + 1];
    if (next === undefined) return;
    const steps = Math.min(200, Math.ceil(Math.hypot(next[0] - point[0], next[1] - point[1]) / 4));
    for (let s = 1; s < steps; s++) {
      result.push([point[0] + ((next[0] - point[0]) * s) / steps, point[1] + ((next[1] - point[1]) * s) / steps]);
    }
  });
  return result;
}

/** How far a point lies from a box; 0 inside. */
const distanceTo = (box: Box, x: number, y: number): number =>
  Math.hypot(Math.max(box.left - x, 0, x - box.right), Math.max(box.top - y, 0, y - box.bottom));

/**
 * Places one label per line greedily, longest-lived line first: candidates sit around every point of the line, and the
 * one wins that covers the fewest marks of any line, is nearest to its own line and farther from the others'.
 *
 * @param lines what is drawn, in pixels of a `width` × `height` plot.
 * @param obstacles further marks not to cover, in pixels; each weighs a quarter of a line's.
 * @returns a place for each line, in the order given; a line without points has none.
 */
export function placeLabels(
  lines: readonly LabelledLine[],
  width: number,
  height: number,
  obstacles: readonly (readonly [number, number])[] = [],
): (PlacedLabel | null)[] {
  const trails = lines.map((line) => dots(line.points));
  const taken: Box[] = [];
  return lines.map((line, own) => {
    let best: { cost: number; box: Box } | null = null;
    for (const [x, y] of line.points) {
      for (const [side, lift] of CANDIDATES) {
        const left = side > 0 ? x + side : side < 0 ? x + side - line.width : x - line.width / 2;
        const box = { left, right: left + line.width, top: y + lift - HEIGHT / 2, bottom: y + lift + HEIGHT / 2 };
        if (box.left < 2 || box.right > width - 2 || box.top < 0 || box.bottom > height - 2) continue;
        const cost = costOf(box, own, trails, taken, obstacles) + 0.15 * (Math.abs(lift) + Math.abs(side));
        if (best === null || cost < best.cost) best = { cost, box };
      }
    }
    if (best === null) return null;
    taken.push(best.box);
    return { x: best.box.left, y: (best.box.top + best.box.bottom) / 2 };
  });
}

/** Offsets from a point: to the right or left by so many pixels (0: centred), and up or down. */
const CANDIDATES: readonly (readonly [number, number])[] = [10, -10, 0, 18, -18].flatMap((side) =>
  [-11, 11, -17, 17, -24, 24, -32, 32, ...(side === 0 ? [] : [0])].map((lift) => [side, lift] as const),
);

function costOf(
  box: Box,
  own: number,
  trails: readonly (readonly (readonly [number, number])[])[],
  taken: readonly Box[],
  obstacles: readonly (readonly [number, number])[],
): number {
  let cost = 0;
  const nearest = trails.map((trail) => {
    let least = Number.POSITIVE_INFINITY;
    for (const [x, y] of trail) {
      const distance = distanceTo(box, x, y);
      if (distance < 3) cost += 12;
      least = Math.min(least, distance);
    }
    return least;
  });
  // Nearer to another series' line than to its own, a label would be read as that one's.
  nearest.forEach((distance, i) => {
    if (i !== own && distance < nearest[own]! + 4) cost += 40;
  });
  for (const [x, y] of obstacles) if (distanceTo(box, x, y) < 2) cost += 3;
  for (const other of taken) {
    const apart =
      box.left > other.right + 6 || other.left > box.right + 6 || box.top > other.bottom || other.top > box.bottom;
    if (!apart) cost += 500;
  }
  return cost;
}
