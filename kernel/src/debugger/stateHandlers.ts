/** Requests about the state of what runs: its variables, and what comes of expressions. */
import type { Frame } from "./callStack.js";
import type { Evaluator } from "./evaluator.js";
import type { MainThreadClient } from "./mainThreadClient.js";
import { parseArguments } from "./protocol.js";
import type { DebugHandlers } from "./runHandlers.js";
import { notebookVariables, scopesOf } from "./scopes.js";
import type { Stops } from "./stops.js";
import type { Variables } from "./variables.js";

export interface StateHandlersOptions {
  readonly stops: Stops;
  readonly variables: Variables;
  readonly evaluator: Evaluator;
  readonly main: MainThreadClient;
  /** Whether a cell runs. */
  readonly isBusy: () => boolean;
  /** Lets go of the values that clients were shown. */
  readonly forgetValues: () => void;
}

export function stateHandlers(options: StateHandlersOptions): DebugHandlers {
  const { stops, variables, evaluator, main, isBusy, forgetValues } = options;
  // Clients say 0 where they mean none.
  const frameOf = (id: number | null | undefined): Frame | undefined => (id ? stops.frame(id) : undefined);
  return {
    scopes: async (given) => {
      const frame = stops.frame(parseArguments("scopes", given).frameId);
      const scopes = scopesOf(frame, main).map(({ name, list }) => ({
        name,
        variablesReference: variables.add(list),
        expensive: false,
        ...(name === "Locals" ? { presentationHint: "locals" } : {}),
      }));
      return { scopes };
    },
    variables: async (given) => {
      const { variablesReference, start, count } = parseArguments("variables", given);
      return { variables: await variables.list(variablesReference, start ?? 0, count ?? 0) };
    },
    setVariable: async (given) => {
      const { variablesReference, name, value } = parseArguments("setVariable", given);
      const evaluated = await evaluator.evaluate(value, stops.frames[0]);
      const { result, ...rest } = await variables.set(variablesReference, name, evaluated);
      return { value: result, ...rest };
    },
    evaluate: async (given) => {
      const { expression, frameId } = parseArguments("evaluate", given);
      return variables.value(await evaluator.evaluate(expression, frameOf(frameId)), expression);
    },
    inspectVariables: async () => {
      if (!stops.isStopped) forgetValues();
      return { variables: (await notebookVariables(main)).map((each) => variables.describe(each)) };
    },
    richInspectVariables: (given) => {
      const { variableName, frameId } = parseArguments("richInspectVariables", given);
      const isIdle = !stops.isStopped && !isBusy();
      return evaluator.richInspect(variableName, frameOf(frameId), isIdle);
    },
    copyToGlobals: async (given) => {
      const { srcVariableName, dstVariableName, srcFrameId } = parseArguments("copyToGlobals", given);
      await evaluator.copy(srcVariableName, frameOf(srcFrameId), dstVariableName);
      return undefined;
    },
  };
}
