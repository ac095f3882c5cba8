/** Where and why the main thread stands still for the user, and how it goes on. */
import type { Debugger } from "node:inspector";
import { KernelError } from "../errors.js";
import type { InspectorClient, Paused } from "../interrupt/index.js";
import type { Language } from "../language/index.js";
import type { JsonObject } from "../wire/index.js";
import { type Frame, userFrames, userPlace } from "./callStack.js";
import { THREAD_ID } from "./protocol.js";
import type { Sources } from "./sources.js";
import { typeName, valueText } from "./values.js";

export interface StopsOptions {
  readonly client: InspectorClient;
  readonly sources: Sources;
  readonly language: Pick<Language, "catchesAt">;
  readonly publish: (event: string, body: JsonObject) => void;
  /** A script is about to run whose breakpoints are not bound yet. */
  readonly beforeScript: (paused: Paused) => Promise<void>;
  /** What was known of the present place holds no more. */
  readonly onResumed: () => void;
}

export type Step = "Debugger.stepOver" | "Debugger.stepInto" | "Debugger.stepOut";

interface Stop {
  readonly paused: Paused;
  readonly frames: readonly Frame[];
}

/** Whence the user steps. */
interface StepOrigin {
  readonly step: Step;
  readonly frame: Frame;
  /** How many frames there were. */
  readonly depth: number;
}

/** How the inspector names what was thrown. */
const THROWN = new Set(["exception", "promiseRejection"]);

/** How many awaiting functions are known of code that throws. */
const ASYNC_DEPTH = 8;

/** More frames than a stop ever has. */
const FRAME_IDS = 100_000;

export class Stops {
  readonly #options: StopsOptions;
  #stop: Stop | undefined;
  #origin: StepOrigin | undefined;
  #isPauseAsked = false;
  #filters: ReadonlySet<string> = new Set();
  #count = 0;

  constructor(options: StopsOptions) {
    this.#options = options;
  }

  /** Listens to the inspector. @returns ends it. */
  listen(): () => void {
    const { client } = this.#options;
    const ends = [
      client.on("Debugger.paused", (paused) => void this.#onPaused(paused as Paused).catch(() => this.#resume())),
      client.on("Debugger.resumed", () => this.#onResumed()),
    ];
    return () => {
      for (const end of ends) end();
      this.#stop = undefined;
      this.#origin = undefined;
      this.#isPauseAsked = false;
      this.#filters = new Set();
    };
  }

  get isStopped(): boolean {
    return this.#stop !== undefined;
  }

  /** The user's frames; none while the main thread runs. */
  get frames(): readonly Frame[] {
    return this.#stop?.frames ?? [];
  }

  /** @throws KernelError for an id of another stop. */
  frame(id: number): Frame {
    const found = this.frames.find((frame) => frame.id === id);
    if (found === undefined)
      throw new KernelError(`There is no frame ${id} any more; ask for the stack trace of the present stop.`);
    return found;
  }

  /** @param filters `caught`, `uncaught`. */
  async pauseOnExceptions(filters: readonly string[]): Promise<void> {
    this.#filters = new Set(filters);
    // Everything that a cell throws is caught by the kernel, so the inspector cannot tell what the user leaves uncaught.
    const state = this.#filters.size === 0 ? "none" : "all";
    const { client } = this.#options;
    // Only for this, because it makes everything that is asynchronous slower.
    await client.post("Debugger.setAsyncCallStackDepth", { maxDepth: state === "all" ? ASYNC_DEPTH : 0 });
    await client.post("Debugger.setPauseOnExceptions", { state });
  }

  /** What was thrown, where the main thread stands. @throws KernelError when that is not why it stands. */
  exceptionInfo(): JsonObject {
    const paused = this.#stop?.paused;
    if (paused === undefined || !THROWN.has(paused.reason))
      throw new KernelError("The code does not stand at an exception.");
    const thrown = paused.data as unknown as Parameters<typeof valueText>[0];
    return {
      exceptionId: typeName(thrown),
      description: valueText(thrown),
      breakMode: this.#filters.has("caught") ? "always" : "unhandled",
      details: { message: valueText(thrown), typeName: typeName(thrown), stackTrace: thrown.description ?? "" },
    };
  }

  /** Goes on. @throws KernelError when the main thread does not stand. */
  async goOn(step?: Step): Promise<void> {
    const top = this.#top("go on");
    this.#origin = step && { step, frame: top, depth: this.#stop!.paused.callFrames.length };
    await this.#options.client.post(step ?? "Debugger.resume");
  }

  /** Stops at the next statement of the user's code; at once where some runs. */
  async pause(): Promise<void> {
    if (this.isStopped) return;
    this.#isPauseAsked = true;
    await this.#options.client.post("Debugger.pause");
  }

  #top(wish: string): Frame {
    const [top] = this.frames;
    if (top === undefined) throw new KernelError(`Nothing can ${wish}: the code is not stopped.`);
    return top;
  }

  async #onPaused(paused: Paused): Promise<void> {
    if (paused.reason === "instrumentation") {
      await this.#options.beforeScript(paused);
      return this.#proceed(paused);
    }
    const frames = userFrames(paused, this.#options.sources, ++this.#count * FRAME_IDS);
    const reason = await this.#reasonOf(paused, frames);
    // An interrupt may have come meanwhile.
    if (this.#options.client.paused !== paused) return;
    if (reason === undefined) return this.#proceed(paused);
    this.#stop = { paused, frames };
    this.#origin = undefined;
    this.#isPauseAsked = false;
    this.#options.publish("stopped", {
      reason,
      threadId: THREAD_ID,
      allThreadsStopped: true,
      ...(reason === "exception" ? { text: String(this.exceptionInfo()["description"]) } : {}),
    });
  }

