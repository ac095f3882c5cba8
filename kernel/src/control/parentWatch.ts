/** Whether whoever started the kernel is still there: a kernel without its Jupyter is of no use to anybody. */
import { isAlive } from "./isAlive.js";

export interface ParentWatchOptions {
  /** Called once, when the parent is gone. */
  readonly onGone: () => void;
  /** Process id of the parent that Jupyter names in `JPY_PARENT_PID`; default none: the process's own parent. */
  readonly named?: number | undefined;
  /** How often to look, in ms. Default 1000. */
  readonly everyMs?: number;
  /** The parent's present process id; default that of this process. */
  readonly parentOf?: () => number;
}

/**
 * Looks every second. It works in any thread, and keeps none running.
 *
 * @returns stops looking.
 */
export function watchParent({
  onGone,
  named,
  everyMs = 1000,
  parentOf = () => process.ppid,
}: ParentWatchOptions): () => void {
  const first = parentOf();
  const timer = setInterval(() => {
    // An orphan is given another parent.
    if (parentOf() === first && (named === undefined || isAlive(named))) return;
    clearInterval(timer);
    onGone();
  }, everyMs);
  timer.unref();
  return () => clearInterval(timer);
}

/** The process that `JPY_PARENT_PID` names; undefined where it names none. */
export function namedParent(env: NodeJS.ProcessEnv): number | undefined {
  const pid = Number(env["JPY_PARENT_PID"]);
  return Number.isInteger(pid) && pid > 1 ? pid : undefined;
}
