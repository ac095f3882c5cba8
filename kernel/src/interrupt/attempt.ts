/** One interrupt, from the first request to pause until the main thread is left alone. */
import { setTimeout as delay } from "node:timers/promises";
import { CALL_URL, callFunction, type InspectorClient, type Paused } from "./inspectorClient.js";
import type { HookName, Running } from "./mainThread.js";
import type { RunState } from "./runState.js";

export interface AttemptOptions {
  readonly client: InspectorClient;
  readonly runState: RunState;
  /** Whether a script, by its URL, is not the user's but Node's or the kernel's. */
  readonly isInternal: (url: string) => boolean;
  /** For how long, in ms, an event loop that turns is watched for code of a waiting cell. */
  readonly watchMs: number;
}

/** How long, in ms, a request to pause may take to strike a main thread that runs JavaScript. */
const PAUSE_MS = 15;
/** How long, in ms, is waited for a step. */
const STEP_MS = 25;
/** How long, in ms, before code of no cell is looked at again. */
const LATER_MS = 5;
/** How long, in ms, Node's own code may take to come back to who called it, before it is terminated itself. */
const LEAVE_NODE_MS = 60;
/** Code of no cell is terminated when it keeps the event loop from turning for so long, in ms. */
const HOG_MS = 60;
/** For how long, in ms, is waited for word that the stack is unwound, which V8 does not always give. */
const UNWIND_MS = 30;
/** So many times longer at most than an idle event loop is watched one turn of it that runs, where it is slow. */
const MAX_WATCHES = 4;
/** Terminations of one interrupt: what a cell has scheduled may go on after the first. */
const MAX_STRIKES = 50;

/**
 * `again`: what runs is to be stopped, but not where it is now. `busy`: something runs that may have to be stopped. `wait`: so
 * far nothing was seen that is to be stopped.
 */
type Verdict = "strike" | "again" | "busy" | "wait" | "over";

type CallFrame = Paused["callFrames"][number];

/**
 * V8 and Node call these functions in the middle of others and let no exception of theirs pass: a termination in one would at
 * worst be told as an error that nobody caught, and what it should have ended would go on.
 */
function isSwallowingTermination({ url, functionName }: CallFrame): boolean {
  return (
    url.startsWith("node:internal/") && /^(promise\w*Hook\w*|promiseRejectHandler|emit\w+Native)$/.test(functionName)
  );
}

export class Attempt {
  readonly #options: AttemptOptions;
  readonly #hooks: Readonly<Record<HookName, string>>;
  #onPaused: (() => void) | undefined;
  /** Since when, in ms, and in which turn of the event loop, code of no cell was seen. */
  #stranger: { readonly since: number; readonly turn: number } | undefined;
  #inNodeSince: number | undefined;
  /** Whether nothing ran when the pause was requested: then the next function to be called pauses, and it is Node's. */
  #wasIdle = false;
  /** Whether JavaScript was seen to run a moment ago. */
  #isRunning = false;
  /** Whether a request to pause stands. */
  #isRequested = false;
  #strikes = 0;

  constructor(options: AttemptOptions, hooks: Readonly<Record<HookName, string>>) {
    this.#options = options;
    this.#hooks = hooks;
  }

