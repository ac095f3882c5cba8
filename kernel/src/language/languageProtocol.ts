/** The language service's calls across threads, and the thread that answers them. `LanguageClient` is who asks. */
import type { MessagePort } from "node:worker_threads";
import { KernelError } from "../errors.js";
import type { CellMemory } from "./cellMemory.js";
import type { Language } from "./language.js";
import type { LanguageOptions } from "./typeScriptLanguage.js";

/** Exit code of the thread when its heap is nearly full. */
export const HEAP_FULL = 71;

/** What the thread is started with. */
export interface LanguageThreadData {
  readonly options: LanguageOptions;
  /** Cells that the thread before it knew. */
  readonly cells: readonly CellMemory[];
}

export type Method = Exclude<keyof Language, "close">;

/** A call; its answer has the same number. */
export interface Call {
  readonly id: number;
  readonly method: Method;
  readonly parameters: readonly unknown[];
}

export type Answer =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  /** `isUsers`: a sentence for the user and no defect. */
  | { readonly id: number; readonly ok: false; readonly reason: string; readonly isUsers: boolean };

/** To a client, over its link to the thread that owns the service. */
export type LinkMessage =
  /** A port of a thread that serves. `reason`: why the one before ended; absent: there was none. */
  | { readonly kind: "serves"; readonly port: MessagePort; readonly reason?: string }
  /** Nothing serves for the present; the sentence is for the user. */
  | { readonly kind: "ended"; readonly reason: string };

/** Answers the calls that come on a port, one after the other. */
export function serveLanguage(language: Language, port: MessagePort): void {
  let last: Promise<void> = Promise.resolve();
  port.on("message", (call: Call) => {
    last = last.then(async () => port.postMessage(await answer(language, call)));
  });
}

async function answer(language: Language, { id, method, parameters }: Call): Promise<Answer> {
  try {
    const call = language[method] as (...parameters: readonly unknown[]) => Promise<unknown>;
    return { id, ok: true, value: await call.apply(language, [...parameters]) };
  } catch (error) {
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    const isUsers = error instanceof KernelError;
    return { id, ok: false, reason: isUsers ? error.message : reason, isUsers };
  }
}
