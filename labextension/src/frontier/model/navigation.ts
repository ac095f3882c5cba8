/** Going from point to point along the frontiers with the keys of a keyboard. */
import type { FrontierScene } from "./frontierScene.js";

export type Step = "left" | "right" | "up" | "down" | "first" | "last";

/**
 * The point that a key leads to: left and right along a frontier by cost, up and down to the other series' at about the same
 * cost, the ends of the frontier.
 *
 * @param from −1, or a point that is not on a frontier: the step then leads to the nearest that is.
 * @returns −1 where no frontier has a point.
 */
export function stepFrom(scene: FrontierScene, from: number, step: Step): number {
  const fronts = scene.shownSeries.map((series) => ({ series, points: scene.frontOf(series) }));
  const filled = fronts.filter(({ points }) => points.length > 0);
  if (filled.length === 0) return -1;
  const at = filled.findIndex(({ points }) => points.includes(from));
  if (at < 0) {
    const own = from < 0 ? undefined : filled.find(({ series }) => series === scene.points.series[from]);
    const { points } = own ?? filled[0]!;
    if (step === "last") return points.at(-1)!;
    return from < 0 || step === "first" ? points[0]! : nearest(scene, points, from);
  }
  const { points } = filled[at]!;
  const place = points.indexOf(from);
  switch (step) {
    case "left":
      return points[Math.max(0, place - 1)]!;
    case "right":
      return points[Math.min(points.length - 1, place + 1)]!;
    case "first":
      return points[0]!;
    case "last":
      return points.at(-1)!;
    case "up":
      return at === 0 ? from : nearest(scene, filled[at - 1]!.points, from);
    case "down":
      return at === filled.length - 1 ? from : nearest(scene, filled[at + 1]!.points, from);
  }
}

function nearest({ points: store, costAxis }: FrontierScene, points: readonly number[], to: number): number {
  const costs = store.cost(costAxis.key);
  return points.reduce((a, b) => (Math.abs(costs[b]! - costs[to]!) < Math.abs(costs[a]! - costs[to]!) ? b : a));
}
