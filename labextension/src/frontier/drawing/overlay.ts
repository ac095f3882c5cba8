/** What is drawn above the marks: rings around points, the budget, the brush, labels. Never in the way of the pointer. */
import type { SeriesStyle } from "../../../../src/figures/browser.js";
import { setAttributes, svgElement, type Theme } from "../../core/index.js";
import type { DirectLabel, FrontierScene, Rectangle } from "../model/index.js";

export interface OverlayState {
  readonly scene: FrontierScene;
  readonly styles: readonly SeriesStyle[];
  readonly theme: Theme;
  /** Points; −1 for none. */
  readonly hovered: number;
  readonly focused: number;
  readonly selected: number;
  readonly pinned: readonly number[];
  /** The best within the budget. */
  readonly best: number;
  /** On the axis drawn; null where there is no limit. */
  readonly budget: number | null;
  readonly brush: Rectangle | null;
  readonly labels: readonly DirectLabel[];
}

const SYMBOLS: Readonly<Record<string, string>> = {
  circle: "M-3.6 0a3.6 3.6 0 1 0 7.2 0a3.6 3.6 0 1 0-7.2 0",
  square: "M-3.2-3.2h6.4v6.4h-6.4z",
  diamond: "M0-4.2L3.2 0 0 4.2-3.2 0z",
  cross: "M-1.3-4h2.6v2.7H4v2.6H1.3V4h-2.6V1.3H-4v-2.6h2.7z",
  "triangle-up": "M0-4L4 3.2H-4z",
  "triangle-down": "M0 4L4-3.2H-4z",
  "triangle-right": "M4 0L-3.2 4v-8z",
};

/** A series' mark, about 8 pixels across, about the origin. */
export function symbolPath(shape: string): string {
  return SYMBOLS[shape] ?? SYMBOLS["circle"]!;
}

export class Overlay {
  readonly element = svgElement("svg", {
    attributes: { class: "espalier-overlay", "aria-hidden": "true", focusable: "false" },
  });

  draw(state: OverlayState): void {
    const { plot } = state.scene;
    setAttributes(this.element, { width: plot.width, height: plot.height });
    this.element.replaceChildren(
      ...budgetLine(state),
      ...state.labels.map((label) => labelOf(state, label)),
      ...rings(state),
      ...brushOf(state),
    );
  }
}

function budgetLine({ scene, budget, theme }: OverlayState): SVGElement[] {
  if (budget === null) return [];
  const x = scene.xOf(budget);
  const { width, height } = scene.plot;
  if (x < -1 || x > width + 1) return [];
  return [
    svgElement("rect", {
      attributes: { x, y: 0, width: Math.max(0, width - x), height, fill: theme.secondary, "fill-opacity": 0.09 },
    }),
    svgElement("line", {
      attributes: { x1: x, x2: x, y1: -6, y2: height, stroke: theme.accent, "stroke-width": 1.5 },
    }),
  ];
}

function labelOf({ styles, scene, theme }: OverlayState, { series, x, y }: DirectLabel): SVGElement {
  const { colour, ink, shape } = styles[series]!;
  return svgElement(
    "g",
    { attributes: { transform: `translate(${x} ${y})` } },
    svgElement("path", { attributes: { d: symbolPath(shape), fill: colour, transform: "translate(4 0)" } }),
    svgElement("text", {
      text: scene.data.series[series]!.label,
      attributes: {
        class: "espalier-series-label",
        x: 12,
        dy: "0.35em",
        fill: ink,
        stroke: theme.page,
        "stroke-width": 3,
        "paint-order": "stroke",
      },
    }),
  );
}

function rings(state: OverlayState): SVGElement[] {
  const { scene, theme, styles } = state;
  const found: SVGElement[] = [];
  const ring = (point: number, radius: number, stroke: string, width: number, dash?: string) => {
    if (!isVisible(scene, point)) return;
    found.push(
      svgElement("circle", {
        attributes: {
          cx: scene.places.x(point),
          cy: scene.places.y(point),
          r: radius,
          fill: "none",
          stroke,
          "stroke-width": width,
          "stroke-dasharray": dash,
        },
      }),
    );
  };
  ring(state.best, 7, theme.accent, 1.5, "2 2");
  for (const point of new Set([...state.pinned, state.hovered, state.focused, state.selected])) {
    if (!isVisible(scene, point)) continue;
    found.push(...whisker(scene, point, styles), markOf(scene, point, styles, theme));
  }
  ring(state.hovered, 7, theme.text, 1);
  ring(state.selected, 8, theme.accent, 2.5);
  ring(state.focused, 11, theme.text, 1.5);
  state.pinned.forEach((point, i) => {
    if (isVisible(scene, point)) found.push(pinOf(scene, point, "AB"[i]!, theme));
  });
  return found;
}

function isVisible(scene: FrontierScene, point: number): boolean {
  return point >= 0 && scene.isShown(point) && scene.places.isInside(point);
}

/** The interval of a single point, whether or not there are whiskers at all. */
function whisker(scene: FrontierScene, point: number, styles: readonly SeriesStyle[]): SVGElement[] {
  const { plot, points, places } = scene;
  const { low, high } = points.metric(scene.metricAxis.key);
  if (!Number.isFinite(low[point]!) || !Number.isFinite(high[point]!)) return [];
  const y = (value: number) => plot.height - scene.upOf(value);
  const [x, y1, y2] = [places.x(point), y(low[point]!), y(high[point]!)];
  const stroke = styles[points.series[point]!]!.colour;
  const top = Math.max(0, Math.min(y1, y2));
  const bottom = Math.min(plot.height, Math.max(y1, y2));
  return [svgElement("line", { attributes: { x1: x, x2: x, y1: top, y2: bottom, stroke, "stroke-width": 2 } })];
}

/** A mark as on a frontier: a point of the cloud that is looked at is no longer faded. */
function markOf(scene: FrontierScene, point: number, styles: readonly SeriesStyle[], theme: Theme): SVGElement {
  const { colour, shape } = styles[scene.points.series[point]!]!;
  return svgElement("path", {
    attributes: {
      d: symbolPath(shape),
      transform: `translate(${scene.places.x(point)} ${scene.places.y(point)})`,
      fill: colour,
      stroke: theme.page,
    },
  });
}

function pinOf(scene: FrontierScene, point: number, letter: string, theme: Theme): SVGElement {
  const [x, y] = [scene.places.x(point), scene.places.y(point)];
  // Above the point, or below it where there is no room.
  const up = y > 30 ? -1 : 1;
  return svgElement(
    "g",
    { attributes: { transform: `translate(${x} ${y + up * 20})` } },
    svgElement("line", { attributes: { x1: 0, x2: 0, y1: -up * 8, y2: -up * 15, stroke: theme.text } }),
    svgElement("circle", { attributes: { r: 8, fill: theme.text, stroke: theme.page } }),
    svgElement("text", {
      text: letter,
      attributes: { class: "espalier-pin-letter", "text-anchor": "middle", dy: "0.35em", fill: theme.page },
    }),
  );
}

function brushOf({ brush, theme }: OverlayState): SVGElement[] {
  if (brush === null) return [];
  const { x0, x1, y0, y1 } = brush;
  return [
    svgElement("rect", {
      attributes: {
        x: Math.min(x0, x1),
        y: Math.min(y0, y1),
        width: Math.abs(x1 - x0),
        height: Math.abs(y1 - y0),
        fill: theme.accent,
        "fill-opacity": 0.12,
        stroke: theme.accent,
        "stroke-dasharray": "4 2",
      },
    }),
  ];
}
