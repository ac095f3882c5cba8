/** One certificate, in Vega-Lite: a price for each layer and direction, and below it the schedule that they belong to. */
import { formatDivergence, MOVES, type MoveName } from "../export/index.js";
import { linearScale } from "./scales.js";
import { INK, type SeriesStyle, seriesStyles } from "./theme.js";

/** A price as a flat record, as it stands in the specification's data. */
export interface PriceRecord {
  readonly layer: number;
  readonly move: MoveName;
  readonly price: number;
  readonly low: number;
  readonly high: number;
  /** One sentence for a tooltip and for a screen reader. */
  readonly description: string;
}

/** What a layer keeps, likewise. */
export interface KeptRecord {
  readonly layer: number;
  readonly kept: number;
  /** Mean tokens, in words. */
  readonly count: string;
  readonly description: string;
}

/** What a panel draws. */
export interface CertificateData {
  readonly prices: readonly PriceRecord[];
  /** Changes that no sample allows. */
  readonly absent: readonly { readonly layer: number; readonly move: MoveName }[];
  /** Those that the panel spans. */
  readonly layers: readonly number[];
  /** Share of the visual tokens that each of them keeps; nothing where the schedule is not to be drawn. */
  readonly kept: readonly KeptRecord[];
  /** The price of all changes together; null where there is none. */
  readonly common: number | null;
}

/** Pixels of a panel. */
export interface CertificateFrame {
  /** Of the plot, without the labels left and right of it. */
  readonly width: number;
  readonly height: number;
  /** Left of the plot, for the labels of the vertical axis. */
  readonly gutter: number;
  /** Whether the layers are named below it: only the lowest panel's are titled. */
  readonly lowest: boolean;
}

const STRIP = 26;
/** Pixels a layer that the count above its bar needs. */
const ROOM_FOR_COUNTS = 30;
/** Likewise for its number below. */
const ROOM_FOR_NUMBERS = 22;

/** The reference grid's grey: the schedule is what prices are measured at, not a series of its own. */
const SCHEDULE = seriesStyles(["grid"]).get("grid")!.colour;

/** The series' styles that the two directions wear: the search's blue, and the first other one. */
export function moveStyles(): Record<MoveName, SeriesStyle> {
  const [more, less] = [...seriesStyles(["search", "less"]).values()];
  return { more: more!, less: less! };
}

/** Bars told apart by more than colour: full ones for more, hollow ones for less. */
export function moveFills(): Record<MoveName, string> {
  return { more: moveStyles().more.colour, less: INK.page };
}

const nominal = (field: string) => ({ field, type: "nominal" as const });

function layerAxis(layers: readonly number[], width: number, named: boolean, titled: boolean) {
  const most = Math.max(1, Math.floor(width / ROOM_FOR_NUMBERS));
  const step = [1, 2, 4, 5, 10, 20, 50, 100].find((s) => layers.length / s <= most) ?? Math.ceil(layers.length / most);
  return {
    field: "layer",
    type: "ordinal" as const,
    scale: { domain: [...layers], paddingInner: 0.24, paddingOuter: 0.12 },
    axis: {
      title: titled ? "Layer →" : null,
      titleAnchor: "end" as const,
      values: layers.filter((layer) => layer % step === 0),
      labels: named,
      labelAngle: 0,
      ticks: false,
      domain: false,
    },
  };
}

/** A vertical axis of a fixed width, so that the plots of all panels stand in one column; its title above and level. */
function valueAxis(gutter: number, title: string | null, ticks: readonly number[], format: string) {
  return {
    title,
    titleAngle: 0,
    titleAlign: "left" as const,
    titleBaseline: "bottom" as const,
    titleX: 4 - gutter,
    titleY: -8,
    values: [...ticks],
    format,
    minExtent: gutter - 8,
    maxExtent: gutter - 8,
  };
}

const values = (list: readonly object[]) => ({ data: { values: [...list] } });

