/** Stops what the main thread runs, from the wire thread, and keeps its state. */
import type { Runtime } from "node:inspector";
import { setTimeout as delay } from "node:timers/promises";
import { KernelError } from "../errors.js";
import { Attempt } from "./attempt.js";
import type { InspectorClient } from "./inspectorClient.js";
import { HOOK_NAMES, HOOKS_EXPRESSION, type HookName } from "./mainThread.js";
import type { RunState } from "./runState.js";

/**
 * - `idle`: nothing ran that could be stopped;
 * - `cooperated`: what ran ended by itself when it was asked;
 * - `terminated`: the JavaScript that ran was cut off, all of the stack, without `finally`. Microtasks that waited are lost
 *   with it, the kernel's own too: whatever is in progress in the main thread must be ended from outside;
 * - `pending`: cells run, but each of them only waits: they must be ended from outside, and nothing else was disturbed.
 */
export type Outcome = "idle" | "cooperated" | "terminated" | "pending";

export interface InterrupterOptions {
  readonly client: InspectorClient;
  readonly runState: RunState;
  /** Tells the main thread's event loop that an interrupt is asked for; called when cooperative work runs. */
  readonly cooperate: () => void;
  /** Whether a script, by its URL, is not the user's but Node's or the kernel's. Default: Node's, and what is beside this file. */
  readonly isInternal?: (url: string) => boolean;
  /** For how long, in ms, cooperative work may go on. Default 250. */
  readonly graceMs?: number;
  /** For how long, in ms, an event loop that turns is watched for code of a waiting cell. Default 250. */
  readonly watchMs?: number;
}

const KERNEL = new URL("../", import.meta.url).href;

function isInternal(url: string): boolean {
  return url.startsWith("node:") || url.startsWith(KERNEL);
}

/** How often, in ms, it is looked whether cooperative work has ended. */
const POLL_MS = 5;

export class Interrupter {
  readonly #options: Required<InterrupterOptions>;
  readonly #hooks: Readonly<Record<HookName, string>>;
  #current: Promise<Outcome> | undefined;

  private constructor(options: InterrupterOptions, hooks: Readonly<Record<HookName, string>>) {
    this.#options = { graceMs: 250, watchMs: 250, isInternal, ...options };
    this.#hooks = hooks;
  }

  /**
   * Resolves when the main thread has answered, so that must not wait for this with a blocked event loop.
   *
   * @throws KernelError when the main thread was not prepared (`prepareMainThread`).
   */
  static async start(options: InterrupterOptions): Promise<Interrupter> {
    // Kept by number from here on: code of the user may do with its global object what it likes.
    const ids = await Promise.all(HOOK_NAMES.map(async (name) => [name, await idOf(options.client, name)] as const));
    return new Interrupter(options, Object.fromEntries(ids) as Record<HookName, string>);
  }

  /**
   * Stops what runs. Resolves when it has stopped, which may be late: a native operation, as a long sort or a child process
   * that is waited for, cannot be stopped, only what follows it. An interrupt that is asked for meanwhile is the same one.
   */
  interrupt(): Promise<Outcome> {
    this.#current ??= this.#interrupt().finally(() => {
      this.#current = undefined;
    });
    return this.#current;
  }

  async #interrupt(): Promise<Outcome> {
    const { runState } = this.#options;
    try {
      if (await this.#cooperates()) return "cooperated";
      return await new Attempt(this.#options, this.#hooks).run();
    } finally {
      runState.calm();
    }
  }

  /** Whether what runs ended by itself. */
  async #cooperates(): Promise<boolean> {
    const { runState, cooperate, graceMs } = this.#options;
    if (runState.running === 0 || !runState.isCooperative) return false;
    runState.askToStop();
    cooperate();
    for (const start = performance.now(); performance.now() - start < graceMs; await delay(POLL_MS))
      if (runState.running === 0) return true;
    return runState.running === 0;
  }
}

async function idOf(client: InspectorClient, name: HookName): Promise<string> {
  const expression = `${HOOKS_EXPRESSION}?.${name}`;
  const { result } = await client.post<Runtime.EvaluateReturnType>("Runtime.evaluate", { expression });
  if (result.objectId === undefined)
    throw new KernelError("The main thread is not prepared for interrupts; call prepareMainThread before this.");
  return result.objectId;
}
