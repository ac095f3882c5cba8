/** The library's values as widgets: live, two-way, and figures where there is no widget. */
export type { WidgetFrontEnd } from "./frontEnds.js";
export type { FrontierConstraint } from "./frontierJson.js";
export {
  type FrontierEvents,
  type FrontierView,
  type FrontierViewOptions,
  frontier,
  type SelectedConfiguration,
  show,
} from "./frontierView.js";
export {
  type ScheduleEvents,
  type ScheduleView,
  type ScheduleViewOptions,
  schedule,
} from "./scheduleView.js";
export type { ShowableSchedule } from "./shownSchedule.js";