/** @returns a panel whose prices stand above its schedule, if that is known, both over the same layers. */
export function certificatePanel(data: CertificateData, frame: CertificateFrame) {
  const { width, height, gutter } = frame;
  const { layers } = data;
  const hasStrip = data.kept.length > 0;
  const [styles, fills] = [moveStyles(), moveFills()];
  const byMove = (range: readonly string[]) => ({
    ...nominal("move"),
    scale: { domain: [...MOVES], range: [...range] },
    legend: null,
  });
  const seen = data.prices.flatMap(({ price, low, high }) => [price, low, high]);
  const scale = linearScale([0, ...seen, ...(data.common === null ? [] : [data.common])], { ticks: 4 });
  const x = layerAxis(layers, width, !hasStrip, !hasStrip && frame.lowest);
  // Two bars a layer and the gaps between them: with many layers lines become thinner and crosses smaller.
  const bar = width / layers.length / 2.6;
  const xOffset = { ...nominal("move"), scale: { domain: [...MOVES], paddingInner: 0.18 } };
  const y = {
    field: "price",
    type: "quantitative" as const,
    scale: { domain: [...scale.domain], nice: false },
    axis: valueAxis(gutter, "↑ Nats that a unit of cost buys", scale.ticks, ".6~g"),
  };
  const main = {
    width,
    height,
    layer: [
      // Below the bars, so that one of next to nothing still shows.
      {
        ...values([{ price: 0 }]),
        mark: { type: "rule", color: INK.axis, strokeWidth: 1, aria: false },
        encoding: { y },
      },
      {
        ...values(data.prices),
        mark: { type: "bar", strokeWidth: Math.min(1.3, bar / 5) },
        encoding: {
          ...{ x, xOffset, y },
          fill: byMove(MOVES.map((move) => fills[move])),
          stroke: byMove(MOVES.map((move) => styles[move].colour)),
          description: nominal("description"),
          tooltip: [{ ...nominal("description"), title: "price" }],
        },
      },
      {
        ...values(data.absent),
        mark: {
          type: "text",
          text: "×",
          fontSize: Math.max(3, Math.min(10, 1.2 * bar)),
          color: INK.axis,
          baseline: "middle",
          aria: false,
        },
        encoding: { x, xOffset, y: { value: height - 7 } },
      },
      ...(data.common === null ? [] : commonLayers(data.common, y, width)),
      {
        ...values(data.prices),
        mark: { type: "rule", strokeWidth: Math.min(1.2, bar / 3), color: INK.text, aria: false },
        encoding: { x, xOffset, y: { ...y, field: "low" }, y2: { field: "high" } },
      },
    ],
  };
  return { vconcat: hasStrip ? [main, strip(data, frame, layers)] : [main], spacing: 16 };
}

/** The price of all changes together, as a dashed line with its value at the right end. */
function commonLayers(common: number, y: object, width: number) {
  const data = values([{ price: common, label: ["all together", formatDivergence(common)] }]);
  return [
    {
      ...data,
      mark: { type: "rule", color: INK.text, strokeDash: [5, 3], strokeWidth: 1, aria: false },
      encoding: { y },
    },
    {
      ...data,
      mark: { type: "text", align: "left", baseline: "middle", color: INK.secondary, lineHeight: 13 },
      encoding: { x: { value: width + 6 }, y, text: nominal("label") },
    },
  ];
}

/** The schedule as low bars with their counts: prices belong to it. */
function strip({ kept }: CertificateData, { width, gutter, lowest }: CertificateFrame, layers: readonly number[]) {
  const x = layerAxis(layers, width, true, lowest);
  const y = {
    field: "kept",
    type: "quantitative",
    scale: { domain: [0, 1], nice: false },
    axis: { ...valueAxis(gutter, null, [0, 1], "~%"), grid: false },
  };
  const counted = width / layers.length >= ROOM_FOR_COUNTS;
  return {
    width,
    height: STRIP,
    layer: [
      {
        ...values(kept),
        mark: { type: "bar", color: SCHEDULE, cornerRadiusEnd: 1 },
        encoding: {
          ...{ x, y },
          description: nominal("description"),
          tooltip: [{ ...nominal("description"), title: "schedule" }],
        },
      },
      ...(counted
        ? [
            {
              ...values(kept),
              mark: { type: "text", fontSize: 9.5, baseline: "bottom", dy: -2, color: INK.secondary, aria: false },
              encoding: { x, y, text: nominal("count") },
            },
          ]
        : []),
      {
        ...values([{ label: ["tokens", "kept"] }]),
        mark: { type: "text", align: "left", baseline: "middle", color: INK.secondary, lineHeight: 13 },
        encoding: { x: { value: width + 6 }, y: { value: STRIP / 2 - 6 }, text: nominal("label") },
      },
    ],
  };
}
