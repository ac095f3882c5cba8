/** The frontier's state, free of the page that it is drawn on. */
export { fullScale, judged, partScale, projection } from "./axisScales.js";
export { type ChartRows, chartRows, MOST_MARKS, type PointRow, pointRow, type RowOf } from "./chartRows.js";
export { differencesOf } from "./comparison.js";
export { type DirectLabel, directLabels } from "./directLabels.js";
export { codeOf, configurationOf, csvOf } from "./exportFiles.js";
export { type ExportWords, exportSpecification } from "./exportSpecification.js";
export { Front } from "./front.js";
export { FrontierScene, type SceneChanges } from "./frontierScene.js";
export { type Step, stepFrom } from "./navigation.js";
export { Places } from "./places.js";
export { PointStore } from "./pointStore.js";
export { type ChartInks, chartLayers } from "./specification.js";
export { ABSENT, DOMINATED, ON_FRONTIER, PROBABLY_DOMINATED, Standings } from "./standings.js";
export { type Plot, type Rectangle, SHORTEST_BRUSH, type Zoom } from "./zoom.js";
