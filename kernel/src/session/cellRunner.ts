/** Runs converted cells on this thread. */
import vm from "node:vm";
import { type ConvertedCell, RUNTIME_PARAMETERS } from "../language/index.js";
import type { Scope } from "./scope.js";

/** What every cell's code can reach, by the names of `RUNTIME_PARAMETERS`. */
export type CellRuntime = Readonly<Record<(typeof RUNTIME_PARAMETERS)[number], unknown>>;

/** What a program needs to give each cell its boxes and its surroundings. */
export interface CellRunnerOptions {
  readonly scope: Scope;
  readonly runtime: CellRuntime;
}

/** A cell of which nothing has run yet. */
export type CellFunction = () => unknown;

/**
 * Compiles a cell.
 *
 * @param scriptName names the script in stacks and to the debugger.
 * @returns the cell: it runs when called, and returns or promises the value of its last expression.
 * @throws SyntaxError for what only the engine finds.
 */
export function compileCell(
  cell: ConvertedCell,
  scriptName: string,
  { scope, runtime }: CellRunnerOptions,
): CellFunction {
  const parameters = [...RUNTIME_PARAMETERS, ...cell.boxes.map(({ parameter }) => parameter)];
  const values = [...RUNTIME_PARAMETERS.map((name) => runtime[name]), ...cell.boxes.map(({ key }) => scope.box(key))];
  // A block of its own, so that a cell may declare what is a parameter here, as `require`.
  const [before, after] = cell.isAsync ? ["return (async () => {", "})();"] : ["{", "}"];
  const code = `"use strict"; ${before}\n${cell.body}\n${after}`;
  const compiled = vm.compileFunction(code, parameters, {
    filename: scriptName,
    // The first line is not the cell's.
    lineOffset: -1,
    importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  return () => compiled.apply(undefined, values);
}
