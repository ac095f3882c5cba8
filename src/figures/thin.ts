/** Thinning a cloud of points to what an eye can tell apart. */

/**
 * Picks at most `most` points so that the cloud keeps its outline: points are sorted into square cells, each cell gives its
 * first point, then its second, and so on, until there are enough.
 *
 * @param points x and y in pixels.
 * @param most how many to keep; all of them when there are no more.
 * @param cell side of a cell in pixels; 4 unless told.
 * @returns indices into `points`, rising. The same points give the same indices.
 */
export function thin(points: readonly (readonly [number, number])[], most: number, cell = 4): number[] {
  if (points.length <= most) return points.map((_, i) => i);
  const cells = new Map<string, number[]>();
  points.forEach(([x, y], i) => {
    const key = `${Math.floor(x / cell)},${Math.floor(y / cell)}`;
    const members = cells.get(key);
    if (members === undefined) cells.set(key, [i]);
    else members.push(i);
  });
  const kept: number[] = [];
  for (let rank = 0; kept.length < most; rank++) {
    const layer = [...cells.values()].filter((members) => members.length > rank).map((members) => members[rank]!);
    const room = most - kept.length;
    if (layer.length <= room) kept.push(...layer);
    else for (let i = 0; i < room; i++) kept.push(layer[Math.floor((i * layer.length) / room)]!);
  }
  return kept.sort((a, b) => a - b);
}
