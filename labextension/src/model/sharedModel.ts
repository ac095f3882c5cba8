/** The model of one output: shared by all its views, kept in step with the kernel where there is one. */
import { DataError, type FromFrontEnd, readTwoWayState, TWO_WAY_KEYS, type TwoWayState } from "../data/index.js";
import type { WidgetEvent, WidgetModel, WidgetState } from "../widget.js";

/** Sends to the kernel. */
export type Send = (message: FromFrontEnd) => void;

export class SharedModel implements WidgetModel {
  readonly #state: WidgetState;
  readonly #listeners = new Map<WidgetEvent, Set<(content?: unknown) => void>>();
  readonly #unsaved = new Set<keyof TwoWayState>();
  #send: Send | null = null;
  /** Whether the kernel has told its state: then the file's, which holds less, is passed over. */
  #isTold = false;

  /** @param data MIME data as they came. */
  constructor(data: unknown) {
    this.#state = { data, live: false, selected: null, budget: null, pinned: [], brushed: [], shares: null };
  }

  get<K extends keyof WidgetState>(key: K): WidgetState[K] {
    return this.#state[key];
  }

  set<K extends keyof WidgetState>(key: K, value: WidgetState[K]): void {
    if (isTwoWay(key)) this.#unsaved.add(key);
    this.#put(key, value);
  }

  save_changes(): void {
    if (this.#unsaved.size === 0) return;
    const state = Object.fromEntries([...this.#unsaved].map((key) => [key, this.#state[key]]));
    this.#unsaved.clear();
    this.#send?.({ type: "set", state });
  }

  send(content: unknown): void {
    this.#send?.(content as FromFrontEnd);
  }

  on(event: WidgetEvent, callback: (content?: unknown) => void): void {
    const callbacks = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, callbacks);
    callbacks.add(callback);
  }

  off(event: WidgetEvent, callback: (content?: unknown) => void): void {
    this.#listeners.get(event)?.delete(callback);
  }

  /** Callbacks that are still there, for tests of clean endings. */
  get listening(): number {
    return [...this.#listeners.values()].reduce((sum, callbacks) => sum + callbacks.size, 0);
  }

  /** The output has been drawn anew, with the file's data. */
  refresh(data: unknown): void {
    if (!this.#isTold) this.#put("data", data);
  }

  /** A kernel has been found. Whoever connects says `hello`. */
  connect(send: Send): void {
    this.#send = send;
  }

  /** The kernel is gone, or has closed the comm. What it told last stays. */
  disconnect(): void {
    this.#send = null;
    this.#isTold = false;
    this.#put("live", false);
  }

  /** A message of the kernel; one that is none is passed over. */
  receive(message: unknown): void {
    try {
      this.#take(message);
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      console.warn(`Espalier: a message of the kernel was passed over. ${error.message}`);
    }
  }

  #take(message: unknown): void {
    if (typeof message !== "object" || message === null) return;
    const { type, state, data } = message as { type?: unknown; state?: unknown; data?: unknown };
    if (type === "state") {
      const told = readTwoWayState(state);
      this.#isTold = true;
      for (const key of TWO_WAY_KEYS) this.#tell(told, key);
      this.#put("data", data);
      this.#put("live", true);
    } else if (type === "set") {
      const told = readTwoWayState(state);
      for (const key of TWO_WAY_KEYS) this.#tell(told, key);
    } else if (this.#isTold) this.#emit("msg:custom", message);
  }

  #tell<K extends keyof TwoWayState>(state: Partial<TwoWayState>, key: K): void {
    const value = state[key];
    if (value !== undefined) this.#put(key, value as WidgetState[K]);
  }

  #put<K extends keyof WidgetState>(key: K, value: WidgetState[K]): void {
    // Data are compared by identity: they may be long, and are always new.
    const isSame = key === "data" ? this.#state[key] === value : same(this.#state[key], value);
    if (isSame) return;
    this.#state[key] = value;
    this.#emit(`change:${key}`);
  }

  #emit(event: WidgetEvent, content?: unknown): void {
    for (const callback of [...(this.#listeners.get(event) ?? [])]) callback(content);
  }
}

function isTwoWay(key: keyof WidgetState): key is keyof TwoWayState {
  return (TWO_WAY_KEYS as readonly string[]).includes(key);
}

function same(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
