/** A cell on its way from its request to its reply. */
// Not the global one: the user can replace that.
import { setImmediate } from "node:timers";
import type { ErrorContent, JsonObject, Message } from "../wire/index.js";
import type { CellContext } from "./cellContext.js";
import { Execution } from "./execution.js";

/** One request on its way through the executor. */
export interface Run {
  readonly request: Message;
  readonly code: string;
  readonly context: CellContext;
  readonly serial: number;
  readonly execution: Execution;
  readonly count: number;
  /** How the user knows the cell. */
  readonly label: string;
  /** What the front end is to do besides, in the protocol's terms. */
  readonly payload: JsonObject[];
  /** Ends it from outside with this error, wherever it is. */
  readonly end: (error: ErrorContent) => void;
  readonly ended: Promise<ErrorContent>;
  /** Tells what has a value of what it declares, once. */
  settle: () => void;
}

/** A run of which nothing has happened yet. */
export function newRun(cell: Omit<Run, "execution" | "payload" | "end" | "ended" | "settle">): Run {
  let end!: Run["end"];
  const ended = new Promise<ErrorContent>((resolve) => {
    end = resolve;
  });
  return { ...cell, execution: new Execution(), payload: [], end, ended, settle: () => {} };
}

/** Resolves when everything that can be done at once is done. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A cell was ended from outside before it ran. */
export class Ended {
  constructor(readonly error: unknown) {}
}

/** @returns the value, or what the cell ended with before it had one. */
export async function unlessEnded<Value>(execution: Execution, value: Promise<Value>): Promise<Value | Ended> {
  const ended = execution.outcome.then((outcome) => new Ended(outcome.ok ? undefined : outcome.error));
  return Promise.race([value, ended]);
}
