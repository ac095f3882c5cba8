/** The handles' keys: Left and Right choose a layer, Up and Down change it. */
import type { Disposers } from "../../core/index.js";
import { type ScheduleState, stepTokens } from "../rules/index.js";
import type { Handles } from "./handles.js";

export interface KeyOptions {
  readonly handles: Handles;
  readonly state: ScheduleState;
  readonly disposers: Disposers;
}

const STEP = 0.01;
const PAGE = 0.1;
/** Layers that Left and Right go with Ctrl. */
const STRIDE = 10;

/** A change is finished when its key is let go, or the handle loses the focus. */
export function listenToKeys({ handles, state, disposers }: KeyOptions): void {
  disposers.listen(handles.element, "keydown", (event) => {
    const { key, shiftKey, ctrlKey, metaKey, altKey } = event as KeyboardEvent;
    if (altKey || metaKey) return;
    const layer = chosenLayer(key, state, ctrlKey ? STRIDE : 1);
    const share = ctrlKey ? null : changedShare(key, state, shiftKey);
    if (layer === null && share === null) return;
    event.preventDefault();
    // A notebook has its own use for these keys.
    event.stopPropagation();
    if (layer !== null) state.choose(layer);
    else if (share !== null && state.layer > 0) state.drag(share);
  });
  disposers.listen(handles.element, "keyup", (event) => {
    if (changedShare((event as KeyboardEvent).key, state, false) !== null) state.release();
  });
  disposers.listen(handles.element, "focusout", () => state.release());
}

function chosenLayer(key: string, { layer }: ScheduleState, stride: number): number | null {
  if (key === "ArrowLeft") return layer - stride;
  return key === "ArrowRight" ? layer + stride : null;
}

function changedShare(key: string, { shares, layer, data }: ScheduleState, byToken: boolean): number | null {
  const share = shares[layer]!;
  const step = (sign: 1 | -1) => (byToken ? stepTokens(share, data.visualTokens, sign) : share + sign * STEP);
  switch (key) {
    case "ArrowUp":
      return step(1);
    case "ArrowDown":
      return step(-1);
    case "PageUp":
      return share + PAGE;
    case "PageDown":
      return share - PAGE;
    case "Home":
      return 0;
    case "End":
      return 1;
    default:
      return null;
  }
}
