/** The plot as a Vega-Lite specification that stands by itself: its data are inside, thinned to what an eye can tell apart. */
import { CONFIG, fromPixel, INK, type SeriesStyle, thin } from "../../../../src/figures/browser.js";
import { chartRows, type PointRow, pointRow } from "./chartRows.js";
import { directLabels, LABEL_INDENT } from "./directLabels.js";
import type { FrontierScene } from "./frontierScene.js";
import { chartLayers } from "./specification.js";
import { DOMINATED, PROBABLY_DOMINATED } from "./standings.js";

/** Points that are not on a frontier, of all series together. */
const MOST_FADED = 1_000;
const D3_FORMATS = { percent: "~%", si: "~s", number: "~g" } as const;

export interface ExportWords {
  /** What a point is, in a line. */
  readonly describe: (point: number) => string;
  readonly unpruned: string;
  readonly title: string;
  readonly subtitle: string;
  readonly cost: string;
  readonly metric: string;
  /** Width of a bold text of 11 pixels. */
  readonly widthOf: (text: string) => number;
}

/** A specification in the look of the static figures, on white. @param styles for white. */
export function exportSpecification(
  scene: FrontierScene,
  styles: readonly SeriesStyle[],
  words: ExportWords,
): Readonly<Record<string, unknown>> {
  scene.update();
  const { plot } = scene;
  const rows = chartRows(
    scene,
    (dataset, point) => pointRow(scene, styles, point, dataset === "marks" ? words.describe(point) : ""),
    words.unpruned,
  );
  const [faded, probable] = cloudRows(scene, styles);
  const axisOf = (scale: typeof plot.x, format: keyof typeof D3_FORMATS) => ({
    values: [...scale.ticks],
    format: D3_FORMATS[format],
  });
  const shape = {
    x: plot.x,
    y: plot.y,
    inks: INK,
    isPart: scene.zoom !== null,
    xAxis: { ...axisOf(plot.x, scene.costAxis.format), title: `${words.cost} →`, titleAnchor: "end", labelFlush: true },
    yAxis: {
      ...axisOf(plot.y, scene.metricAxis.format),
      title: words.metric,
      titleAngle: 0,
      titleAlign: "left",
      titleBaseline: "bottom",
      titleX: -40,
      titleY: -10,
    },
  };
  const [first, ...others] = [...chartLayers(shape)] as { encoding: Record<string, unknown> }[];
  const { x, y } = (others.at(-1) as { encoding: { x: object; y: object } }).encoding;
  const dots = (name: string, opacity: number, size: number) => ({
    data: { name },
    mark: { type: "point", filled: true, size, opacity, clip: true, aria: false },
    encoding: { x, y, color: { field: "colour", type: "nominal", scale: null } },
  });
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    description: `${words.title}: ${scene.length} configurations in ${scene.shownSeries.length} series.`,
    title: { text: words.title, ...(words.subtitle === "" ? {} : { subtitle: words.subtitle }) },
    padding: 8,
    width: plot.width,
    height: plot.height,
    config: CONFIG,
    datasets: { ...rows, dominated: faded, probable, labels: seriesLabels(scene, styles, words) },
    layer: [dots("dominated", 0.28, 9), dots("probable", 0.6, 16), first, ...others, ...labelLayers(x, y)],
  };
}

function cloudRows(scene: FrontierScene, styles: readonly SeriesStyle[]): [PointRow[], PointRow[]] {
  const cloud: number[] = [];
  for (let i = 0; i < scene.length; i++) {
    const standing = scene.standing(i);
    if ((standing === DOMINATED || standing === PROBABLY_DOMINATED) && scene.places.isInside(i)) cloud.push(i);
  }
  const kept = thin(
    cloud.map((i) => [scene.places.x(i), scene.places.y(i)] as const),
    MOST_FADED,
  ).map((i) => cloud[i]!);
  const of = (wanted: number) =>
    kept.filter((i) => scene.standing(i) === wanted).map((i) => pointRow(scene, styles, i, ""));
  return [of(DOMINATED), of(PROBABLY_DOMINATED)];
}

/** A label beside a line: the series' mark stands at `key`, its name begins at `cost`. */
interface LabelRow {
  readonly label: string;
  readonly key: number;
  readonly cost: number;
  readonly value: number;
  readonly colour: string;
  readonly ink: string;
  readonly shape: string;
}

function seriesLabels(scene: FrontierScene, styles: readonly SeriesStyle[], { widthOf }: ExportWords): LabelRow[] {
  const { plot } = scene;
  return directLabels(scene, widthOf).map(({ series, x, y }) => ({
    label: scene.data.series[series]!.label,
    key: fromPixel(plot.x, x + 4, plot.width),
    cost: fromPixel(plot.x, x + LABEL_INDENT, plot.width),
    value: fromPixel(plot.y, plot.height - y, plot.height),
    ...{ colour: styles[series]!.colour, ink: styles[series]!.ink, shape: styles[series]!.shape },
  }));
}

function labelLayers(x: object, y: object): object[] {
  const data = { name: "labels" };
  const itself = (field: string) => ({ field, type: "nominal", scale: null });
  return [
    {
      data,
      mark: { type: "point", filled: true, size: 40, opacity: 1, aria: false },
      encoding: { x: { ...x, field: "key" }, y, color: itself("colour"), shape: itself("shape") },
    },
    {
      data,
      mark: { type: "text", align: "left", baseline: "middle", fontSize: 11, fontWeight: "bold" },
      encoding: { x, y, text: { field: "label", type: "nominal" }, color: itself("ink") },
    },
  ];
}
