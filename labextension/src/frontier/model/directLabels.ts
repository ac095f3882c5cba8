/** Series' names beside their lines, placed as the static figures place them. */
import { placeLabels } from "../../../../src/figures/browser.js";
import type { FrontierScene } from "./frontierScene.js";

/** Room for a series' mark before its name. */
export const LABEL_INDENT = 12;
/** More series than this do not fit beside their lines. */
const MOST_LABELS = 8;
/** Vertices of a line that a label may stand at: trying them all would take longer than the rest of the drawing. */
const MOST_ANCHORS = 8;

export interface DirectLabel {
  readonly series: number;
  /** Left edge and middle, in pixels of the plot. */
  readonly x: number;
  readonly y: number;
}

/** Where series' names stand beside their lines: none for a single series, or for more than have room. */
export function directLabels(scene: FrontierScene, widthOf: (text: string) => number): DirectLabel[] {
  const shown = scene.shownSeries.filter((series) => scene.frontOf(series).length > 0);
  if (shown.length < 2 || shown.length > MOST_LABELS) return [];
  const { plot, places } = scene;
  const lines = shown.map((series) => {
    const inside = scene.frontOf(series).filter((i) => places.isInside(i));
    const stride = Math.max(1, Math.ceil(inside.length / MOST_ANCHORS));
    const points = inside.filter((_, i) => i % stride === 0).map((i) => [places.x(i), places.y(i)] as const);
    return { width: LABEL_INDENT + widthOf(scene.data.series[series]!.label), points };
  });
  return placeLabels(lines, plot.width, plot.height).flatMap((place, i) =>
    place === null ? [] : [{ series: shown[i]!, ...place }],
  );
}
