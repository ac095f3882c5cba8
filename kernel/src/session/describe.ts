/** Errors of cells as the notebook shows them. */
import { type Diagnostic, unboxMessage } from "../language/index.js";
import { formatDiagnostics, type Tracebacks } from "../traceback/index.js";
import type { ErrorContent } from "../wire/index.js";

/** What a cell threw, in the user's own names. */
export function describeError(error: unknown, tracebacks: Tracebacks): ErrorContent {
  const { ename, evalue, traceback } = tracebacks.format(error);
  return { ename, evalue: unboxMessage(evalue), traceback: traceback.map(unboxMessage) };
}

/**
 * Why a cell does not run.
 *
 * @param diagnostics at least one.
 * @param label of the cell.
 */
export function describeDiagnostics(diagnostics: readonly Diagnostic[], code: string, label: string): ErrorContent {
  const shown = diagnostics.map(({ line, column, ...rest }) => ({
    ...rest,
    category: "error" as const,
    line: line + 1,
    column: column + 1,
  }));
  const [first] = diagnostics;
  return {
    ename: first!.isSyntactic ? "SyntaxError" : "TypeScriptError",
    evalue: first!.message,
    traceback: formatDiagnostics(shown, code, label).split("\n"),
  };
}

/**
 * Type errors of a cell that runs all the same, as text. Never rejects: where the check itself fails, it says why.
 *
 * @returns undefined where there are none.
 */
export async function describeCheck(
  check: Promise<readonly Diagnostic[]>,
  code: string,
  label: string,
): Promise<string | undefined> {
  try {
    const diagnostics = await check;
    if (diagnostics.length === 0) return undefined;
    return describeDiagnostics(diagnostics, code, label).traceback.join("\n");
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
