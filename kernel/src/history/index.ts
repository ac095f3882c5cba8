/** The history of the user's cells. */
export { History, type HistoryOptions } from "./history.js";
export { historyFolder } from "./location.js";
