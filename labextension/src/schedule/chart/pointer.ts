/** Dragging layers with a mouse, a pen or a finger. */
import type { Disposers } from "../../core/index.js";
import type { ScheduleState } from "../rules/index.js";
import type { Handles } from "./handles.js";
import { type ChartLayout, layerAt, shareAt, shareY } from "./layout.js";

export interface PointerOptions {
  readonly svg: SVGSVGElement;
  readonly handles: Handles;
  readonly state: ScheduleState;
  readonly layout: () => ChartLayout;
  /** Called when a layer has been pressed: the focus goes to its handle. */
  readonly pressed: () => void;
  readonly disposers: Disposers;
}

interface Drag {
  readonly pointer: number;
  /** From where the pointer took the handle to the bar's edge, in pixels. */
  readonly offset: number;
}

/**
 * A press chooses the layer below it. A handle is dragged from where it was taken; in the plot, a mouse or a pen takes the bar
 * to itself at once, while a finger scrolls the page unless it begins at a handle.
 */
export function listenToPointer({ svg, handles, state, layout, pressed, disposers }: PointerOptions): void {
  let drag: Drag | null = null;
  const placeOf = (event: PointerEvent) => {
    const box = svg.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  const end = (finish: () => void) => {
    if (drag === null) return;
    if (svg.hasPointerCapture(drag.pointer)) svg.releasePointerCapture(drag.pointer);
    drag = null;
    finish();
  };
  const down = (event: PointerEvent) => {
    if (event.button !== 0 || drag !== null) return;
    const { x, y } = placeOf(event);
    const plot = layout();
    const handle = handles.layerOf(event.target);
    if (handle === null && (x < plot.left || x > plot.right)) return;
    // The chosen handle is wider than its layer where layers are thin.
    const layer = handle ?? layerAt(plot, x);
    state.choose(layer);
    pressed();
    if (layer === 0 || y > plot.bottom + 14) return;
    const touches = event.pointerType === "touch";
    if (handle === null && touches) return;
    event.preventDefault();
    svg.setPointerCapture(event.pointerId);
    const edge = shareY(plot, state.shares[layer]!);
    drag = { pointer: event.pointerId, offset: handle === null ? 0 : edge - y };
    if (handle === null) state.drag(shareAt(plot, y));
  };
  const move = (event: PointerEvent) => {
    if (drag?.pointer !== event.pointerId) return;
    state.drag(shareAt(layout(), placeOf(event).y + drag.offset));
  };
  const ends = (event: PointerEvent, finish: () => void) => {
    if (drag?.pointer === event.pointerId) end(finish);
  };
  const on = (name: string, listener: (event: PointerEvent) => void) =>
    disposers.listen(svg, name, (event) => listener(event as PointerEvent));
  on("pointerdown", down);
  // `touch-action` would say the same, but browsers heed it on the whole drawing only.
  const keepFromScrolling = (event: Event) => {
    if ((handles.layerOf(event.target) ?? 0) > 0) event.preventDefault();
  };
  disposers.listen(svg, "touchstart", keepFromScrolling, { passive: false });
  // Else the press would take the focus from the handle again.
  disposers.listen(svg, "mousedown", (event) => event.preventDefault());
  on("pointermove", move);
  on("pointerup", (event) => ends(event, () => state.release()));
  on("pointercancel", (event) => ends(event, () => state.giveUp()));
  on("lostpointercapture", (event) => ends(event, () => state.release()));
  disposers.listen(svg, "keydown", (event) => {
    if ((event as KeyboardEvent).key !== "Escape" || drag === null) return;
    event.stopPropagation();
    end(() => state.giveUp());
  });
  disposers.add(() => end(() => state.giveUp()));
}
