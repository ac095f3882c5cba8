/**
 * What the kernel and the anywidget front end tell each other beside the messages of a widget, which go as custom messages of
 * ipywidgets' protocol. The kernel alone sets these values: they are what a notebook that keeps its widgets' state opens with.
 */

export const WIDGET_KINDS = ["frontier", "schedule"] as const;

export type WidgetKindName = (typeof WIDGET_KINDS)[number];

/** Values of the anywidget model. */
export interface AnywidgetState {
  readonly kind: WidgetKindName;
  /** The MIME data as the notebook's file holds them; null until the output is shown for the first time. */
  readonly data: unknown;
}

/**
 * - `closed`: the program has closed the widget. The comm stays open, because ipywidgets takes a drawing away with its comm.
 * - `replaced`: the outputs are about to be replaced, in which ipywidgets makes new views, and forgets the old without a word.
 */
export interface AnywidgetMessage {
  readonly type: "closed" | "replaced";
}