  async run(): Promise<"idle" | "terminated" | "pending"> {
    const { client } = this.#options;
    const uncover = client.intercept(({ callFrames }) => {
      this.#isRequested = false;
      // A call of this very interrupt, which waits for its answer.
      if (callFrames.some(({ url }) => url === CALL_URL)) void this.#resume();
      else this.#onPaused?.();
      return true;
    });
    const release = await client.enableDebugger();
    try {
      const isQuiet = await this.#strikeUntilQuiet();
      if (this.#strikes > 0) return "terminated";
      return isQuiet ? "idle" : "pending";
    } finally {
      await this.#leave(release);
      uncover();
    }
  }

  /** @returns false when cells wait still. */
  async #strikeUntilQuiet(): Promise<boolean> {
    const { client, runState, watchMs } = this.#options;
    let start = performance.now();
    while (this.#strikes < MAX_STRIKES) {
      if (client.paused === undefined) await this.#pause();
      // Nothing of the cell that was struck has come back.
      if (client.paused === undefined && this.#wasIdle && this.#strikes > 0) return true;
      const verdict = await this.#judge();
      if (verdict === "over") return true;
      if (verdict === "strike") await this.#strike();
      if (verdict !== "wait") start = performance.now();
      // A turn that is gone through in steps may come to a cell's code yet.
      const most = client.paused === undefined ? watchMs : MAX_WATCHES * watchMs;
      if (runState.running > 0 && performance.now() - start > most) return false;
    }
    return true;
  }

  async #pause(): Promise<void> {
    const { client } = this.#options;
    // Sent together, so that nothing runs between the two. But where a request stands, the call is what pauses, and a busy Node 22
    // does not come out of a pause for which the next message waits already.
    const asked = this.#isRunning ? false : callFunction<boolean>(client, this.#hooks.isIdle);
    if (this.#isRequested) await asked;
    const requested = client.post("Debugger.pause");
    this.#isRequested = true;
    this.#wasIdle = await asked;
    await requested;
    await this.#pausedWithin(PAUSE_MS);
    this.#isRunning = false;
  }

  /** What to do with where the main thread is; unless it is to be struck, it goes on. */
  async #judge(): Promise<Verdict> {
    const { client, runState } = this.#options;
    const { paused } = client;
    // What ran when the request was made has ended since, or is in a native operation, or this machine is slow.
    if (paused === undefined && !this.#wasIdle) return "busy";
    if (paused === undefined) return runState.running > 0 ? "wait" : "over";
    const isUsers = !paused.callFrames.every((frame) => this.#isInternal(frame));
    if (isUsers && runState.inCritical) runState.hold();
    if (isUsers && (runState.inCritical || !this.#isSafe(paused))) {
      this.#isRunning = true;
      await this.#resume();
      return "again";
    }
    const verdict = await this.#judgeCode(isUsers);
    if (verdict === "strike") return verdict;
    if (verdict === "wait" && !isUsers && this.#wasIdle && runState.running > 0) {
      // What Node is about to call may be the cell's.
      await this.#step();
      return verdict;
    }
    await this.#resume();
    if (isUsers) await delay(LATER_MS);
    return verdict;
  }

  /** Whether the code that runs is to be stopped. */
  async #judgeCode(isUsers: boolean): Promise<Verdict> {
    const { client, runState } = this.#options;
    const { isOwned, turn } = await callFunction<Running>(client, this.#hooks.look);
    if (isUsers && isOwned && runState.running > 0) return "strike";
    if (this.#stranger?.turn !== turn) {
      const isSecond = this.#stranger !== undefined;
      this.#stranger = { since: performance.now(), turn };
      return isSecond && runState.running === 0 ? "over" : "wait";
    }
    return isUsers && performance.now() - this.#stranger.since > HOG_MS ? "strike" : "busy";
  }

  /** Whether it may be terminated here. Node's own code is given time to leave its data whole. */
  #isSafe({ callFrames }: Paused): boolean {
    if (callFrames.some(isSwallowingTermination)) return false;
    if (!callFrames[0]?.url.startsWith("node:")) return true;
    this.#inNodeSince ??= performance.now();
    return performance.now() - this.#inNodeSince > LEAVE_NODE_MS;
  }

  /**
   * Goes on to the next statement, in whatever function. Only in internal code: when an empty loop follows in a function that
   * was stepped through, V8 12.4 (Node 22) heeds no interrupt any more.
   */
  async #step(): Promise<void> {
    const paused = this.#nextPause();
    await this.#options.client.post("Debugger.stepInto");
    await Promise.race([paused, delay(STEP_MS)]);
    // Steps are what made this turn long.
    this.#stranger = undefined;
  }

  #isInternal({ url }: CallFrame): boolean {
    return this.#options.isInternal(url);
  }

  async #strike(): Promise<void> {
    const { client, runState } = this.#options;
    this.#strikes++;
    this.#inNodeSince = undefined;
    runState.hold();
    await callFunction(client, this.#hooks.abandon);
    // Answered when the stack is unwound.
    const unwound = client.post("Runtime.terminateExecution");
    await this.#resume();
    await Promise.race([unwound.catch(() => {}), delay(UNWIND_MS)]);
    runState.calm();
    await this.#restore();
  }

  /** A termination that has struck nothing strikes this call instead of what comes next, and it is made again. */
  async #restore(): Promise<void> {
    try {
      await callFunction(this.#options.client, this.#hooks.restore);
    } catch {
      await callFunction(this.#options.client, this.#hooks.restore);
    }
  }

  async #resume(): Promise<void> {
    await this.#options.client.post("Debugger.resume");
  }

  #nextPause(): Promise<void> {
    return new Promise((resolve) => {
      this.#onPaused = resolve;
    });
  }

  async #pausedWithin(ms: number): Promise<void> {
    if (this.#options.client.paused !== undefined) return;
    await Promise.race([this.#nextPause(), delay(ms)]);
  }

  /** No pause of this interrupt may strike later, when a debugger would take it for its own. */
  async #leave(release: () => Promise<boolean>): Promise<void> {
    const { client } = this.#options;
    if (client.paused !== undefined) await this.#resume();
    const isShared = await release();
    if (!isShared || !this.#isRequested) return;
    // Nothing takes a request to pause back but a pause: this code pauses at its call, sooner or later.
    let isOver = false;
    const evaluated = client.post("Runtime.evaluate", { expression: "(() => {})()", silent: true }).finally(() => {
      isOver = true;
    });
    while (!isOver) {
      if (client.paused === undefined) await Promise.race([this.#nextPause(), evaluated]);
      else await this.#resume();
    }
  }
}
