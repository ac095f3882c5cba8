/** The pointer on the plot: hovering, selecting, and dragging a rectangle to zoom into. */
import type { Disposers } from "../core/index.js";
import { type Rectangle, SHORTEST_BRUSH } from "./model/index.js";

/** What the pointer does; places are pixels of the plot. */
export interface PointerActions {
  readonly hover: (place: readonly [number, number] | null) => void;
  /** @param pin whether it is meant to be pinned, with Shift held. */
  readonly click: (place: readonly [number, number], pin: boolean) => void;
  /** A rectangle is being drawn; null once it is not. */
  readonly brush: (rectangle: Rectangle | null) => void;
  readonly brushed: (rectangle: Rectangle) => void;
  readonly reset: () => void;
}

export function followPointer(
  target: HTMLElement,
  actions: PointerActions,
  disposers: Disposers,
): { cancel(): boolean } {
  let start: readonly [number, number] | null = null;
  let rectangle: Rectangle | null = null;
  const placeOf = (event: MouseEvent): readonly [number, number] => {
    const { left, top } = target.getBoundingClientRect();
    return [event.clientX - left, event.clientY - top];
  };
  const end = () => {
    start = null;
    rectangle = null;
    actions.brush(null);
  };
  const listen = (name: string, listener: (event: PointerEvent) => void) =>
    disposers.listen(target, name, (event) => listener(event as PointerEvent));

  listen("pointerdown", (event) => {
    if (event.button !== 0 || !event.isPrimary) return;
    // The plot takes the focus without the page scrolling to it.
    event.preventDefault();
    target.focus({ preventScroll: true });
    target.setPointerCapture(event.pointerId);
    start = placeOf(event);
  });
  listen("pointermove", (event) => {
    const [x, y] = placeOf(event);
    if (start === null) {
      actions.hover([x, y]);
      return;
    }
    const [x0, y0] = start;
    if (rectangle === null && Math.hypot(x - x0, y - y0) < SHORTEST_BRUSH) return;
    rectangle = { x0, y0, x1: x, y1: y };
    actions.hover(null);
    actions.brush(rectangle);
  });
  listen("pointerup", (event) => {
    if (start === null) return;
    const drawn = rectangle;
    end();
    if (drawn === null) actions.click(placeOf(event), event.shiftKey);
    else actions.brushed(drawn);
  });
  listen("pointercancel", end);
  listen("pointerleave", () => actions.hover(null));
  listen("dblclick", () => actions.reset());
  return {
    /** Ends a rectangle that is being drawn. @returns whether there was one. */
    cancel() {
      const was = rectangle !== null;
      end();
      return was;
    },
  };
}
