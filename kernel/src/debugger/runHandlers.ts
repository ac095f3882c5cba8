/** Requests about the course of what runs: where it stands, and how it goes on. */
import type { JsonObject } from "../wire/index.js";
import { describeFrame } from "./callStack.js";
import { parseArguments } from "./protocol.js";
import type { Stops } from "./stops.js";

/** By command: what the body of the response is, from the arguments as they came. */
export type DebugHandlers = Readonly<Record<string, (given: unknown) => Promise<JsonObject | undefined>>>;

export function runHandlers(stops: Stops): DebugHandlers {
  const step = (method: "Debugger.stepOver" | "Debugger.stepInto" | "Debugger.stepOut") => async () => {
    await stops.goOn(method);
    return undefined;
  };
  return {
    exceptionInfo: async () => stops.exceptionInfo(),
    stackTrace: async (given) => {
      const { startFrame, levels } = parseArguments("stackTrace", given);
      const { frames } = stops;
      const start = startFrame ?? 0;
      const shown = frames.slice(start, levels ? start + levels : undefined);
      return { stackFrames: shown.map(describeFrame), totalFrames: frames.length };
    },
    continue: async () => {
      await stops.goOn();
      return { allThreadsContinued: true };
    },
    next: step("Debugger.stepOver"),
    stepIn: step("Debugger.stepInto"),
    stepOut: step("Debugger.stepOut"),
  };
}
