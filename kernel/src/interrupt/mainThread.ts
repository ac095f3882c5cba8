/**
 * What an interrupt needs in the main thread. When JavaScript is terminated, no `finally` of Node's own code runs either, so
 * what such code would have put right is put right here, while the main thread is paused:
 *
 * - the stack of async ids, which Node checks at the end of each callback, and whose corruption ends the process;
 * - the immediates that follow the running one, which only a variable of the terminated code knows, and the running one
 *   itself, over which Node would stumble again and again;
 * - the hooks of promises, by which AsyncLocalStorage works before Node 24: V8 calls them in the middle of other code and
 *   would tell a termination in one as an error that nobody caught, so there are none until the stack is unwound.
 *
 * Source: lib/internal/timers.js and lib/internal/async_hooks.js of Node 20, 22 and 24.
 */
import { createRequire } from "node:module";
import { performance } from "node:perf_hooks";
import { KernelError } from "../errors.js";

/** Flags without which Node cannot be interrupted safely. */
export const NODE_FLAGS: readonly string[] = ["--expose-internals", "--no-force-async-hooks-checks"];

/** Where the main thread keeps its functions for the interrupter. A symbol, so that no code of the user meets it. */
export const HOOKS_EXPRESSION = 'globalThis[Symbol.for("espalier.kernel.interrupt")]';
const HOOKS = Symbol.for("espalier.kernel.interrupt");

export const HOOK_NAMES = ["isIdle", "look", "abandon", "restore"] as const;
export type HookName = (typeof HOOK_NAMES)[number];

/** What is running where the main thread is paused. */
export interface Running {
  /** Whether it belongs to a cell that runs. */
  readonly isOwned: boolean;
  /** The turn of the event loop. */
  readonly turn: number;
}

export interface PrepareOptions {
  /**
   * Whether the code that calls it belongs to a cell that runs, as an AsyncLocalStorage knows. What does not is terminated
   * only when it keeps the main thread from its event loop. Called while the main thread is paused: it must be quick and
   * call no code of the user. Default: everything does while a cell runs.
   */
  readonly isOwned?: () => boolean;
}

interface Immediate {
  _onImmediate?: unknown;
  _argv?: unknown;
  _destroyed: boolean;
  _idleNext: Immediate | null;
  _idlePrev: Immediate | null;
}

interface Internals {
  readonly asyncWrap: {
    clearAsyncIdStack(): void;
    setPromiseHooks(...hooks: undefined[]): void;
    readonly execution_async_resources: readonly unknown[];
  };
  readonly updatePromiseHookMode: () => void;
  readonly immediateQueue: { head: Immediate | null; tail: Immediate | null };
  /** How many immediates wait. */
  readonly immediateCount: { add(count: number): void };
}

/**
 * Sets the main thread up for interrupts; once, before the wire thread starts.
 *
 * @throws KernelError when Node was started without `NODE_FLAGS`.
 */
export function prepareMainThread({ isOwned = () => true }: PrepareOptions = {}): void {
  const internals = loadInternals();
  const hooks: Readonly<Record<HookName, () => unknown>> = {
    isIdle,
    look: (): Running => ({ isOwned: succeeds(isOwned), turn: performance.nodeTiming.uvMetricsInfo.loopCount }),
    abandon: (): void => abandon(internals),
    restore: (): void => internals.updatePromiseHookMode(),
  };
  Object.defineProperty(globalThis, HOOKS, { value: Object.freeze(hooks) });
}

/** In the middle of Node's own code an AsyncLocalStorage may fail: then it is not known, and asked again a moment later. */
function succeeds(check: () => boolean): boolean {
  try {
    return check();
  } catch {
    return false;
  }
}

/** Whether no other JavaScript is on the stack than what asks. */
function isIdle(): boolean {
  const { stackTraceLimit, prepareStackTrace } = Error;
  Error.stackTraceLimit = 3;
  Error.prepareStackTrace = (_error, frames) => frames.length;
  try {
    // This function, and the inspector's call of it.
    return (new Error().stack as unknown as number) <= 2;
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
    Error.prepareStackTrace = prepareStackTrace;
  }
}

function loadInternals(): Internals {
  const { emitWarning } = process;
  // Node warns on standard error of modules that are for its own tests.
  process.emitWarning = () => {};
  try {
    const require = createRequire(import.meta.url);
    const { internalBinding } = require("internal/test/binding");
    const { immediateQueue, immediateInfoFields } = require("internal/timers");
    const { immediateInfo } = internalBinding("timers");
    const immediateCount = {
      add: (count: number) => {
        immediateInfo[immediateInfoFields.kCount] += count;
      },
    };
    const { updatePromiseHookMode } = require("internal/async_hooks");
    return { asyncWrap: internalBinding("async_wrap"), immediateQueue, immediateCount, updatePromiseHookMode };
  } catch (cause) {
    const flags = NODE_FLAGS.join(" ");
    throw new KernelError(
      `The kernel's Node lacks its flags, so a cell could not be interrupted; start it as node ${flags}, or install the kernel again.`,
      { cause },
    );
  } finally {
    process.emitWarning = emitWarning;
  }
}

/** Makes Node forget everything that is on the stack. */
function abandon(internals: Internals): void {
  const { asyncWrap } = internals;
  const running = asyncWrap.execution_async_resources.find(isImmediate);
  if (running !== undefined) abandonImmediate(running, internals);
  asyncWrap.clearAsyncIdStack();
  asyncWrap.setPromiseHooks(undefined, undefined, undefined, undefined);
}

/**
 * Node remembers where in a turn's immediates it is, from the second on, and begins there again with one that ran already: so
 * that one must be one that does nothing. While the first runs Node remembers nothing, and those that follow go back into
 * the queue.
 */
function abandonImmediate(running: Immediate, { immediateQueue, immediateCount }: Internals): void {
  if (running._idlePrev === null) {
    requeueAfter(running, immediateQueue);
    return;
  }
  running._onImmediate = () => {};
  running._argv = undefined;
  running._destroyed = false;
  immediateCount.add(1);
}

function isImmediate(resource: unknown): resource is Immediate {
  return typeof resource === "object" && resource !== null && "_onImmediate" in resource;
}

/** Puts the immediates of this turn that have not run yet in front of those of the next. */
function requeueAfter(running: Immediate, queue: Internals["immediateQueue"]): void {
  const first = running._idleNext;
  if (first === null) return;
  let last = first;
  while (last._idleNext !== null) last = last._idleNext;
  running._idleNext = null;
  first._idlePrev = null;
  last._idleNext = queue.head;
  if (queue.head !== null) queue.head._idlePrev = last;
  queue.head = first;
  queue.tail ??= last;
}
