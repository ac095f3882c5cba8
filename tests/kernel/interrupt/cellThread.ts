/** The other thread of the process that runs cells. Commands and reports are lines of JSON. */
import net from "node:net";
import { createInterface } from "node:readline";
import { type MessagePort, workerData } from "node:worker_threads";
import { Interrupter, type Outcome, RunState, SessionClient } from "../../../kernel/src/interrupt/index.js";

export interface CellThreadData {
  readonly path: string;
  readonly port: MessagePort;
  readonly memory: SharedArrayBuffer;
}

export type Command =
  | { readonly kind: "run"; readonly serial: number; readonly code: string }
  | { readonly kind: "interrupt" }
  /** Holds the debugger enabled from now on, as who sets breakpoints does. */
  | { readonly kind: "debug"; readonly on: boolean }
  | { readonly kind: "resume" }
  /** What the thread itself tells the main thread. */
  | { readonly kind: "interrupted" };

export type Report =
  | { readonly kind: "ready" }
  | { readonly kind: "began"; readonly serial: number }
  | {
      readonly kind: "ended";
      readonly serial: number;
      readonly how: "value" | "error" | "interrupted";
      readonly value?: unknown;
    }
  | { readonly kind: "interrupted"; readonly outcome: Outcome; readonly ms: number }
  | { readonly kind: "debugging" }
  | { readonly kind: "paused" | "resumed" }
  /** Cooperative work was asked to end. */
  | { readonly kind: "asked" }
  | { readonly kind: "uncaught"; readonly message: string };

const { path, port, memory } = workerData as CellThreadData;
// Before the rest: it keeps the thread alive, which the inspector does not.
const socket = net.connect(path);
const report = (message: Report) => socket.write(`${JSON.stringify(message)}\n`);
const runState = new RunState(memory);
const client = new SessionClient();
const interrupter = await Interrupter.start({
  client,
  runState,
  cooperate: () => report({ kind: "asked" }),
  // The program stands for the kernel's own code.
  isInternal: (url) => /^node:|\/cellProgram\.js$|\/kernel\/src\//.test(url),
});

client.on("Debugger.paused", () => report({ kind: "paused" }));
client.on("Debugger.resumed", () => report({ kind: "resumed" }));
port.on("message", report);
let release: (() => Promise<boolean>) | undefined;
report({ kind: "ready" });

for await (const line of createInterface({ input: socket })) void handle(JSON.parse(line) as Command);
process.exit();

async function handle(command: Command): Promise<void> {
  if (command.kind === "interrupt") {
    const start = performance.now();
    const outcome = await interrupter.interrupt();
    const ms = performance.now() - start;
    port.postMessage({ kind: "interrupted" });
    report({ kind: "interrupted", outcome, ms });
  } else if (command.kind === "debug") {
    if (command.on) release = await client.enableDebugger();
    else await release?.();
    report({ kind: "debugging" });
  } else if (command.kind === "resume") {
    await client.post("Debugger.resume");
  } else {
    port.postMessage(command);
  }
}
