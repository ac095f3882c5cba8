/** The latency figure: what a decoder's layer takes against the operations that it performs, as a calibration measured it. */
import { type Calibration, type LayerTimings, machineText } from "../calibration/index.js";
import { costModel, latencyAt } from "../cost/index.js";
import { formatCost, printable } from "../export/index.js";
import { type TextStyle, textWidth } from "./fonts.js";
import { fitLines } from "./lines.js";
import { logTicks } from "./scales.js";
import type { FigureSpecification } from "./specification.js";
import { CONFIG, INK, seriesStyles } from "./theme.js";

/** Size and title of the latency figure. */
export interface LatencyFigureOptions {
  /** Width of the whole figure in pixels; 600 unless told, 320 at least. */
  readonly width?: number;
  /** Height of the plot in pixels; 300 unless told. */
  readonly height?: number;
  /** First line above the figure; the model's unless told; null for none. */
  readonly title?: string | null;
}

/** Points of a fitted line between two knots: straight in tokens, it is bent on these axes. */
const BETWEEN_KNOTS = 8;
const HEADING: TextStyle = { fontSize: 13, fontWeight: "bold" };
const SMALL: TextStyle = { fontSize: 10.5 };

function kindName({ window }: LayerTimings): string {
  return window === null ? "full attention" : `window of ${window} tokens`;
}

/** Where the axes' ticks are: at least two of them inside. */
function logAxis(values: readonly number[]) {
  const low = values.reduce((a, b) => Math.min(a, b)) / 1.3;
  const high = values.reduce((a, b) => Math.max(a, b)) * 1.3;
  return { domain: [low, high], values: logTicks(low, high) };
}

function dataOf(calibration: Calibration) {
  const exact = costModel("exact", calibration.model.shape);
  return calibration.layers.map((kind, k) => {
    const series = kindName(kind);
    const flopsAt = (tokens: number) => 2 * exact.layer(kind.layers[0]!, tokens).value;
    const table = calibration.latency.tables[k]!;
    // A clock may be too coarse for what a layer takes, and a logarithm has no place for 0.
    const points = kind.prefill
      .filter(({ low }) => low > 0)
      .map(({ tokens, low, median, high }) => {
        const flops = flopsAt(tokens);
        const quartiles = `${formatCost(low, "ms")} to ${formatCost(high, "ms")}`;
        const description = `${series}, ${tokens} tokens, ${formatCost(flops, "exactFlops")}: ${formatCost(median, "ms")}, quartiles ${quartiles}`;
        return { series, tokens, flops, low, median, high, description };
      });
    const fitted = table.tokens
      .flatMap((tokens, r) => {
        const next = table.tokens[r + 1];
        if (next === undefined) return [tokens];
        return Array.from({ length: BETWEEN_KNOTS }, (_, s) => tokens + ((next - tokens) * s) / BETWEEN_KNOTS);
      })
      .map((tokens) => ({ series, flops: flopsAt(tokens), ms: latencyAt(table, tokens).value }))
      .filter(({ ms }) => ms > 0);
    return { series, points, fitted };
  });
}

/** From the largest prompt's point towards the origin, as far as the plot goes. */
function proportional(points: readonly { flops: number; median: number }[], domain: readonly number[], least: number) {
  const last = points.at(-1);
  if (last === undefined) return [];
  const rate = last.median / last.flops;
  const from = Math.max(domain[0]!, least / rate);
  return from >= last.flops ? [] : [from, last.flops].map((flops) => ({ flops, ms: rate * flops }));
}

/**
 * The Vega-Lite specification of a calibration: for each kind of layer the medians over the operations of its prompt pass with
 * their quartiles, the line that the cost "latency" reads, and a dashed line at which time would be in proportion to operations.
 * Both axes are logarithmic. Data are inside; nothing is loaded.
 *
 * @example
 * const svg = await renderSvg(latencySpecification(readCalibration("here.json")));
 */
