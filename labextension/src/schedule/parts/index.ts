/** What stands around the chart. */
export { Commands } from "./commands.js";
export type { ScheduleContext } from "./context.js";
export { CostBar } from "./costBar.js";
export { Evaluation } from "./evaluation.js";
export { Files } from "./files.js";
export { LayerField } from "./layerField.js";
export { Link } from "./link.js";
export { MirrorTable } from "./mirrorTable.js";
export { NeighbourChoice } from "./neighbourChoice.js";
export { Prices } from "./prices.js";
export { ScheduleList } from "./scheduleList.js";
