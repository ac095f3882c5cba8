/**
 * The look of the figures: Okabe and Ito's colours with a shape and a dash for each, so that no series is told apart by
 * colour alone (Okabe & Ito, Color Universal Design, 2008), on a white page in DejaVu Sans.
 */
import type { Config } from "vega-lite";

/** Font families of every text; the first is the one that widths are measured with (`fonts.ts`). */
export const FONT = "DejaVu Sans, Verdana, sans-serif";

/** Neutral inks. The page recolours exactly these strings in dark mode, so they are used nowhere else. */
export const INK = {
  text: "#1f2328",
  secondary: "#59636e",
  axis: "#8c959f",
  grid: "#eaedf0",
  page: "#ffffff",
} as const;

export interface SeriesStyle {
  /** Colour of marks and lines. */
  readonly colour: string;
  /** A darker shade of it for text, with a contrast of at least 4.5 on white. */
  readonly ink: string;
  readonly shape: string;
  readonly dash: readonly number[];
}

const SEARCH: SeriesStyle = { colour: "#0072b2", ink: "#005a8e", shape: "circle", dash: [1, 0] };
const GRID: SeriesStyle = { colour: "#7d858d", ink: "#59636f", shape: "circle", dash: [3, 2] };
const OTHERS: readonly SeriesStyle[] = [
  { colour: "#d55e00", ink: "#ad4c00", shape: "triangle-up", dash: [6, 3] },
  { colour: "#009e73", ink: "#00714f", shape: "square", dash: [2, 2] },
  { colour: "#cc79a7", ink: "#a3467b", shape: "diamond", dash: [8, 3, 2, 3] },
  { colour: "#e69f00", ink: "#8a5f00", shape: "triangle-down", dash: [5, 2] },
  { colour: "#56b4e9", ink: "#1d6d9e", shape: "cross", dash: [3, 3] },
  { colour: "#000000", ink: "#000000", shape: "triangle-right", dash: [1, 2] },
];

/**
 * A style for each series: `search` and `grid` always theirs, the others in the order given; past six others, shapes and
 * dashes go on while colours repeat.
 */
export function seriesStyles(series: readonly string[]): Map<string, SeriesStyle> {
  const styles = new Map<string, SeriesStyle>();
  let next = 0;
  for (const name of series) {
    if (styles.has(name)) continue;
    if (name === "search") styles.set(name, SEARCH);
    else if (name === "grid") styles.set(name, GRID);
    else {
      const style = OTHERS[next % OTHERS.length]!;
      const turn = Math.floor(next / OTHERS.length);
      const shape = OTHERS[(next + turn) % OTHERS.length]!.shape;
      styles.set(name, turn === 0 ? style : { ...style, shape, dash: [...style.dash, 1 + turn, 2] });
      next++;
    }
  }
  return styles;
}

/** What each colour of a figure becomes on a dark page: as bright as the original is dark, the hue kept. */
export const DARK: Readonly<Record<string, string>> = {
  [INK.text]: "#e6edf3",
  [INK.secondary]: "#9aa4af",
  [INK.axis]: "#6e7681",
  [INK.grid]: "#262c34",
  [INK.page]: "#0d1117",
  [SEARCH.colour]: "#4ba3e3",
  [SEARCH.ink]: "#7cc0f2",
  [GRID.colour]: "#8b949e",
  [GRID.ink]: "#a5aeb8",
  "#d55e00": "#f07d2a",
  "#ad4c00": "#ff9a52",
  "#009e73": "#1fbf92",
  "#00714f": "#4cd6ae",
  "#a3467b": "#e29cc3",
  "#8a5f00": "#f2b233",
  "#1d6d9e": "#7cc8f2",
  "#000000": "#f0f3f6",
};

/** Vega-Lite's configuration for every figure. */
export const CONFIG: Config = {
  font: FONT,
  background: INK.page,
  view: { stroke: null },
  title: {
    anchor: "start",
    frame: "bounds",
    color: INK.text,
    fontSize: 13,
    fontWeight: "bold",
    subtitleColor: INK.secondary,
    subtitleFontSize: 10.5,
    subtitlePadding: 4,
    offset: 14,
  },
  axis: {
    labelColor: INK.secondary,
    titleColor: INK.text,
    labelFontSize: 10.5,
    titleFontSize: 11,
    titleFontWeight: "normal",
    domainColor: INK.axis,
    tickColor: INK.axis,
    gridColor: INK.grid,
    tickSize: 4,
    labelPadding: 4,
  },
  axisX: { grid: false, titlePadding: 8 },
  axisY: { domain: false, ticks: false, labelPadding: 6 },
  header: { labelColor: INK.text, labelFontSize: 11, labelFontWeight: "bold", titleColor: INK.secondary },
  text: { fontSize: 10.5, color: INK.text },
};
