/**
 * A process that runs cells as a kernel does: a worker thread gets commands over a socket, hands cells to the main thread
 * through a port, and interrupts it. Arguments: the socket's path.
 */
import { AsyncLocalStorage, executionAsyncId } from "node:async_hooks";
import { createRequire } from "node:module";
import { MessageChannel, Worker } from "node:worker_threads";
import { prepareMainThread, RunState } from "../../../kernel/src/interrupt/index.js";
import type { CellThreadData, Command, Report } from "./cellThread.js";

const AsyncFunction = (async () => {}).constructor as new (...source: string[]) => (...args: unknown[]) => unknown;

/** How a cell ends that is ended from outside. */
class Interrupted extends Error {}

const owner = new AsyncLocalStorage<number>();
const memory = RunState.memory();
const runState = new RunState(memory);
/** Ends the cells that run, by serial. */
const running = new Map<number, () => void>();
/** The variables of the cells. */
const state: Record<string, unknown> = {};
const written = { begun: 0, done: 0 };
const tools = { written, runState, require: createRequire(import.meta.url), owner, executionAsyncId };

prepareMainThread({ isOwned: () => running.has(owner.getStore() ?? -1) });

const { port1: port, port2 } = new MessageChannel();
function report(message: Report): void {
  runState.critical(() => port.postMessage(message));
}

/** Writes as a kernel does to memory that both threads read: half of it must never be seen. */
function print(text: string): void {
  runState.critical(() => {
    written.begun++;
    for (let i = 0; i < 2000; i++) written.done += text.length - text.length;
    written.done++;
  });
}

function finish(serial: number, how: "value" | "error" | "interrupted", value?: unknown): void {
  if (!running.delete(serial)) return;
  runState.end(serial);
  report({ kind: "ended", serial, how, value });
}

function run({ serial, code }: Extract<Command, { kind: "run" }>): void {
  runState.begin(serial);
  running.set(serial, () => finish(serial, "interrupted"));
  report({ kind: "began", serial });
  const compiled = new AsyncFunction("state", "tools", "print", `${code}\n//# sourceURL=cell-${serial}`);
  // Not awaited: a termination takes the microtasks with it.
  const ended = owner.run(serial, () => compiled(state, tools, print)) as Promise<unknown>;
  ended.then(
    (value) => finish(serial, "value", value),
    (error) => finish(serial, error instanceof Interrupted ? "interrupted" : "error", String(error)),
  );
}

port.on("message", (command: Command) => {
  if (command.kind === "run") run(command);
  else if (command.kind === "interrupted") for (const end of running.values()) end();
});
process.on("uncaughtException", (error) => report({ kind: "uncaught", message: error.stack ?? String(error) }));
process.on("unhandledRejection", (error) => report({ kind: "uncaught", message: String(error) }));

const workerData: CellThreadData = { path: process.argv[2]!, port: port2, memory };
new Worker(new URL("./cellThread.js", import.meta.url), { workerData, transferList: [port2] });
