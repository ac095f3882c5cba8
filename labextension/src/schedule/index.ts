/** The layer-schedule widget. */
export { renderSchedule } from "./renderSchedule.js";
