/** Drawing the plot: Vega for the frontiers, a canvas for the cloud, SVG for what is touched. */
export { symbolPath } from "./overlay.js";
export { pngOf, svgOf } from "./pictures.js";
export { type PlotMarks, PlotView, type PlotWords } from "./plotView.js";
export { loadVega, vegaNow } from "./vega.js";
