/** What every part of the widget is given. */
import type { Disposers, LiveRegion, Requests, Theme } from "../../core/index.js";
import type { Host, WidgetModel } from "../../widget.js";
import type { ScheduleState } from "../rules/index.js";

export interface ScheduleContext {
  /** What holds the whole widget. */
  readonly root: HTMLElement;
  readonly state: ScheduleState;
  readonly model: WidgetModel;
  readonly host: Host;
  readonly requests: Requests;
  readonly live: LiveRegion;
  readonly disposers: Disposers;
  readonly theme: () => Theme;
  /** Asks for a part to be drawn in the next frame. */
  readonly redraw: (part: "texts" | "pictures") => void;
}
