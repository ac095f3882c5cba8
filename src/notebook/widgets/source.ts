/** What a frontier widget is about: something that has points, and perhaps more of them later. */
import type { WidgetProgress } from "../../../labextension/src/data/index.js";
import type { Results } from "../../export/index.js";
import type { Study } from "../../study/index.js";
import type { FrontierHead } from "./frontierJson.js";
import type { WidgetPoint } from "./point.js";

/**
 * `points`: some have been added at the end. `everything`: all may be others. `ended`: an operation that has evaluated
 * something is over, and `refresh` has news.
 */
export type SourceChange = "points" | "everything" | "status" | "ended";

export interface SourceStatus {
  readonly running: string | null;
  readonly progress: WidgetProgress | null;
}

export interface FrontierSource {
  /** What answers requests that need a model; null where only what is known can be shown. */
  readonly study: Study | null;
  head(): FrontierHead;
  /** In the order of their evaluation. */
  points(): readonly WidgetPoint[];
  status(): SourceStatus;
  /** What is known; null for points alone. */
  results(): Promise<Results | null>;
  /** Looks at everything anew. */
  refresh(): Promise<void>;
  /** Tells of changes. @returns tells no longer. */
  on(listener: (change: SourceChange) => void): () => void;
}
