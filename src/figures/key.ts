/** A key below a figure, for more series than can be labelled beside their lines: each one's dash, mark and name in rows. */
import { textWidth } from "./fonts.js";
import type { FigureSeries } from "./frontierPoints.js";
import type { SeriesStyle } from "./theme.js";

const ROW = 18;
const SAMPLE = 26;
const GAP = 18;

/** A panel of `width` pixels; names flow from left to right and wrap. */
export function keyPanel(series: readonly FigureSeries[], styles: ReadonlyMap<string, SeriesStyle>, width: number) {
  let [x, y] = [0, 0];
  const values = series.map((one) => {
    const length = SAMPLE + 6 + textWidth(one.label, { fontSize: 10.5 });
    if (x > 0 && x + length > width) {
      x = 0;
      y += ROW;
    }
    const place = {
      series: one.name,
      label: one.label,
      x,
      middle: x + SAMPLE / 2,
      end: x + SAMPLE,
      text: x + SAMPLE + 6,
      y,
    };
    x += length + GAP;
    return place;
  });
  const domain = series.map((one) => one.name);
  const style = domain.map((name) => styles.get(name)!);
  const at = (field: string) => ({ field, type: "quantitative" as const, scale: null, axis: null });
  const by = (range: unknown[]) => ({
    field: "series",
    type: "nominal" as const,
    scale: { domain, range },
    legend: null,
  });
  const color = by(style.map((one) => one.colour));
  return {
    width,
    height: y + ROW / 2,
    data: { values },
    layer: [
      {
        mark: { type: "rule", strokeWidth: 1.8, aria: false },
        encoding: {
          x: at("x"),
          x2: { field: "end" },
          y: at("y"),
          color,
          strokeDash: by(style.map((one) => [...one.dash])),
        },
      },
      {
        mark: { type: "point", filled: true, size: 42, opacity: 1, aria: false },
        encoding: { x: at("middle"), y: at("y"), color, shape: by(style.map((one) => one.shape)) },
      },
      {
        mark: { type: "text", align: "left", baseline: "middle" },
        encoding: { x: at("text"), y: at("y"), text: { field: "label", type: "nominal" } },
      },
    ],
  };
}
