/** What the page that stands for anywidget offers to tests, as `anywidgetHost`. */
import type { Leftovers } from "../page/pageApi.js";

export interface HostApi {
  /** Makes a model as anywidget does on a `comm_open`: its module and its style sheet are strings. */
  create(esm: string, css: string, state: Readonly<Record<string, unknown>>): Promise<void>;
  /** Adds a view of the model. */
  addView(): Promise<void>;
  /** @param view its place in the order of `addView`. */
  removeView(view: number): Promise<void>;
  /** Takes a view out of the page without ending it, as ipywidgets does where an output is replaced. */
  dropView(view: number): void;
  /** An `update` of the kernel. */
  update(state: Readonly<Record<string, unknown>>): void;
  /** A custom message of the kernel. */
  deliver(content: unknown): void;
  /** Sending throws from now on, as after the end of a kernel of which nobody has told. */
  refuse(): void;
  /** The comm is lost: what is sent goes nowhere until it is found. */
  lose(): void;
  find(): void;
  /** The model is gone, as when its comm was closed. */
  destroy(): Promise<void>;
  /** Custom messages to the kernel. */
  readonly sent: readonly Record<string, unknown>[];
  /** What the page's policy has refused. */
  readonly violations: readonly string[];
  /** Names of the links that were clicked and heard by the page. */
  readonly clicked: readonly string[];
  leftovers(): Leftovers;
}
