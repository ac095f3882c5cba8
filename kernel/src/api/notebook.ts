/**
 * What a notebook imports from "@espalier/kernel": showing things, talking to the front end, asking the user.
 *
 * Every function throws KernelError in a program that is no notebook.
 */
import type { Comm, CommOptions, CommTarget } from "../comm/index.js";
import type { DisplayHandle, DisplayOptions, Representation } from "../display/index.js";
import type { JsonObject } from "../wire/index.js";
import { currentKernel, type InputOptions, type KernelSettings } from "./current.js";

export type { Binary, Comm, CommHandler, CommMessage, CommOptions, CommTarget } from "../comm/index.js";
export type { DisplayHandle, DisplayOptions, Representation, Represented } from "../display/index.js";
export { Displayable, html, javascript, jpeg, json, latex, markdown, md, png, svg } from "../display/index.js";
export { findCurrentKernel, type InputOptions, type KernelSettings } from "./current.js";

/** Shows a value, or a MIME bundle, in the cell that the call belongs to. */
export function display(value: unknown, options?: DisplayOptions): DisplayHandle {
  return currentKernel().displays.display(value, options);
}

/**
 * Removes the cell's output.
 *
 * @param wait whether it stays until the next output comes, which avoids flickering; default false.
 */
export function clearOutput(wait = false): void {
  currentKernel().displays.clearOutput(wait);
}

/**
 * Asks the user for a line of text, and lets everything else go on meanwhile.
 *
 * @throws KernelError when the front end answers no questions.
 */
export function input(question = "", options?: InputOptions): Promise<string> {
  return currentKernel().input(question, options);
}

/**
 * Asks the user for a line of text. Nothing else runs until the answer is there.
 *
 * @throws KernelError when the front end answers no questions.
 */
export function prompt(question = "", options?: InputOptions): string {
  return currentKernel().prompt(question, options);
}

/** Shows a value in the front end's pager, where it has one, when the cell has ended. */
export function page(value: unknown): Promise<void> {
  return currentKernel().page(value);
}

/**
 * Shows values of a kind in a library's own way, as a cell's result and by `display`. Where a value says itself how it is shown
 * (`Symbol.for("Jupyter.display")`, `toHtml` and the like), that goes first.
 *
 * @param representation recognises the kind by its shape and gives a MIME bundle, or undefined for all other values. Later ones
 *   are asked before earlier ones, and all of them before the kernel's own. One that throws is noted below the value's text.
 * @returns takes it away again.
 */
export function registerRepresentation(representation: Representation): () => void {
  return currentKernel().registerRepresentation(representation);
}

/** Channels of the notebook's own between kernel and front end. */
export const comms = {
  /** Serves the comms that the front end opens under a name. @returns serves them no longer. */
  registerTarget(name: string, target: CommTarget): () => void {
    return currentKernel().comms.registerTarget(name, target);
  },
  /** Opens a comm to a target of the front end. */
  open(targetName: string, data?: JsonObject, options?: CommOptions): Comm {
    return currentKernel().comms.open(targetName, data, options);
  },
} as const;

/**
 * Runs work that ends by itself soon after it is asked to: an interrupt aborts the signal and gives the work a quarter of a
 * second to end before it stops it wherever it is.
 *
 * @returns what the work returns.
 */
export function interruptible<Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
  return currentKernel().interruptible(work);
}

/** The settings of this kernel; assign to them. */
export const settings: KernelSettings = {
  get typeErrors() {
    return currentKernel().settings.typeErrors;
  },
  set typeErrors(value) {
    currentKernel().settings.typeErrors = value;
  },
};
