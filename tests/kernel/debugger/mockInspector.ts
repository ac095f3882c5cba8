/** An inspector without a main thread: it notes what is asked of it, and says what the test wants. */
import type { InspectorClient, Interceptor, Paused } from "../../../kernel/src/interrupt/index.js";

type Listener = (params: unknown) => void;

export class MockInspector implements InspectorClient {
  readonly posted: { method: string; params: Record<string, unknown> }[] = [];
  /** Answers by method; default: an empty object. */
  readonly answers = new Map<string, (params: Record<string, unknown>) => object>();
  paused: Paused | undefined;
  users = 0;
  readonly #listeners = new Map<string, Set<Listener>>();

  async post<Result>(method: string, params: object = {}): Promise<Result> {
    this.posted.push({ method, params: params as Record<string, unknown> });
    if (method === "Debugger.resume") this.resume();
    return (this.answers.get(method)?.(params as Record<string, unknown>) ?? {}) as Result;
  }

  on(event: string, listener: Listener): () => void {
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners.add(listener));
    return () => void listeners.delete(listener);
  }

  async enableDebugger(): Promise<() => Promise<boolean>> {
    this.users++;
    return async () => --this.users > 0;
  }

  intercept(_interceptor: Interceptor): () => void {
    return () => {};
  }

  pause(paused: Partial<Paused>): void {
    this.paused = { callFrames: [], reason: "other", ...paused };
    this.emit("Debugger.paused", this.paused);
  }

  resume(): void {
    this.paused = undefined;
    this.emit("Debugger.resumed", {});
  }

  emit(event: string, params: object): void {
    for (const listener of this.#listeners.get(event) ?? []) listener(params);
  }

  /** Parameters of what was posted by this method. */
  of(method: string): Record<string, unknown>[] {
    return this.posted.filter((each) => each.method === method).map(({ params }) => params);
  }
}
