/** What is drawn in a browser too: the figures' scales and their look, free of Node. */
export { type LabelledLine, type PlacedLabel, placeLabels } from "./labels.js";
export { type AxisScale, divergenceScale, fromPixel, linearScale, logTicks, toPixel } from "./scales.js";
export { CONFIG, DARK, FONT, INK, type SeriesStyle, seriesStyles } from "./theme.js";
export { thin } from "./thin.js";
