/** The plot in Vega-Lite, over named datasets whose rows are `ChartRows`: the live plot and the exports are both made of it. */
import type { AxisScale } from "../../../../src/figures/browser.js";

/** Colours of what is not a series. */
export interface ChartInks {
  readonly text: string;
  readonly secondary: string;
  readonly axis: string;
  readonly grid: string;
  readonly page: string;
}

export interface ChartShape {
  readonly x: AxisScale;
  readonly y: AxisScale;
  readonly inks: ChartInks;
  /** Whether there are marks beyond the axes, which then end at them; else those at the ends are drawn whole. */
  readonly isPart: boolean;
  /** Added to the two axes' definitions. */
  readonly xAxis: object;
  readonly yAxis: object;
}

const quantitative = (field: string) => ({ field, type: "quantitative" });
/** A field that is a colour, a shape or a dash itself. */
const itself = (field: string) => ({ field, type: "nominal", scale: null });

function scaleOf(scale: AxisScale): object {
  return {
    type: scale.type,
    domain: [...scale.domain],
    nice: false,
    // A forced logarithm has no place for a zero: it is drawn on the lower edge.
    ...(scale.type === "log" ? { clamp: true } : { zero: false }),
    ...(scale.constant === undefined ? {} : { constant: scale.constant }),
  };
}

/** The layers that both have; datasets: `curves`, `stairs`, `intervals`, `marks`, `across`, `up`. */
export function chartLayers({ x: xScale, y: yScale, inks, isPart, xAxis, yAxis }: ChartShape): object[] {
  const x = { ...quantitative("cost"), scale: scaleOf(xScale), axis: { title: null, ...xAxis } };
  const y = { ...quantitative("value"), scale: scaleOf(yScale), axis: { title: null, ...yAxis } };
  const color = itself("colour");
  const line = (name: string, interpolate: string, strokeWidth: number) => ({
    data: { name },
    mark: { type: "line", interpolate, strokeWidth, clip: true, aria: false },
    encoding: {
      x,
      y,
      color,
      strokeDash: itself("dash"),
      detail: { field: "series", type: "nominal" },
    },
  });
  const limit = (name: string, place: object, text: object) => [
    {
      data: { name },
      mark: { type: "rule", color: inks.axis, strokeDash: [2, 3], clip: true, aria: false },
      encoding: place,
    },
    {
      data: { name },
      mark: {
        type: "text",
        align: "left",
        color: inks.secondary,
        fontSize: 10.5,
        clip: true,
        aria: false,
        limit: 220,
        ...text,
      },
      encoding: {
        ...place,
        ...("x" in place ? { y: { value: 2 } } : { x: { value: 3 } }),
        text: { field: "label", type: "nominal" },
      },
    },
  ];
  return [
    ...limit("up", { y: { ...y, field: "at" } }, { baseline: "bottom", dy: -3 }),
    ...limit("across", { x: { ...x, field: "at" } }, { baseline: "top", dx: 4 }),
    line("stairs", "step-after", 1.3),
    line("curves", "linear", 1.8),
    {
      data: { name: "intervals" },
      mark: { type: "rule", strokeWidth: 1.2, opacity: 0.6, clip: true, aria: false },
      encoding: { x, y: { ...y, field: "low" }, y2: { field: "high" }, color },
    },
    {
      data: { name: "marks" },
      mark: { type: "point", filled: true, size: 42, stroke: inks.page, strokeWidth: 1, opacity: 1, clip: isPart },
      encoding: {
        x,
        y,
        color,
        shape: itself("shape"),
        description: { field: "description", type: "nominal" },
      },
    },
  ];
}
