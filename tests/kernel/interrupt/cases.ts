/** Cells that do not end, each in another way, and the one that finds out whether the main thread is well afterwards. */
import type { Outcome } from "../../../kernel/src/interrupt/index.js";

export interface Case {
  readonly title: string;
  readonly code: string;
  /** Default `terminated`. */
  readonly outcome?: Outcome;
  /** What `state.ran` is afterwards: what is beside the loop runs all the same. Default: nothing is looked at. */
  readonly ran?: readonly number[];
}

const SPIN = "for (;;) {}";

/** Schedules what no cell owns: an interrupt leaves it alone. */
function beside(schedule: string): string {
  return `state.ran = []; const other = (n) => tools.owner.exit(() => ${schedule}(() => state.ran.push(n), 1));`;
}

export const CASES: readonly Case[] = [
  { title: "a loop", code: SPIN },
  { title: "a loop that catches everything", code: "for (;;) { try { JSON.parse('{') } catch {} }" },
  { title: "a loop in finally", code: `try { throw 1 } finally { ${SPIN} }` },
  { title: "a finally that would go on", code: "for (;;) { try { for (;;) {} } finally { continue } }" },
  { title: "a loop after an await", code: `await null; ${SPIN}` },
  { title: "a loop after a timer", code: `await new Promise((f) => setTimeout(f, 2)); ${SPIN}` },
  { title: "a storm of microtasks", code: "for (;;) await null;" },
  {
    title: "a storm of ticks",
    code: "await new Promise(() => { const again = () => process.nextTick(again); again(); });",
  },
  { title: "a chain of promises", code: "const again = () => Promise.resolve().then(again); await again();" },
  { title: "a loop in a timer", code: `await new Promise(() => setTimeout(() => { ${SPIN} }, 1));` },
  { title: "a loop in an interval", code: `await new Promise(() => setInterval(() => { ${SPIN} }, 1));` },
  { title: "a loop in an immediate", code: `await new Promise(() => setImmediate(() => { ${SPIN} }));` },
  {
    title: "a loop in the first of two immediates",
    code: `${beside("setImmediate")} setImmediate(() => { ${SPIN} }); other(2); await new Promise(() => {});`,
    ran: [2],
  },
  {
    title: "a loop in the second of three immediates",
    code: `${beside("setImmediate")} other(1); setImmediate(() => { ${SPIN} }); other(3); await new Promise(() => {});`,
    ran: [1, 3],
  },
  {
    title: "a loop in the last of two immediates",
    code: `${beside("setImmediate")} other(1); setImmediate((x) => { ${SPIN} }, 1); await new Promise(() => {});`,
    ran: [1],
  },
  {
    title: "a loop in the second of three timers",
    code: `${beside("setTimeout")} other(1); setTimeout(() => { ${SPIN} }, 1); other(3); await new Promise(() => {});`,
    ran: [1, 3],
  },
  {
    title: "a loop in the second of three ticks",
    code: `${beside("process.nextTick")} other(1); process.nextTick(() => { ${SPIN} }); other(3);
      await new Promise(() => {});`,
    ran: [1, 3],
  },
  {
    title: "immediates without end",
    code: "await new Promise(() => { const again = () => setImmediate(again); again(); });",
  },
  { title: "a loop in a tick", code: `await new Promise(() => process.nextTick(() => { ${SPIN} }));` },
  {
    title: "a loop in a callback of the file system",
    code: `await new Promise(() => tools.require("node:fs").readFile("/dev/null", () => { ${SPIN} }));`,
  },
  {
    title: "a loop in a callback of a socket",
    code: `const net = tools.require("node:net");
      const server = net.createServer((s) => { s.write("x"); server.close(); }).listen(0, "127.0.0.1", () => {
        net.connect(server.address().port, "127.0.0.1").on("data", () => { ${SPIN} });
      });
      await new Promise(() => {});`,
  },
  {
    title: "a loop in a listener",
    code: `const { EventEmitter } = tools.require("node:events"); const e = new EventEmitter();
      e.on("x", () => { ${SPIN} }); e.emit("x");`,
  },
  {
    title: "a loop in a message of a port",
    code: `const { port1, port2 } = new MessageChannel(); port1.onmessage = () => { ${SPIN} };
      port2.postMessage(1); await new Promise(() => {});`,
  },
  { title: "a loop in a queued microtask", code: `queueMicrotask(() => { ${SPIN} }); await new Promise(() => {});` },
  {
    title: "a loop in an async resource",
    code: `const { AsyncResource } = tools.require("node:async_hooks");
      new AsyncResource("X").runInAsyncScope(() => { ${SPIN} });`,
  },
  { title: "a loop in a store", code: `tools.owner.run(tools.owner.getStore(), () => { ${SPIN} });` },
  { title: "Atomics.wait", code: "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);" },
  { title: "a regular expression", code: `/^(a+)+$/.test("a".repeat(40) + "b");` },
  { title: "a replacement", code: `("a".repeat(40) + "b").replace(/(a*)*c/, "");` },
  { title: "a generator", code: "function* g() { for (;;) yield 1; } for (const x of g()) state.last = x;" },
  {
    title: "an async generator",
    code: "async function* g() { for (;;) yield 1; } for await (const x of g()) state.last = x;",
  },
  { title: "a getter", code: `const o = { get x() { ${SPIN} } }; return o.x;` },
  { title: "a proxy", code: `return new Proxy({}, { get() { ${SPIN} } }).x;` },
  { title: "a comparison in a sort", code: `[3, 2, 1].sort(() => { ${SPIN} });` },
  { title: "toJSON", code: `JSON.stringify({ toJSON() { ${SPIN} } });` },
  { title: "a promise's executor", code: `await new Promise(() => { ${SPIN} });` },
  { title: "a thenable", code: `await { then() { ${SPIN} } };` },
  { title: "recursion that catches its overflow", code: "for (;;) { try { (function f() { f(); })(); } catch {} }" },
  { title: "a script of vm", code: `tools.require("node:vm").runInThisContext("for (;;) {}");` },
  { title: "a script in another context", code: `tools.require("node:vm").runInNewContext("for (;;) {}");` },
  { title: "eval", code: `(0, eval)("for (;;) {}");` },
  {
    title: "WebAssembly",
    code: `const bytes = [0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 7, 5, 1, 1, 102, 0, 0,
        10, 9, 1, 7, 0, 3, 64, 12, 0, 11, 11];
      new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array(bytes))).exports.f();`,
  },
  { title: "printing without end", code: 'for (;;) print("x");' },
  { title: "reading files without end", code: 'for (;;) tools.require("node:fs").readFileSync("/dev/null");' },
  {
    title: "short processes without end",
    code: 'for (;;) tools.require("node:child_process").spawnSync("true");',
  },
  { title: "a listener of exit", code: `process.on("exit", () => { ${SPIN} }); process.emit("exit"); ` },
  { title: "a debugger statement", code: "for (;;) { debugger; }" },
  { title: "variables that hide the globals", code: `const Symbol = 1, globalThis = 2, Atomics = 3; ${SPIN}` },
  { title: "sleeping again and again", code: "for (;;) await new Promise((f) => setTimeout(f, 5));" },
  { title: "an await that nothing ends", code: "await new Promise(() => {});", outcome: "pending" },
  { title: "a long timer", code: "await new Promise((f) => setTimeout(f, 1e6));", outcome: "pending" },
];