  /** Undefined: the user is not to hear of this pause. */
  async #reasonOf(paused: Paused, frames: readonly Frame[]): Promise<string | undefined> {
    const [innermost] = paused.callFrames;
    if (THROWN.has(paused.reason)) return frames.length > 0 && (await this.#isWanted(paused)) ? "exception" : undefined;
    if (innermost === undefined || userPlace(innermost, this.#options.sources) === undefined) return undefined;
    if ((paused.hitBreakpoints?.length ?? 0) > 0) return "breakpoint";
    if (this.#origin !== undefined)
      return isWithinLine(this.#origin, frames[0]!, paused.callFrames.length) ? undefined : "step";
    return this.#isPauseAsked ? "pause" : "breakpoint";
  }

  async #isWanted(paused: Paused): Promise<boolean> {
    if (this.#filters.has("caught") && this.#filters.has("uncaught")) return true;
    const isUncaught = (paused.data as { uncaught?: boolean } | undefined)?.uncaught === true;
    return this.#filters.has("uncaught") === (isUncaught || !(await this.#isCaughtByUser(paused)));
  }

  /** Whether a function of the user's on the stack, or one that awaits it, catches. */
  async #isCaughtByUser({ callFrames, asyncStackTrace }: Paused): Promise<boolean> {
    const places = callFrames.map(({ url, location }) => ({ url, ...location }));
    for (let parent = asyncStackTrace; parent !== undefined; parent = parent.parent) places.push(...parent.callFrames);
    for (const { url, scriptId, lineNumber, columnNumber = 0 } of places) {
      const script = this.#options.sources.at(url);
      if (script === undefined) continue;
      if (await this.#catches(scriptId, { isCell: script.code !== undefined, lineNumber, columnNumber })) return true;
    }
    return false;
  }

  async #catches(
    scriptId: string,
    { isCell, lineNumber, columnNumber }: { isCell: boolean; lineNumber: number; columnNumber: number },
  ): Promise<boolean> {
    const { client, language } = this.#options;
    const { scriptSource } = await client.post<Debugger.GetScriptSourceReturnType>("Debugger.getScriptSource", {
      scriptId,
    });
    // The first line of a cell's script has the number -1.
    return language.catchesAt(scriptSource, lineNumber + (isCell ? 1 : 0), columnNumber);
  }

  /** Goes on from a pause that the user does not hear of, with what the user waits for. */
  async #proceed(paused: Paused): Promise<void> {
    const { client, sources } = this.#options;
    if (client.paused !== paused) return;
    const waitsFor = this.#origin?.step ?? (this.#isPauseAsked ? "Debugger.stepInto" : undefined);
    // Code that was made at run time, or of Node, may be long; the user is not taken through it.
    const isForeign = sources.at(paused.callFrames[0]?.url ?? "") === undefined;
    await client.post(waitsFor === undefined ? "Debugger.resume" : isForeign ? "Debugger.stepOut" : waitsFor);
  }

  #resume(): void {
    void this.#options.client.post("Debugger.resume").catch(() => {});
  }

  #onResumed(): void {
    if (this.#stop === undefined) return;
    this.#stop = undefined;
    this.#options.onResumed();
    this.#options.publish("continued", { threadId: THREAD_ID, allThreadsContinued: true });
  }
}

/**
 * Whether a step has only gone on within its line: the user steps by lines, and the inspector by statements, of which
 * converted code has more. A loop that comes back has made a step.
 */
function isWithinLine({ frame: before, depth }: StepOrigin, frame: Frame, depthNow: number): boolean {
  const { location: from, functionLocation: functionBefore } = before.callFrame;
  const { location: to, functionLocation } = frame.callFrame;
  const isSameFunction =
    depthNow === depth &&
    from.scriptId === to.scriptId &&
    functionLocation?.lineNumber === functionBefore?.lineNumber &&
    functionLocation?.columnNumber === functionBefore?.columnNumber;
  const isForward =
    to.lineNumber > from.lineNumber ||
    (to.lineNumber === from.lineNumber && (to.columnNumber ?? 0) > (from.columnNumber ?? 0));
  return isSameFunction && isForward && frame.place.line === before.place.line;
}
