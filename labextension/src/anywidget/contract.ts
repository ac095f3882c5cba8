/** What anywidget gives a widget, as far as it is used here (https://anywidget.dev/en/afm/). */
import type { AnywidgetState } from "../data/index.js";

/**
 * A model of ipywidgets in anywidget's hands. Each view has an object of its own, and what it listens to through that ends with
 * the view; what is listened to through `initialize`'s ends with the model.
 */
export interface AnywidgetModel {
  get<K extends keyof AnywidgetState>(key: K): AnywidgetState[K];
  /** A custom message to the kernel; throws where its comm is gone. */
  send(content: unknown): void;
  /**
   * - `change:<key>`: the kernel has set a value.
   * - `msg:custom`: a custom message of the kernel.
   * - `comm_live_update`: the comm has been lost, or found again; ipywidgets' own, which anywidget passes on.
   */
  on(event: string, callback: (content?: unknown) => void): void;
  off(event: string, callback: (content?: unknown) => void): void;
}

export interface AnywidgetContext {
  readonly model: AnywidgetModel;
}

export interface AnywidgetViewContext extends AnywidgetContext {
  readonly el: HTMLElement;
}

/** What a module's default export makes, once for each model. */
export interface Anywidget {
  /** Called before any `render`. @returns called when the model is gone. */
  initialize(context: AnywidgetContext): () => void;
  /** Called for each view. @returns called when the view is gone. */
  render(context: AnywidgetViewContext): () => void;
}