/** Everything that a termination might have broken; its value is "healthy". */
export const HEALTH = `
  const { AsyncLocalStorage, executionAsyncId } = tools.require("node:async_hooks");
  const fs = tools.require("node:fs");
  const { setTimeout: delay, setImmediate: turn } = tools.require("node:timers/promises");
  if (tools.written.begun !== tools.written.done) return "a critical section was cut off";
  if (tools.runState.inCritical) return "the critical depth is left up";
  if (tools.owner.getStore() === undefined) return "the store of the cell is lost";
  await Promise.all([delay(1), turn(), new Promise((f) => process.nextTick(f)), fs.promises.readFile("/dev/null")]);
  await new Promise((f) => { let n = 0; const id = setInterval(() => { if (++n === 3) { clearInterval(id); f(); } }, 1); });
  const store = new AsyncLocalStorage();
  const seen = await store.run(7, async () => { await delay(1); await null; return store.getStore(); });
  if (seen !== 7) return "AsyncLocalStorage lost its store";
  const outside = await new Promise((f) => tools.owner.exit(() => setTimeout(() => f(tools.owner.getStore()), 1)));
  if (outside !== undefined) return "a store is left over";
  const id = await new Promise((f) => setTimeout(() => f(executionAsyncId()), 1));
  if (!(id > 1)) return "the stack of async ids is wrong: " + id;
  await turn();
  let following = 0;
  setImmediate(() => following++);
  await turn();
  if (following !== 1) return "immediates are lost";
  return "healthy";
`;
