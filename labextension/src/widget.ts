/**
 * The contract between a widget and whatever stands around it (JupyterLab, anywidget, a test page).
 *
 * A widget is a function `render({ model, el, host })` that draws into `el` and returns what ends it. `model` is shaped as
 * anywidget's (https://anywidget.dev/en/afm/), and shared by all views of an output.
 */
import type { TwoWayState } from "./data/index.js";

/** What a model holds. */
export interface WidgetState extends TwoWayState {
  /** The MIME data as they came, not looked at. Replaced as a whole. */
  data: unknown;
  /** Whether a kernel answers requests. */
  live: boolean;
}

/**
 * - `change:<key>`: a value has been set by the other side, or by another view of the same output.
 * - `msg:custom`: what the kernel sends besides values: `append`, `status` and `reply` messages, not looked at.
 */
export type WidgetEvent = `change:${keyof WidgetState}` | "msg:custom";

export interface WidgetModel {
  get<K extends keyof WidgetState>(key: K): WidgetState[K];
  /** Sets a value here; other views see it at once, the kernel with `save_changes`. */
  set<K extends keyof WidgetState>(key: K, value: WidgetState[K]): void;
  save_changes(): void;
  /** Sends a message (`FromFrontEnd`) to the kernel; without one it goes nowhere. */
  send(content: unknown): void;
  on(event: WidgetEvent, callback: (content?: unknown) => void): void;
  off(event: WidgetEvent, callback: (content?: unknown) => void): void;
}

/** What the place where the widget stands offers; every part has a default in `hostOf`. */
export interface Host {
  /** Texts in the user's language: `{name}` stands for values. */
  readonly translate: (text: string, values?: Readonly<Record<string, string | number>>) => string;
  readonly settings: WidgetSettings;
  /** Called when `settings` have changed. @returns listens no longer. */
  onSettings(listener: () => void): () => void;
  /** Hands a file to the user. */
  saveFile(name: string, content: Blob): void;
  copyText(text: string): Promise<void>;
}

export interface WidgetSettings {
  /** Height of the frontier's plot in pixels. */
  readonly frontierHeight: number;
  /** Whether layers that a dragged one would rise above move with it. */
  readonly snapMonotone: boolean;
  /** Decimal places of numbers that are read. */
  readonly digits: number;
}

export interface RenderContext {
  readonly model: WidgetModel;
  readonly el: HTMLElement;
  /** Default: a browser's own means. What anywidget passes under this name is another thing. */
  readonly host?: Host;
}

/** Ends the widget: removes what it drew, its listeners, timers and views. */
export type Cleanup = () => void;

export type Render = (context: RenderContext) => Cleanup;

export const DEFAULT_SETTINGS: WidgetSettings = { frontierHeight: 300, snapMonotone: true, digits: 3 };
