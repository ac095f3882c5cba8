/** What the widgets draw, and what they and the kernel tell each other: types, limits, and readers that trust nothing. */
export * from "./anywidget.js";
export * from "./frontierData.js";
export { LIMITS } from "./limits.js";
export * from "./messages.js";
export { DataError, Field } from "./reader.js";
export * from "./scheduleData.js";
