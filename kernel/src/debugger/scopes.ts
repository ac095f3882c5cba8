/** The variables that a frame sees, by the user's names. */
import { boxedName, IMPORT_PARAMETER, META_PARAMETER } from "../language/index.js";
import type { CallFrame, Frame } from "./callStack.js";
import type { Argument, MainThreadClient } from "./mainThreadClient.js";
import type { Variable } from "./variables.js";

export interface FrameScope {
  readonly name: "Locals" | "Closure" | "Module" | "Notebook";
  readonly list: () => Promise<readonly Variable[]>;
}

type Scope = CallFrame["scopeChain"][number];

interface NumberedScope {
  readonly scope: Scope;
  readonly index: number;
}

/** The session's names and values. */
export async function notebookVariables(main: MainThreadClient): Promise<readonly Variable[]> {
  const { objectId } = await main.call("values");
  const { result } = await main.properties(objectId!);
  return result.map(({ name, value }) => ({
    name,
    value,
    evaluateName: name,
    set: (given: Argument) => main.call("set", [{ value: name }, given]),
  }));
}

/**
 * - `Locals`: of the innermost function and its blocks; of a cell's own code the names of the session that the cell uses;
 * - `Closure`, `Module`: of what is around it, where there is something;
 * - `Notebook`: all names of the session.
 */
export function scopesOf(frame: Frame, main: MainThreadClient): readonly FrameScope[] {
  const { scopeChain } = frame.callFrame;
  const numbered = scopeChain.map((scope, index) => ({ scope, index }));
  const innermost = scopeChain.findIndex(({ type }) => type === "local" || type === "module") + 1;
  const own = numbered.slice(0, innermost);
  const outer = numbered.slice(innermost).filter((each) => !isCellScope(each, frame));
  const closure = outer.filter(({ scope: { type } }) => type !== "global" && type !== "script" && type !== "module");
  const module = outer.filter(({ scope }) => scope.type === "module");
  const variables = (scopes: readonly NumberedScope[]) => variablesOf(scopes, frame, main);
  return [
    { name: "Locals", list: () => (frame.isCell ? cellVariables(numbered, frame, main) : variables(own)) },
    ...(closure.length === 0 ? [] : [{ name: "Closure" as const, list: () => variables(closure) }]),
    ...(module.length === 0 ? [] : [{ name: "Module" as const, list: () => variables(module) }]),
    { name: "Notebook", list: () => notebookVariables(main) },
  ];
}

/** Whether a scope is what the kernel made around a cell: its boxes, and the cell's functions, which have boxes too. */
function isCellScope({ scope }: NumberedScope, { script }: Frame): boolean {
  return script.code !== undefined && scope.startLocation !== undefined && scope.startLocation.lineNumber < 0;
}

async function cellVariables(
  scopes: readonly NumberedScope[],
  frame: Frame,
  main: MainThreadClient,
): Promise<readonly Variable[]> {
  const isOfCell = (each: NumberedScope) => isCellScope(each, frame);
  const isBlock = (each: NumberedScope) =>
    !isOfCell(each) && (each.scope.type === "block" || each.scope.type === "catch");
  const names = await Promise.all(scopes.filter(isOfCell).map(({ scope }) => namesIn(scope, main)));
  const boxed = new Set(names.flat().map(boxedName));
  const session = (await notebookVariables(main)).filter(({ name }) => boxed.has(name));
  return merge([...(await variablesOf(scopes.filter(isBlock), frame, main)), ...session]);
}

async function namesIn({ object }: Scope, main: MainThreadClient): Promise<readonly string[]> {
  return (await main.properties(object.objectId!)).result.map(({ name }) => name);
}

async function variablesOf(
  scopes: readonly NumberedScope[],
  { callFrame }: Frame,
  main: MainThreadClient,
): Promise<readonly Variable[]> {
  const lists = scopes.map(async ({ scope, index }) => {
    const { result } = await main.properties(scope.object.objectId!);
    return result.map(({ name, value }): Variable => {
      const { callFrameId } = callFrame;
      const set = (newValue: Argument) =>
        main.setVariable({ scopeNumber: index, variableName: name, newValue, callFrameId });
      return { name, value, evaluateName: name, set };
    });
  });
  return merge((await Promise.all(lists)).flat());
}

/** Without the kernel's own names, and each name once: the inner one hides the outer. */
function merge(variables: readonly Variable[]): readonly Variable[] {
  const found = new Map<string, Variable>();
  for (const variable of variables)
    if (!isKernels(variable.name) && !found.has(variable.name)) found.set(variable.name, variable);
  return [...found.values()];
}

function isKernels(name: string): boolean {
  return boxedName(name) !== undefined || name === IMPORT_PARAMETER || name === META_PARAMETER;
}
