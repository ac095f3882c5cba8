/** Counts what a widget leaves behind. Only what lives outside the elements that it removes: those take their listeners along. */
import type { Leftovers } from "../pageApi.js";

const listeners = new Map<EventTarget, Map<string, number>>();
const frames = new Set<number>();
const timers = new Set<number>();
let observers = 0;

const keyOf = new WeakMap<object, number>();
let nextKey = 0;

function keyFor(type: string, listener: object): string {
  if (!keyOf.has(listener)) keyOf.set(listener, nextKey++);
  return `${type} ${keyOf.get(listener)}`;
}

/** Begins to count. */
export function track(): void {
  const { addEventListener, removeEventListener } = EventTarget.prototype;
  EventTarget.prototype.addEventListener = function (type, listener, options) {
    if (listener !== null) {
      const own = listeners.get(this) ?? new Map<string, number>();
      own.set(keyFor(type, listener), 1);
      listeners.set(this, own);
      const signal = typeof options === "object" ? options.signal : undefined;
      signal?.addEventListener("abort", () => own.delete(keyFor(type, listener)));
    }
    addEventListener.call(this, type, listener, options);
  };
  EventTarget.prototype.removeEventListener = function (type, listener, options) {
    if (listener !== null) listeners.get(this)?.delete(keyFor(type, listener));
    removeEventListener.call(this, type, listener, options);
  };
  trackFrames();
  trackTimers();
  trackObservers();
}

function trackFrames(): void {
  const request = globalThis.requestAnimationFrame.bind(globalThis);
  const cancel = globalThis.cancelAnimationFrame.bind(globalThis);
  globalThis.requestAnimationFrame = (callback) => {
    const id = request((time) => {
      frames.delete(id);
      callback(time);
    });
    frames.add(id);
    return id;
  };
  globalThis.cancelAnimationFrame = (id) => {
    frames.delete(id);
    cancel(id);
  };
}

function trackTimers(): void {
  const set = globalThis.setTimeout.bind(globalThis);
  const clear = globalThis.clearTimeout.bind(globalThis);
  const tracked = (callback: () => void, wait?: number): number => {
    const id = set(() => {
      timers.delete(id);
      callback();
    }, wait);
    timers.add(id);
    return id;
  };
  globalThis.setTimeout = tracked as typeof globalThis.setTimeout;
  globalThis.clearTimeout = (id) => {
    timers.delete(Number(id));
    clear(id);
  };
}

function trackObservers(): void {
  for (const prototype of [ResizeObserver.prototype, MutationObserver.prototype] as {
    observe(target: Element): void;
    disconnect(): void;
  }[]) {
    const { observe, disconnect } = prototype;
    const active = new WeakSet<object>();
    prototype.observe = function (this: object, ...args: [Element]) {
      if (!active.has(this)) observers++;
      active.add(this);
      observe.apply(this as never, args);
    };
    prototype.disconnect = function (this: object) {
      if (active.delete(this)) observers--;
      disconnect.call(this as never);
    };
  }
}

/** Listeners of the window, the document, media queries and whatever is still in the page count; the others are rubbish. */
export function leftovers(modelListeners: number): Leftovers {
  let count = 0;
  for (const [target, own] of listeners) {
    const isGone = target instanceof Node && target !== document && !document.contains(target);
    const isSignal = target instanceof AbortSignal;
    if (!isGone && !isSignal) count += own.size;
  }
  return { listeners: count, frames: frames.size, timers: timers.size, observers, modelListeners };
}
