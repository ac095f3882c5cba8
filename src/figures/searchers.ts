/** The searchers figure: the frontier that each has found against the layers that it has run for it. */
import { printable, type ResultSearcher, type ResultsHead } from "../export/index.js";
import { textWidth } from "./fonts.js";
import { type AxisScale, fromPixel, linearScale, logTicks, toPixel } from "./scales.js";
import type { FigureSpecification } from "./specification.js";
import { CONFIG, seriesStyles } from "./theme.js";

/** Size of the searchers figure. */
export interface SearchersFigureOptions {
  /** Width of the whole figure in pixels; 720 unless told, 360 at least. */
  readonly width?: number;
  /** Height of the plot in pixels; 300 unless told. */
  readonly height?: number;
}

/** How far below the poorest end the axis begins, in parts of what that end lacks to 1. */
const BELOW = 0.8;
/** Between the middles of two names. */
const LINE = 14;
const NAME = { fontSize: 11, fontWeight: "bold" } as const;

function nameOf({ title, series, seed }: ResultSearcher): string {
  return printable(series.includes(":seed") ? `${title}, seed ${seed}` : title);
}

/** Middles of names, [names] pixels from the top, each as near to its own height as there is room. */
function spread(heights: readonly number[], height: number): number[] {
  const order = [...heights.keys()].sort((a, b) => heights[a]! - heights[b]!);
  const placed = new Array<number>(heights.length);
  let above = Number.NEGATIVE_INFINITY;
  for (const i of order) {
    placed[i] = Math.max(heights[i]!, above + LINE);
    above = placed[i]!;
  }
  let below = height + LINE;
  for (const i of order.reverse()) {
    placed[i] = Math.min(placed[i]!, below - LINE);
    below = placed[i]!;
  }
  return placed;
}

/**
 * The Vega-Lite specification: for each searcher a staircase of the normalised hypervolume on validation samples over
 * layer-forwards (METHOD §8, §9), and a mark where it ended. The x axis is logarithmic, and the y axis begins where a searcher
 * has found something. Data are inside; nothing is loaded.
 *
 * @returns null where no searcher has a curve.
 * @example
 * const figure = searchersSpecification(await study.results());
 * const svg = figure === null ? "" : await renderSvg(figure);
 */
export function searchersSpecification(
  { searchers = [] }: Pick<ResultsHead, "searchers">,
  options: SearchersFigureOptions = {},
): FigureSpecification | null {
  const drawn = searchers.filter(({ curve }) => curve.layerForwards.some((work) => work > 0));
  if (drawn.length === 0) return null;
  const points = drawn.flatMap((searcher) =>
    searcher.curve.layerForwards.map((work, i) => {
      const hypervolume = searcher.curve.hypervolume[i]!;
      const name = nameOf(searcher);
      const description = `${name}: ${Math.round(work).toLocaleString("en")} layer-forwards, hypervolume ${hypervolume.toFixed(4)}`;
      return { series: searcher.series, work, hypervolume, description };
    }),
  );
  const works = points.map(({ work }) => work).filter((work) => work > 0);
  const [least, most] = [Math.min(...works) / 1.15, Math.max(...works) * 1.15];
  const x: AxisScale = { type: "log", domain: [least, most], ticks: logTicks(least, most) };
  const reached = drawn.map(({ curve }) => curve.hypervolume.at(-1)!);
  // What matters is near the end: below, a searcher has hardly begun.
  const poorest = Math.min(...reached);
  const y = linearScale([Math.max(0, poorest - BELOW * (1 - poorest)), Math.max(...reached)], { limit: [0, 1] });
  const names = drawn.map(nameOf);
  const right = 22 + Math.max(...names.map((name) => textWidth(name, NAME)));
  const width = Math.round(Math.max(360, options.width ?? 720) - right - 60);
  const height = options.height ?? 300;
  const ends = drawn.map(({ series }) => points.findLast((point) => point.series === series)!);
  const middles = spread(
    ends.map(({ hypervolume }) => height - toPixel(y, hypervolume, height)),
    height,
  );
  const labels = drawn.map(({ series }, i) => ({
    series,
    name: names[i]!,
    hypervolume: fromPixel(y, height - middles[i]!, height),
  }));
  // Every staircase goes on to the right end, where its name stands.
  const lines = [...points, ...ends.map((end) => ({ ...end, work: most }))];

  const styles = seriesStyles(drawn.map(({ series }) => series));
  const nominal = (range: unknown[]) => ({
    field: "series",
    type: "nominal" as const,
    scale: { domain: [...styles.keys()], range },
    legend: null,
  });
  const colour = nominal([...styles.values()].map((style) => style.colour));
  const work = {
    field: "work",
    type: "quantitative" as const,
    scale: { type: "log" as const, domain: x.domain, nice: false },
    axis: {
      title: "Layer-forwards spent →",
      titleAnchor: "end" as const,
      values: x.ticks,
      format: "~s",
      labelFlush: true,
    },
  };
  const hypervolume = {
    field: "hypervolume",
    type: "quantitative" as const,
    scale: { domain: y.domain, nice: false, zero: false },
    axis: {
      title: "↑ Hypervolume, validation samples",
      titleAngle: 0,
      titleAlign: "left" as const,
      titleBaseline: "bottom" as const,
      titleX: -44,
      titleY: -10,
      values: y.ticks,
      format: "~g",
    },
  };
  const specification = {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    description: `Hypervolume of the frontiers of ${drawn.length} searchers against the layer-forwards that they spent.`,
    padding: 8,
    config: CONFIG,
    width,
    height,
    datasets: { lines, ends, labels },
    layer: [
      {
        data: { name: "lines" },
        mark: { type: "line", interpolate: "step-after", strokeWidth: 1.8, clip: true, aria: false },
        encoding: {
          ...{ x: work, y: hypervolume, color: colour },
          strokeDash: nominal([...styles.values()].map(({ dash }) => dash)),
        },
      },
      {
        data: { name: "ends" },
        mark: { type: "point", filled: true, size: 60, opacity: 1 },
        encoding: {
          ...{ x: work, y: hypervolume, color: colour },
          shape: nominal([...styles.values()].map(({ shape }) => shape)),
          description: { field: "description", type: "nominal" },
          tooltip: [{ field: "description", type: "nominal", title: "searcher" }],
        },
      },
      {
        data: { name: "labels" },
        mark: { type: "text", align: "left", baseline: "middle", dx: 8, fontSize: 11, fontWeight: "bold", clip: false },
        encoding: {
          x: { value: width },
          y: hypervolume,
          text: { field: "name", type: "nominal" },
          color: nominal([...styles.values()].map(({ ink }) => ink)),
        },
      },
    ],
  };
  return specification;
}
