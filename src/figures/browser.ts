/** What is drawn in a browser too: the figures' scales and their look, free of Node. */
export { type AxisScale, divergenceScale, fromPixel, linearScale, toPixel } from "./scales.js";
export { DARK, FONT, INK, type SeriesStyle, seriesStyles } from "./theme.js";
