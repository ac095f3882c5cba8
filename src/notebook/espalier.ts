/**
 * What a notebook imports as "espalier": the library, with studies that know they are in a notebook, and its widgets.
 *
 * @module espalier in a notebook
 */
import { findCurrentKernel } from "../../kernel/src/api/index.js";
import { registerRepresentations } from "./representations/index.js";

export * from "../index.js";
export { createStudy } from "./createStudy.js";
export {
  type FrontierConstraint,
  type FrontierEvents,
  type FrontierView,
  type FrontierViewOptions,
  frontier,
  type ScheduleEvents,
  type ScheduleView,
  type ScheduleViewOptions,
  type SelectedConfiguration,
  type ShowableSchedule,
  schedule,
  show,
  type WidgetFrontEnd,
} from "./widgets/index.js";

if (findCurrentKernel() !== undefined) registerRepresentations();
