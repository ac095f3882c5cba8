/** The figure of evaluations from elsewhere: mean cost against mean score, with intervals and the frontier's line. */
import type { FigureSpecification } from "../../figures/index.js";
import { printable } from "../format.js";
import type { OutsideDocument } from "./document.js";
import type { OutsideSummary } from "./summary.js";

/** Okabe & Ito, Color Universal Design, 2008. */
const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000"];
const INK = "#59636e";
/** Points drawn at most, those on the frontier first. */
const MOST = 2_000;

/**
 * The figure of evaluations from elsewhere: mean cost against mean score, with intervals and the frontier's line.
 *
 * @param document the evaluations. @param summary what `summariseOutside` made of them.
 * @returns a Vega-Lite specification with its data inside; of more than 2,000 configurations it draws those on the frontier first.
 *
 * @example
 * const svg = await renderSvg(outsideSpecification(document, await summariseOutside(document)));
 */
export function outsideSpecification(document: OutsideDocument, { means }: OutsideSummary): FigureSpecification {
  const { name, source, metric, better, costUnit } = document;
  const points = [...means]
    .sort((a, b) => Number(b.onFrontier) - Number(a.onFrontier))
    .slice(0, MOST)
    .map(({ series, configuration, cost, score, interval, onFrontier }) => ({
      series: printable(series ?? "configurations"),
      configuration: printable(configuration),
      ...{ cost, score, onFrontier },
      ...(interval === null ? {} : { low: interval.low, high: interval.high }),
    }));
  const left = means.length > MOST ? `; ${MOST} of ${means.length} configurations are drawn` : "";
  const x = {
    field: "cost",
    type: "quantitative",
    title: costUnit === null ? "Cost, as given" : `Cost, ${printable(costUnit)}`,
    scale: { zero: false, padding: 12 },
  };
  const y = {
    ...{ field: "score", type: "quantitative", title: `${printable(metric)} (${better} is better)` },
    scale: { zero: false, padding: 12 },
  };
  const several = new Set(points.map(({ series }) => series)).size > 1;
  const colour = {
    field: "series",
    type: "nominal",
    scale: { range: COLOURS },
    title: null,
    ...(several ? {} : { legend: null }),
  };
  const description = `Mean score against mean cost of ${means.length} configurations that were evaluated elsewhere.`;
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    description,
    background: "#ffffff",
    width: 520,
    height: 300,
    title: { text: printable(name), subtitle: `evaluations from ${printable(source)}${left}`, anchor: "start" },
    data: { values: points },
    layer: [
      {
        transform: [{ filter: "datum.onFrontier" }],
        mark: { type: "line", interpolate: "step-after", color: INK, strokeDash: [4, 3] },
        encoding: { x, y, order: { field: "cost" } },
      },
      {
        transform: [{ filter: "isValid(datum.low)" }],
        mark: { type: "rule" },
        encoding: { x, y: { ...y, field: "low" }, y2: { field: "high" }, color: colour },
      },
      {
        mark: { type: "point", filled: true, size: 50, opacity: 1 },
        encoding: {
          ...{ x, y, color: colour },
          shape: { field: "series", type: "nominal", title: null, ...(several ? {} : { legend: null }) },
        },
      },
    ],
    config: {
      font: "DejaVu Sans, Verdana, sans-serif",
      axis: { labelColor: INK, titleColor: INK, gridColor: "#eaedf0", titleFontWeight: "normal" },
      view: { stroke: null },
    },
  } as FigureSpecification;
}
