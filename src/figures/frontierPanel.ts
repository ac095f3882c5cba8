/** One panel of the frontier figure, in Vega-Lite: cost against one metric, layer over layer. */
import { COST_UNIT_NAMES, type CostUnit } from "../export/index.js";
import type { AxisScale } from "./scales.js";
import { INK, type SeriesStyle } from "./theme.js";

export type Metric = "divergence" | "accuracy";

/** What both panels of a figure have in common. */
export interface PanelFrame {
  readonly unit: CostUnit;
  readonly x: AxisScale;
  /** Pixels of the plot, and left of it for the labels of its vertical axis. */
  readonly width: number;
  readonly gutter: number;
  readonly styles: ReadonlyMap<string, SeriesStyle>;
  /** Names of the figure's datasets that hold something: empty ones get no layer. */
  readonly filled: ReadonlySet<string>;
}

export interface PanelOptions {
  readonly metric: Metric;
  readonly y: AxisScale;
  readonly title: string;
  readonly height: number;
  /** Whether the cost axis has its labels and title: only the lowest panel's does. */
  readonly lowest: boolean;
}

/** Cost units whose values are shares and read best as per cents. */
export const PERCENT_UNITS: readonly CostUnit[] = ["normalised", "share", "textOnly"];

const nominal = (field: string) => ({ field, type: "nominal" as const });

function xEncoding(frame: PanelFrame, lowest: boolean) {
  const percent = PERCENT_UNITS.includes(frame.unit);
  return {
    field: "cost",
    type: "quantitative" as const,
    scale: { domain: [...frame.x.domain], nice: false, zero: false },
    axis: {
      title: lowest ? `${COST_UNIT_NAMES[frame.unit]} →` : null,
      titleAnchor: "end" as const,
      values: [...frame.x.ticks],
      format: percent ? "~%" : frame.unit === "ms" ? "~g" : "~s",
      labels: lowest,
      labelFlush: true,
    },
  };
}

function yEncoding(frame: PanelFrame, options: PanelOptions) {
  const { y } = options;
  return {
    field: options.metric as string,
    type: "quantitative" as const,
    scale: {
      type: y.type,
      domain: [...y.domain],
      nice: false,
      // A forced logarithm has no place for a zero: it is drawn on the lower edge.
      ...(y.type === "log" ? { clamp: true } : { zero: false }),
      ...(y.constant === undefined ? {} : { constant: y.constant }),
    },
    axis: {
      title: options.title,
      // Above the axis and level, where it is read without tilting the head.
      titleAngle: 0,
      titleAlign: "left" as const,
      titleBaseline: "bottom" as const,
      titleX: 4 - frame.gutter,
      titleY: -10,
      values: [...y.ticks],
      format: options.metric === "accuracy" ? "~%" : "~g",
    },
  };
}

/** The unpruned model's accuracy as a dotted line with its name. */
function unprunedLayers(y: ReturnType<typeof yEncoding>) {
  const data = { name: "unpruned" };
  return [
    { data, mark: { type: "rule", color: INK.axis, strokeDash: [2, 3], aria: false }, encoding: { y } },
    {
      data,
      mark: { type: "text", align: "left", baseline: "bottom", dy: -3, color: INK.secondary },
      encoding: { x: { value: 2 }, y, text: nominal("label") },
    },
  ];
}

/**
 * Draws from the figure's datasets: `dominated` (faded points), `clouds` (staircases; faded points among the accuracies),
 * `curves` (lines), `intervals` (whiskers), `marks`, `labels`, `unpruned`.
 */
export function frontierPanel(frame: PanelFrame, options: PanelOptions) {
  const x = xEncoding(frame, options.lowest);
  const y = yEncoding(frame, options);
  const domain = [...frame.styles.keys()];
  const style = [...frame.styles.values()];
  const bySeries = (range: unknown[]) => ({ ...nominal("series"), scale: { domain, range }, legend: null });
  const color = bySeries(style.map((one) => one.colour));
  const shape = bySeries(style.map((one) => one.shape));
  const strokeDash = bySeries(style.map((one) => [...one.dash]));
  const tooltip = [nominal("series"), nominal("configuration"), { ...nominal("description"), title: "numbers" }];
  const isDivergence = options.metric === "divergence";
  const faded = isDivergence ? ["dominated"] : ["dominated", "clouds"];

  const line = (name: string, interpolate: "linear" | "step-after", strokeWidth: number) => ({
    data: { name },
    mark: { type: "line", interpolate, strokeWidth, clip: true, aria: false },
    encoding: { x, y, color, strokeDash },
  });
  const layers = [
    ...faded
      .filter((name) => frame.filled.has(name))
      .map((name) => ({
        data: { name },
        mark: { type: "point", filled: true, size: 9, opacity: 0.28, clip: true, aria: false },
        encoding: { x, y, color, tooltip },
      })),
    ...(!isDivergence && frame.filled.has("unpruned") ? unprunedLayers(y) : []),
    // Dominance is about divergence: a cloud's frontier would zigzag through the accuracies, so it has no line there.
    ...(isDivergence && frame.filled.has("clouds") ? [line("clouds", "step-after", 1.3)] : []),
    ...(frame.filled.has("curves") ? [line("curves", "linear", 1.8)] : []),
    {
      data: { name: "intervals" },
      mark: { type: "rule", strokeWidth: 1.2, opacity: 0.6, clip: true, aria: false },
      encoding: { x, y: { ...y, field: `${options.metric}Low` }, y2: { field: `${options.metric}High` }, color },
    },
    {
      data: { name: "marks" },
      mark: { type: "point", filled: true, size: 42, stroke: INK.page, strokeWidth: 1, opacity: 1 },
      encoding: { x, y, color, shape, tooltip, ...(isDivergence ? { description: nominal("description") } : {}) },
    },
    ...(isDivergence && frame.filled.has("labels")
      ? [
          {
            data: { name: "labels" },
            mark: { type: "point", filled: true, size: 40, opacity: 1, aria: false },
            encoding: { x: { ...x, field: "key" }, y, color, shape },
          },
          {
            data: { name: "labels" },
            mark: { type: "text", align: "left", baseline: "middle", fontSize: 11, fontWeight: "bold" },
            encoding: { x, y, text: nominal("label"), color: bySeries(style.map((one) => one.ink)) },
          },
        ]
      : []),
  ];
  return {
    width: frame.width,
    height: options.height,
    layer: layers,
    resolve: { scale: { color: "independent" } },
  };
}
