/**
 * The inspector of the main thread, as the wire thread sees it: one session that the interrupter and the debugger share.
 *
 * Source: the Chrome DevTools protocol of V8, domains Debugger and Runtime.
 */
import { type Debugger, type Runtime, Session } from "node:inspector";

export type Paused = Debugger.PausedEventDataType;

/** Sees a pause before all listeners. @returns whether the pause is its own: then nobody else hears of it. */
export type Interceptor = (paused: Paused) => boolean;

type Listener = (params: unknown) => void;

/** What the interrupter and the debugger need of the inspector; tests have one without a main thread. */
export interface InspectorClient {
  /** @throws Error as the inspector answers it, for a method that cannot be done now. */
  post<Result = unknown>(method: string, params?: object): Promise<Result>;
  /** Hears an event by its name, as `Debugger.scriptParsed`. @returns stops it. */
  on(event: string, listener: Listener): () => void;
  /**
   * Needs `Debugger.enable` from now on. Whoever needs it first has it enabled, and the last to release disables it.
   *
   * @returns releases; twice is harmless. True when somebody else needs it still.
   */
  enableDebugger(): Promise<() => Promise<boolean>>;
  /** Where the main thread stands still, if it does; each call frame has its script's URL. */
  readonly paused: Paused | undefined;
  /** Has pauses offered first, before those that came earlier. @returns stops it. */
  intercept(interceptor: Interceptor): () => void;
}

const ENDS_PAUSE = new Set(["disable", "resume", "stepInto", "stepOut", "stepOver"].map((name) => `Debugger.${name}`));

/** The real one. Use it in a worker thread; `close` before that thread ends. A pause that nobody listens to ends at once. */
export class SessionClient implements InspectorClient {
  readonly #session = new Session();
  readonly #listeners = new Map<string, Set<Listener>>();
  /** URLs of scripts by number. */
  readonly #urls = new Map<string, string>();
  readonly #interceptors = new Set<Interceptor>();
  #paused: Paused | undefined;
  /** Whether the listeners know of the present pause. */
  #isShown = false;
  #users = 0;

  /** Connects. @throws Error in the main thread. */
  constructor() {
    this.#session.connectToMainThread();
    this.#session.on("inspectorNotification", ({ method, params }: { method: string; params: object }) => {
      if (method === "Debugger.paused") this.#onPaused(this.#withUrls(params as Paused));
      else if (method === "Debugger.resumed") this.#onResumed(params);
      else this.#onOther(method, params);
    });
  }

  post<Result = unknown>(method: string, params: object = {}): Promise<Result> {
    // The event that tells it comes after the answer.
    if (ENDS_PAUSE.has(method)) this.#paused = undefined;
    return new Promise((resolve, reject) => {
      this.#session.post(method, params, (error: Error | null, result?: object) => {
        // The inspector's errors are plain objects.
        if (error === null) resolve(result as Result);
        else reject(new Error(`The inspector refused ${method}: ${error.message}.`));
      });
    });
  }

  on(event: string, listener: Listener): () => void {
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners.add(listener));
    return () => void listeners.delete(listener);
  }

  async enableDebugger(): Promise<() => Promise<boolean>> {
    this.#users++;
    if (this.#users === 1) await this.post("Debugger.enable");
    let released = false;
    return async () => {
      if (!released && --this.#users === 0) {
        this.#urls.clear();
        await this.post("Debugger.disable");
      }
      released = true;
      return this.#users > 0;
    };
  }

  get paused(): Paused | undefined {
    return this.#paused;
  }

  intercept(interceptor: Interceptor): () => void {
    this.#interceptors.add(interceptor);
    return () => void this.#interceptors.delete(interceptor);
  }

  /** Ends the session; the main thread goes on where it was paused. */
  close(): void {
    this.#session.disconnect();
  }

  #onOther(method: string, params: object): void {
    if (method === "Debugger.scriptParsed") {
      const { scriptId, url } = params as Debugger.ScriptParsedEventDataType;
      this.#urls.set(scriptId, url);
    }
    this.#emit(method, params);
  }

  /** V8 leaves the deprecated URLs of call frames empty. */
  #withUrls(paused: Paused): Paused {
    const callFrames = paused.callFrames.map((frame) => ({
      ...frame,
      url: this.#urls.get(frame.location.scriptId) ?? "",
    }));
    return { ...paused, callFrames };
  }

  #onPaused(paused: Paused): void {
    this.#paused = paused;
    const isTaken = [...this.#interceptors].reverse().some((interceptor) => interceptor(paused));
    this.#isShown = !isTaken && (this.#listeners.get("Debugger.paused")?.size ?? 0) > 0;
    if (this.#isShown) this.#emit("Debugger.paused", paused);
    // As at a `debugger` statement when no client is attached. It may have ended meanwhile, which is as well.
    else if (!isTaken) void this.post("Debugger.resume").catch(() => {});
  }

  #onResumed(params: object): void {
    if (this.#isShown) this.#emit("Debugger.resumed", params);
    this.#isShown = false;
  }

  #emit(event: string, params: object): void {
    for (const listener of this.#listeners.get(event) ?? []) listener(params);
  }
}

/** The script that calls functions for `callFunction`, named as Node's own. */
export const CALL_URL = "node:internal/espalier";
const CALL = `function () { return this(); }\n//# sourceURL=${CALL_URL}\n`;

/** Calls a function of the main thread that takes nothing, also while that thread is paused. @returns its value, as JSON. */
export async function callFunction<Value>(client: InspectorClient, objectId: string): Promise<Value> {
  const call = { objectId, functionDeclaration: CALL, silent: true, returnByValue: true };
  const { result, exceptionDetails } = await client.post<Runtime.CallFunctionOnReturnType>(
    "Runtime.callFunctionOn",
    call,
  );
  if (exceptionDetails !== undefined)
    throw new Error(`A function of the kernel failed in the main thread: ${exceptionDetails.exception?.description}`);
  return result.value as Value;
}
