/** Breakpoints by the user's lines, in every script that comes of them, before it runs. */
import type { Debugger } from "node:inspector";
import { KernelError } from "../errors.js";
import type { InspectorClient } from "../interrupt/index.js";
import type { ConvertedExpression, Language } from "../language/index.js";
import type { JsonObject } from "../wire/index.js";
import { HOOKS } from "./mainThread.js";
import { callText } from "./mainThreadClient.js";
import type { SourceBreakpoint } from "./protocol.js";
import type { Position } from "./sourceMap.js";
import { originalOf, type Script, type Sources } from "./sources.js";

export interface BreakpointsOptions {
  readonly client: InspectorClient;
  readonly sources: Sources;
  readonly language: Pick<Language, "expression" | "breakpointLines">;
  /** Told of a breakpoint that turned out to be elsewhere than was answered. */
  readonly onChanged: (breakpoint: JsonObject) => void;
}

interface Breakpoint {
  readonly id: number;
  readonly wanted: SourceBreakpoint;
  /** From 0. */
  line: number;
  verified: boolean;
  message: string | undefined;
  /** Of the inspector. */
  readonly bound: string[];
}

/** Lines below the one that was asked for in which a statement is sought. */
const LINES_BELOW = 50;

const HIT_CONDITION = /^\s*(>=|<=|==|=|>|<|%)?\s*(\d+)\s*$/;

export class Breakpoints {
  readonly #options: BreakpointsOptions;
  readonly #bySource = new Map<string, readonly Breakpoint[]>();
  #lastId = 0;

  constructor(options: BreakpointsOptions) {
    this.#options = options;
  }

  /** Whether files have breakpoints, whose scripts nobody announces. */
  get areInFiles(): boolean {
    return [...this.#bySource.keys()].some((file) => this.#options.sources.isFile(file));
  }

  /** By source, for `debugInfo`. */
  describe(): readonly JsonObject[] {
    return [...this.#bySource]
      .filter(([, breakpoints]) => breakpoints.length > 0)
      .map(([source, breakpoints]) => ({ source, breakpoints: breakpoints.map((each) => describe(each, source)) }));
  }

  /**
   * Replaces the breakpoints of a source.
   *
   * @param code of a cell; undefined for a file.
   */
  async set(
    source: string,
    code: string | undefined,
    wanted: readonly SourceBreakpoint[],
  ): Promise<readonly JsonObject[]> {
    const previous = this.#bySource.get(source) ?? [];
    this.#bySource.delete(source);
    await this.#unbind(previous);
    const lines = code === undefined ? undefined : await this.#options.language.breakpointLines(code);
    const breakpoints = await Promise.all(wanted.map((each) => this.#make(each, lines)));
    this.#bySource.set(source, breakpoints);
    for (const script of this.#options.sources.of(source)) await this.bind(script);
    return breakpoints.map((breakpoint) => describe(breakpoint, source));
  }

  /** Binds the breakpoints of a script's source; the script may have been parsed, or be about to. Never rejects. */
  async bind(script: Script): Promise<void> {
    for (const breakpoint of this.#bySource.get(script.path) ?? []) {
      if (!breakpoint.verified && script.code !== undefined) continue;
      const before = `${breakpoint.verified} ${breakpoint.line} ${breakpoint.message}`;
      try {
        await this.#bind(breakpoint, script);
      } catch (error) {
        breakpoint.verified = false;
        breakpoint.message = (error as Error).message;
      }
      if (before !== `${breakpoint.verified} ${breakpoint.line} ${breakpoint.message}`)
        this.#options.onChanged(describe(breakpoint, script.path));
    }
  }

  /** Takes all away. */
  async clear(): Promise<void> {
    const all = [...this.#bySource.values()].flat();
    this.#bySource.clear();
    await this.#unbind(all);
  }

  async #unbind(breakpoints: readonly Breakpoint[]): Promise<void> {
    const { client } = this.#options;
    const ids = breakpoints.flatMap(({ bound }) => bound);
    await Promise.all(ids.map((breakpointId) => client.post("Debugger.removeBreakpoint", { breakpointId })));
  }

  /** @param lines that are possible; undefined: nobody knows yet. */
  async #make(wanted: SourceBreakpoint, lines: readonly number[] | undefined): Promise<Breakpoint> {
    const id = ++this.#lastId;
    const line = lines?.find((possible) => possible >= wanted.line - 1);
    const fault =
      lines !== undefined && line === undefined
        ? "There is no statement at this line or below it."
        : await this.#faultOf(wanted);
    return {
      id,
      wanted,
      line: line ?? wanted.line - 1,
      verified: lines !== undefined && fault === undefined,
      message: fault ?? (lines === undefined ? "The file has not been loaded yet." : undefined),
      bound: [],
    };
  }

  /** What is wrong with the condition, in a sentence. */
  async #faultOf({ condition, hitCondition, logMessage }: SourceBreakpoint): Promise<string | undefined> {
    try {
      if (condition) expectSynchronous(await this.#options.language.expression(condition));
      if (logMessage) expectSynchronous(await this.#options.language.expression(templateOf(logMessage)));
      if (hitCondition) parseHitCondition(hitCondition);
      return undefined;
    } catch (error) {
      return (error as Error).message;
    }
  }

  async #bind(breakpoint: Breakpoint, script: Script): Promise<void> {
    const { client } = this.#options;
    const place = generatedPlace(script, breakpoint.line);
    if (place === undefined) throw new KernelError("There is no statement at this line or below it.");
    const condition = await this.#condition(breakpoint, script);
    const { breakpointId, locations } = await client.post<Debugger.SetBreakpointByUrlReturnType>(
      "Debugger.setBreakpointByUrl",
      {
        url: script.url,
        lineNumber: place.line,
        columnNumber: place.column,
        ...(condition === "" ? {} : { condition }),
      },
    );
    breakpoint.bound.push(breakpointId);
    breakpoint.verified = true;
    breakpoint.message = undefined;
    const [location] = locations;
    const original = location && originalOf(script, { line: location.lineNumber, column: location.columnNumber ?? 0 });
    if (original !== undefined) breakpoint.line = original.line;
  }

  /** JavaScript that says whether to stop; empty: always. */
  async #condition({ id, line, wanted }: Breakpoint, script: Script): Promise<string> {
    const { condition, hitCondition, logMessage } = wanted;
    const place = script.code === undefined ? ("file" as const) : { code: script.code, line };
    const evaluated = async (code: string): Promise<string> =>
      callText(expectSynchronous(await this.#options.language.expression(code, place)));
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

function describe({ id, line, verified, message }: Breakpoint, path: string): JsonObject {
  return { id, verified, line: line + 1, source: { path }, ...(message === undefined ? {} : { message }) };
}

/** Where a script has the line, or else the next one that it has. */
function generatedPlace({ map }: Script, line: number): Position | undefined {
  if (map === undefined) return { line, column: 0 };
  for (let at = line; at < line + LINES_BELOW; at++) {
    const place = map.generated(at);
    if (place !== undefined) return place;
  }
  return undefined;
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
