/** What a notebook imports to show things. It acts on the kernel that runs the notebook. */
import { KernelError } from "../errors.js";
import type { DisplayHandle, DisplayOptions, Displays } from "./displays.js";

export { Displayable, html, javascript, jpeg, json, latex, markdown, md, png, svg } from "./displayables.js";

/** On the global object, because a notebook may load a copy of this package other than the kernel's. */
const CURRENT = Symbol.for("espalier.kernel.displays");

/** Makes these the displays of the process: once, by the kernel. */
export function setCurrentDisplays(displays: Displays): void {
  Object.defineProperty(globalThis, CURRENT, { value: displays, configurable: true, enumerable: false });
}

function current(): Displays {
  const displays = (globalThis as { [CURRENT]?: Displays })[CURRENT];
  if (displays === undefined)
    throw new KernelError("There is no notebook to show this in; run the program as cells of a notebook.");
  return displays;
}

/**
 * Shows a value in the notebook, or a MIME bundle.
 *
 * @throws KernelError outside of a notebook.
 */
export function display(value: unknown, options?: DisplayOptions): DisplayHandle {
  return current().display(value, options);
}

/**
 * Removes the cell's output.
 *
 * @param wait whether it stays until the next output comes; default false.
 * @throws KernelError outside of a notebook.
 */
export function clearOutput(wait = false): void {
  current().clearOutput(wait);
}
