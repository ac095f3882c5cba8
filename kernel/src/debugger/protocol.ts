/**
 * What Jupyter's front ends and the debugger say to each other.
 *
 * Source: the Debug Adapter Protocol 1.65; Jupyter's messaging specification 5.4, "Debug request".
 */
import { z } from "zod";
import { KernelError } from "../errors.js";
import type { JsonObject, RequestContent } from "../wire/index.js";

export type DebugRequest = RequestContent<"debug_request">;

export interface DebugResponse {
  readonly type: "response";
  readonly seq: number;
  readonly request_seq: number;
  readonly success: boolean;
  readonly command: string;
  /** Why it failed. */
  readonly message?: string;
  readonly body?: JsonObject;
}

/** The only thread that clients see: the kernel's main thread. */
export const THREAD_ID = 1;

const source = z.looseObject({ path: z.string() });
const breakpoint = z.looseObject({
  line: z.int(),
  condition: z.string().nullish(),
  hitCondition: z.string().nullish(),
  logMessage: z.string().nullish(),
});
const frame = z.int().nullish();

/** Arguments by command; commands that are not here have none that matter. */
export const argumentSchemas = {
  attach: z.looseObject({ justMyCode: z.boolean().nullish() }).default({}),
  breakpointLocations: z.looseObject({ source, line: z.int(), endLine: z.int().nullish() }),
  copyToGlobals: z.looseObject({
    srcVariableName: z.string(),
    dstVariableName: z.string(),
    srcFrameId: frame,
  }),
  dumpCell: z.looseObject({ code: z.string() }),
  evaluate: z.looseObject({ expression: z.string(), frameId: frame }),
  modules: z.looseObject({ startModule: z.int().min(0).nullish(), moduleCount: z.int().min(0).nullish() }).default({}),
  richInspectVariables: z.looseObject({ variableName: z.string(), frameId: frame }),
  scopes: z.looseObject({ frameId: z.int() }),
  setBreakpoints: z.looseObject({
    source,
    breakpoints: z.array(breakpoint).nullish(),
    /** Deprecated in favour of `breakpoints`. */
    lines: z.array(z.int()).nullish(),
  }),
  setExceptionBreakpoints: z.looseObject({ filters: z.array(z.string()).default([]) }),
  setFunctionBreakpoints: z.looseObject({ breakpoints: z.array(z.unknown()).default([]) }),
  setVariable: z.looseObject({ variablesReference: z.int(), name: z.string(), value: z.string() }),
  source: z.looseObject({ source: source.nullish() }),
  stackTrace: z.looseObject({ startFrame: z.int().min(0).nullish(), levels: z.int().min(0).nullish() }).default({}),
  variables: z.looseObject({
    variablesReference: z.int(),
    start: z.int().min(0).nullish(),
    count: z.int().min(0).nullish(),
  }),
} as const;

export type ArgumentsOf<Command extends keyof typeof argumentSchemas> = z.infer<(typeof argumentSchemas)[Command]>;
export type SourceBreakpoint = z.infer<typeof breakpoint>;

/** @throws KernelError for arguments that do not follow the protocol. */
export function parseArguments<Command extends keyof typeof argumentSchemas>(
  command: Command,
  given: unknown,
): ArgumentsOf<Command> {
  const parsed = argumentSchemas[command].safeParse(given ?? undefined);
  if (parsed.success) return parsed.data as ArgumentsOf<Command>;
  const [issue] = parsed.error.issues;
  throw new KernelError(
    `The arguments of ${command} do not follow the Debug Adapter Protocol at ${issue?.path.join(".")}: ${issue?.message}.`,
  );
}

/** What the debugger can do. */
export const CAPABILITIES: JsonObject = {
  supportsConfigurationDoneRequest: true,
  supportsConditionalBreakpoints: true,
  supportsHitConditionalBreakpoints: true,
  supportsLogPoints: true,
  supportsFunctionBreakpoints: false,
  supportsEvaluateForHovers: true,
  supportsSetVariable: true,
  supportsBreakpointLocationsRequest: true,
  supportsExceptionInfoRequest: true,
  supportsDelayedStackTraceLoading: true,
  supportsModulesRequest: true,
  supportsTerminateRequest: true,
  exceptionBreakpointFilters: [
    { filter: "caught", label: "Caught exceptions", default: false },
    { filter: "uncaught", label: "Uncaught exceptions", default: false },
  ],
};
