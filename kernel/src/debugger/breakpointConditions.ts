/** When breakpoints stop: their conditions, counts of hits and log messages as JavaScript. */
import { KernelError } from "../errors.js";
import type { ConvertedExpression, ExpressionPlace, Language } from "../language/index.js";
import { HOOKS } from "./mainThread.js";
import { callText } from "./mainThreadClient.js";
import type { SourceBreakpoint } from "./protocol.js";

const HIT_CONDITION = /^\s*(>=|<=|==|=|>|<|%)?\s*(\d+)\s*$/;

export class BreakpointConditions {
  readonly #language: Pick<Language, "expression">;

  constructor(language: Pick<Language, "expression">) {
    this.#language = language;
  }

  /** What is wrong with what was asked for, in a sentence; undefined: nothing. */
  async faultOf({ condition, hitCondition, logMessage }: SourceBreakpoint): Promise<string | undefined> {
    try {
      if (condition) expectSynchronous(await this.#language.expression(condition));
      if (logMessage) expectSynchronous(await this.#language.expression(templateOf(logMessage)));
      if (hitCondition) parseHitCondition(hitCondition);
      return undefined;
    } catch (error) {
      return (error as Error).message;
    }
  }

  /**
   * JavaScript that says whether to stop; empty: always.
   *
   * @param id under which hits are counted.
   * @throws KernelError for what `faultOf` tells, and for what is no expression at this place.
   */
  async convert(
    { condition, hitCondition, logMessage }: SourceBreakpoint,
    id: number,
    place: ExpressionPlace | "file",
  ): Promise<string> {
    const evaluated = async (code: string): Promise<string> =>
      callText(expectSynchronous(await this.#language.expression(code, place)));
    const parts: string[] = [];
    if (condition) parts.push(await evaluated(condition));
    if (hitCondition) {
      const [operator, count] = parseHitCondition(hitCondition);
      const hits = `${HOOKS}.hit(${JSON.stringify(String(id))})`;
      parts.push(operator === "%" ? `${hits} % ${count} === 0` : `${hits} ${operator} ${count}`);
    }
    if (logMessage) parts.push(`${HOOKS}.log(${await evaluated(templateOf(logMessage))})`);
    return parts.map((part) => `(${part})`).join(" && ");
  }
}

/** Whether one of several conditions holds; each is evaluated, for what it logs or counts. Empty: always. */
export function anyOf(conditions: readonly string[]): string {
  if (conditions.length === 1) return conditions[0]!;
  if (conditions.every((condition) => condition === "")) return "";
  return `[${conditions.map((condition) => condition || "true").join(", ")}].some(Boolean)`;
}

function expectSynchronous(expression: ConvertedExpression): ConvertedExpression {
  if (expression.isAsync)
    throw new KernelError("A breakpoint cannot await; its condition must have its value at once.");
  return expression;
}

function parseHitCondition(text: string): readonly [operator: string, count: number] {
  const parts = HIT_CONDITION.exec(text);
  if (parts === null || (parts[1] === "%" && Number(parts[2]) === 0))
    throw new KernelError(`${JSON.stringify(text)} does not say which hits count; write as 5, >= 5, or % 5.`);
  const [, operator = "==", count] = parts;
  return [operator === "=" || operator === "==" ? "===" : operator, Number(count)];
}

/** The template literal of a log message, in which braces hold expressions. */
function templateOf(message: string): string {
  const pieces = message.split(/\{([^{}]*)\}/);
  const texts = pieces.map((piece, i) => (i % 2 === 1 ? `\${${piece}}` : piece.replace(/[\\`$]/g, "\\$&")));
  return `\`${texts.join("")}\``;
}
