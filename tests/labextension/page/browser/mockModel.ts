/** A model without a kernel: what a widget sends is kept, what the kernel would say is told by the test. */
import type { WidgetEvent, WidgetModel, WidgetState } from "../../../../labextension/src/widget.js";
import type { MountOptions } from "../pageApi.js";

export class MockModel implements WidgetModel {
  readonly sent: unknown[] = [];
  saves = 0;
  #state: WidgetState;
  readonly #listeners = new Map<WidgetEvent, Set<(content?: unknown) => void>>();

  constructor(data: unknown, { live = false, state = {} }: MountOptions) {
    const empty = { selected: null, budget: null, pinned: [], brushed: [], shares: null };
    this.#state = { ...empty, ...state, data, live };
  }

  get<K extends keyof WidgetState>(key: K): WidgetState[K] {
    return this.#state[key];
  }

  set<K extends keyof WidgetState>(key: K, value: WidgetState[K]): void {
    this.#state = { ...this.#state, [key]: value };
    this.#emit(`change:${key}`);
  }

  save_changes(): void {
    this.saves++;
  }

  send(content: unknown): void {
    this.sent.push(structuredClone(content));
  }

  on(event: WidgetEvent, callback: (content?: unknown) => void): void {
    const own = this.#listeners.get(event) ?? new Set();
    own.add(callback);
    this.#listeners.set(event, own);
  }

  off(event: WidgetEvent, callback: (content?: unknown) => void): void {
    this.#listeners.get(event)?.delete(callback);
  }

  deliver(content: unknown): void {
    this.#emit("msg:custom", content);
  }

  get listeners(): number {
    return [...this.#listeners.values()].reduce((sum, { size }) => sum + size, 0);
  }

  #emit(event: WidgetEvent, content?: unknown): void {
    for (const callback of [...(this.#listeners.get(event) ?? [])]) callback(content);
  }
}
