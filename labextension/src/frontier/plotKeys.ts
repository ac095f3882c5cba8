/** The keys of the plot. What is handled goes no further, for JupyterLab has commands on the same keys. */
import type { Disposers } from "../core/index.js";
import type { Step } from "./model/index.js";

export interface KeyActions {
  readonly step: (step: Step) => void;
  readonly select: () => void;
  readonly pin: () => void;
  readonly budget: () => void;
  /** A factor below 1 is nearer. */
  readonly zoom: (factor: number) => void;
  /** By shares of the plot. */
  readonly pan: (across: number, up: number) => void;
  readonly reset: () => void;
  /** @returns whether there was something to break off. */
  readonly escape: () => boolean;
}

export const ZOOM_FACTOR = 0.7;
const PAN = 0.15;

export function followKeys(target: HTMLElement, actions: KeyActions, disposers: Disposers): void {
  const plain: Readonly<Record<string, () => void>> = {
    ArrowLeft: () => actions.step("left"),
    ArrowRight: () => actions.step("right"),
    ArrowUp: () => actions.step("up"),
    ArrowDown: () => actions.step("down"),
    Home: () => actions.step("first"),
    End: () => actions.step("last"),
    Enter: actions.select,
    " ": actions.select,
    p: actions.pin,
    b: actions.budget,
    "+": () => actions.zoom(ZOOM_FACTOR),
    "=": () => actions.zoom(ZOOM_FACTOR),
    "-": () => actions.zoom(1 / ZOOM_FACTOR),
    "0": actions.reset,
    escape: () => {
      if (!actions.escape()) actions.reset();
    },
  };
  const shifted: Readonly<Record<string, () => void>> = {
    ArrowLeft: () => actions.pan(-PAN, 0),
    ArrowRight: () => actions.pan(PAN, 0),
    ArrowUp: () => actions.pan(0, PAN),
    ArrowDown: () => actions.pan(0, -PAN),
  };
  disposers.listen(target, "keydown", (event) => {
    const { key, shiftKey, ctrlKey, metaKey, altKey } = event as KeyboardEvent;
    if (ctrlKey || metaKey || altKey) return;
    const name = key === "P" || key === "B" || key === "Escape" ? key.toLowerCase() : key;
    const table = shiftKey && Object.hasOwn(shifted, name) ? shifted : plain;
    if (!Object.hasOwn(table, name)) return;
    event.preventDefault();
    event.stopPropagation();
    table[name]!();
  });
}
