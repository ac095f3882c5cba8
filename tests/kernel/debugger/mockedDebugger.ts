/** A debugger on an inspector without a main thread, whose language has a statement on each line that is no comment. */
import { Debugger, type DebuggerOptions } from "../../../kernel/src/debugger/index.js";
import type { JsonObject } from "../../../kernel/src/wire/index.js";
import { MockInspector } from "./mockInspector.js";

/** Of a cell of three lines, each with a statement. */
export const MAP = JSON.stringify({ version: 3, sources: ["cell.ts"], names: [], mappings: "AAAA;AACA;AACA" });
export const CODE = "one();\ntwo();\nthree();";

/** Those that are to be closed after the test. */
const all: Debugger[] = [];

export function setUp() {
  const client = new MockInspector();
  const events: JsonObject[] = [];
  const attached: boolean[] = [];
  client.answers.set("Runtime.evaluate", () => ({ result: { objectId: "hooks" } }));
  client.answers.set("Runtime.callFunctionOn", () => ({ result: { type: "string", value: "[]" } }));
  const bound = keepBreakpoints(client);
  const language: DebuggerOptions["language"] = {
    expression: async (code) => ({ js: `() => [${code}]`, isAsync: false, runtime: [], keys: [] }),
    breakpointLines: async (code) => code.split("\n").flatMap((text, line) => (text.startsWith("//") ? [] : [line])),
    catchesAt: async () => false,
    convert: async () => ({ ok: false, diagnostics: [] }),
    settle: async () => {},
  };
  const opened = new Debugger({
    client,
    language,
    publish: (event) => events.push(event),
    onAttached: (isAttached) => attached.push(isAttached),
    isBusy: () => false,
  });
  all.push(opened);
  let seq = 0;
  const ask = (command: string, given?: unknown) =>
    opened.handle({ type: "request", seq: ++seq, command, arguments: given });
  const breakAt = async (lines: number[]) => {
    const dumped = await ask("dumpCell", { code: CODE });
    const { sourcePath: path } = dumped.body as { sourcePath: string };
    return ask("setBreakpoints", { source: { path }, breakpoints: lines.map((line) => ({ line })) });
  };
  return { client, events, attached, opened, ask, breakAt, bound, language };
}

/** Keeps breakpoints as V8 does, which has one at a place. @returns what is set, by id. */
function keepBreakpoints(
  client: MockInspector,
): ReadonlyMap<string, { url: string; line: number; condition?: string }> {
  const bound = new Map<string, { url: string; line: number; condition?: string }>();
  let last = 0;
  client.answers.set("Debugger.setBreakpointByUrl", (given) => {
    const { url, lineNumber: line, condition } = given as { url: string; lineNumber: number; condition?: string };
    if ([...bound.values()].some((each) => each.url === url && each.line === line))
      throw new Error("Breakpoint at specified location already exists.");
    const breakpointId = `b${++last}`;
    bound.set(breakpointId, { url, line, ...(condition === undefined ? {} : { condition }) });
    return { breakpointId, locations: [] };
  });
  client.answers.set("Debugger.removeBreakpoint", ({ breakpointId }) => {
    bound.delete(breakpointId as string);
    return {};
  });
  return bound;
}

/** Closes all that were set up. */
export function closeDebuggers(): void {
  for (const each of all.splice(0)) each.close();
}
