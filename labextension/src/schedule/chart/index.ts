/** The drawing of schedules, and what makes it move. */
export { barSwatch } from "./bars.js";
export { ScheduleChart } from "./chart.js";
export { Handles } from "./handles.js";
export { listenToKeys } from "./keys.js";
export { type ChartLayout, chartLayout } from "./layout.js";
export { lineSwatch } from "./lines.js";
export { pngOf, svgText } from "./pictures.js";
export { listenToPointer } from "./pointer.js";
export type { ChartScene, SceneLine } from "./scene.js";