export function latencySpecification(
  calibration: Calibration,
  options: LatencyFigureOptions = {},
): FigureSpecification {
  const kinds = dataOf(calibration);
  const points = kinds.flatMap((kind) => kind.points);
  const fitted = kinds.flatMap((kind) => kind.fitted);
  const drawn = points.length === 0 ? [{ flops: 1, low: 1, median: 1, high: 1 }] : points;
  const x = logAxis(drawn.map(({ flops }) => flops));
  const y = logAxis(drawn.flatMap(({ low, high }) => [low, high]));
  const straight = kinds
    .map((kind) => proportional(kind.points, x.domain, y.domain[0]!))
    .find(({ length }) => length > 0);

  const total = Math.max(320, options.width ?? 600);
  const gutter = 14 + Math.max(...y.values.map((value) => textWidth(String(value), { fontSize: 10.5 })));
  const width = Math.round(total - gutter - 20);
  const lines = (text: string, style: TextStyle) => fitLines(printable(text), total - 10, style);
  const remark =
    "Points: medians, bars: quartiles. Lines: what the cost reads. Dashed: time in proportion to operations. Prompt pass, keys and values kept.";
  const { title = `What a layer of ${calibration.model.name} takes` } = options;
  const heading =
    title === null
      ? {}
      : {
          title: {
            text: lines(title, HEADING),
            subtitle: [...lines(machineText(calibration.machine), SMALL), ...lines(remark, SMALL)],
          },
        };

  const styles = seriesStyles(kinds.map(({ series }) => series));
  const nominal = (range: unknown[]) => ({
    field: "series",
    type: "nominal" as const,
    scale: { domain: [...styles.keys()], range },
    legend: null,
  });
  const colours = nominal([...styles.values()].map(({ colour }) => colour));
  const shapes = nominal([...styles.values()].map(({ shape }) => shape));
  const scaleOf = ({ domain }: typeof x) => ({ type: "log" as const, domain, nice: false });
  const flops = {
    field: "flops",
    type: "quantitative" as const,
    scale: scaleOf(x),
    axis: {
      title: "FLOPs of the layer →",
      titleAnchor: "end" as const,
      values: x.values,
      format: "~s",
      labelFlush: true,
    },
  };
  const time = (field: string) => ({
    field,
    type: "quantitative" as const,
    scale: scaleOf(y),
    axis: {
      title: "↑ Milliseconds",
      titleAngle: 0,
      titleAlign: "left" as const,
      titleBaseline: "bottom" as const,
      titleX: 4 - gutter,
      titleY: -10,
      values: y.values,
      format: "~g",
    },
  });
  // One kind needs no name.
  const labels = kinds.length < 2 ? [] : kinds.flatMap((kind, k) => labelOf(kind, k));
  const specification = {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    description: `Milliseconds of a decoder layer against its FLOPs at ${points.length} numbers of tokens.`,
    ...heading,
    padding: 8,
    config: CONFIG,
    width,
    height: options.height ?? 300,
    datasets: { points, fitted, proportional: straight ?? [], labels },
    layer: [
      {
        data: { name: "proportional" },
        mark: { type: "line", color: INK.axis, strokeDash: [4, 3], strokeWidth: 1.2, clip: true, aria: false },
        encoding: { x: flops, y: time("ms") },
      },
      {
        data: { name: "fitted" },
        mark: { type: "line", strokeWidth: 1.6, clip: true, aria: false },
        encoding: { x: flops, y: time("ms"), color: colours },
      },
      {
        data: { name: "points" },
        mark: { type: "rule", strokeWidth: 1.2, aria: false },
        encoding: { x: flops, y: time("low"), y2: { field: "high" }, color: colours },
      },
      {
        data: { name: "points" },
        mark: { type: "point", filled: true, size: 42, opacity: 1 },
        encoding: {
          ...{ x: flops, y: time("median"), color: colours, shape: shapes },
          description: { field: "description", type: "nominal" },
          tooltip: [{ field: "description", type: "nominal", title: "layer" }],
        },
      },
      {
        data: { name: "labels" },
        mark: { type: "text", align: "right", baseline: "middle", dx: -10, fontWeight: "bold" },
        encoding: {
          x: flops,
          y: time("ms"),
          text: { field: "series", type: "nominal" },
          color: nominal([...styles.values()].map(({ ink }) => ink)),
        },
      },
    ],
  };
  return specification;
}

/** A kind's name, left of one of its last points, of another one for each kind. */
function labelOf({ series, points }: ReturnType<typeof dataOf>[number], k: number) {
  const at = points[Math.max(0, points.length - 1 - 2 * k)];
  return at === undefined ? [] : [{ series, flops: at.flops, ms: at.median * (k % 2 === 0 ? 1.12 : 0.9) }];
}
