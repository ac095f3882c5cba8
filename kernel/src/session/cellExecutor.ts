/**
 * Runs the cells of a session: conversion, the run itself, its result and its errors.
 *
 * Source: Jupyter's messaging specification 5.4, "Execute" and "User Expressions".
 */
import type { CellScript } from "../debugger/index.js";
import type { HandlerResult, Request } from "../dispatch/index.js";
import { type DisplayBundle, DisplayHandle } from "../display/index.js";
import type { RunState } from "../interrupt/index.js";
import type { ConvertedCell, Diagnostic, Language, TypeErrors } from "../language/index.js";
import type { ErrorContent, JsonObject, KernelContents, Message } from "../wire/index.js";
import { CellContext, type CellContexts } from "./cellContext.js";
import { Ended, newRun, nextTurn, type Run, unlessEnded } from "./cellRun.js";
import { type CellFunction, type CellRuntime, compileCell } from "./cellRunner.js";
import type { CellScripts } from "./cellScripts.js";
import { describeCheck, describeDiagnostics } from "./describe.js";
import { Execution, Interrupted, type Outcome } from "./execution.js";
import type { Scope } from "./scope.js";

/** Publishes on iopub, with the request as parent. */
export type Publish = <Type extends "execute_input" | "execute_result" | "error" | "stream">(
  request: Message,
  type: Type,
  content: KernelContents[Type],
) => void;

export interface CellExecutorOptions {
  readonly language: Language;
  readonly scope: Scope;
  readonly runtime: CellRuntime;
  readonly contexts: CellContexts;
  readonly scripts: CellScripts;
  /** Tells a debugger of a cell that is about to run. The cell waits for what it gives; undefined: there is none. */
  readonly announce: (script: CellScript) => Promise<unknown> | undefined;
  readonly publish: Publish;
  /** What child processes print belongs to this request when it returns. */
  readonly adopt: (request: Message) => void;
  /** Whether a cell runs, for who may interrupt it. */
  readonly runState: Pick<RunState, "begin" | "end">;
  readonly toMimeBundle: (value: unknown) => DisplayBundle | Promise<DisplayBundle>;
  /** What a thrown value says in the notebook. */
  readonly describe: (error: unknown) => ErrorContent;
  /** A cell that is stored, with its number. */
  readonly remember: (line: number, code: string) => void;
  /** A value that a cell gave as its result. */
  readonly rememberOutput: (line: number, text: string) => void;
  readonly typeErrors: () => TypeErrors;
  /** Resolves when everything that a cell started showing is shown. */
  readonly settled: () => Promise<void>;
}

type UserExpressions = Extract<KernelContents["execute_reply"], { status: "ok" }>["user_expressions"];

/** So many turns of the event loop a cell that was stopped takes at most to end by itself. */
const ENDING_TURNS = 10;

export class CellExecutor {
  readonly #options: CellExecutorOptions;
  readonly #running = new Set<Run>();
  /** Errors that came beside a cell's own course, as from a timer. */
  readonly #stray = new Map<Message, ErrorContent>();
  #count = 0;
  #serial = 0;

  constructor(options: CellExecutorOptions) {
    this.#options = options;
  }

  /** A number for a cell that does not come from a request. */
  reserveCell(): number {
    return ++this.#serial;
  }

  /** What runs was stopped: every cell on its way ends with an error, whatever it is doing. */
  interrupt(reason: Error = new Interrupted()): void {
    const stopped = [...this.#running];
    for (const { execution } of stopped) execution.interrupt(reason);
    void this.#endCutOff(stopped, reason);
  }

  /**
   * Whatever was to happen in the turn that was cut off, happens no more: the representation of a result, and promises' reactions. So a
   * cell that has not ended some turns later does not end by itself.
   */
  async #endCutOff(stopped: readonly Run[], reason: Error): Promise<void> {
    for (let turn = 0; turn < ENDING_TURNS; turn++) await nextTurn();
    for (const run of stopped) {
      if (!this.#running.has(run)) continue;
      run.settle();
      run.end(this.#fail(run, this.#options.describe(reason)));
    }
  }

  /** Whether a context is that of a cell on its way. */
  owns(context: CellContext | undefined): boolean {
    for (const run of this.#running) if (run.context === context) return true;
    return false;
  }

  /** Adds to the reply of a cell on its way what the front end is to do, as `{ source: "page", … }`; else it is passed over. */
  addPayload(context: CellContext | undefined, payload: JsonObject): void {
    for (const run of this.#running) if (run.context === context) run.payload.push(payload);
  }

  /** An error of code that no cell awaits: it is shown in the cell that started it, and fails it if it still runs. */
  stray(error: unknown): void {
    const context = this.#options.contexts.current;
    if (context === undefined) return;
    const content = this.#options.describe(error);
    if (!context.silent) this.#options.publish(context.request, "error", content);
    if (this.owns(context) && !this.#stray.has(context.request)) this.#stray.set(context.request, content);
  }

  async execute({ message, content }: Request<"execute_request">): Promise<HandlerResult<"execute_request">> {
    const { code, silent, allow_stdin, store_history = true } = content;
    const isStored = store_history && !silent;
    const count = this.#count + 1;
    if (isStored) this.#count = count;
    if (!silent) this.#options.publish(message, "execute_input", { code, execution_count: count });
    if (isStored) this.#options.remember(count, code);
    const context = new CellContext(message, allow_stdin, silent);
    const serial = ++this.#serial;
    // A cell without a number of its own must not be taken for the one that gets it.
    const label = isStored ? `Cell In[${count}]` : `Cell (not stored, ${serial})`;
    const run = newRun({ request: message, code, context, count, label, serial });
    this.#running.add(run);
    this.#options.runState.begin(serial);
    try {
      const failed = (failure: ErrorContent): HandlerResult<"execute_request"> => ({
        content: { status: "error", execution_count: count, ...failure },
      });
      const carriedOut = async (): Promise<HandlerResult<"execute_request">> => {
        const failure = code.trim() === "" ? undefined : await this.#run(run);
        if (failure !== undefined) return failed(failure);
        const user_expressions = await this.#userExpressions(run, content.user_expressions);
        return { content: { status: "ok", execution_count: count, user_expressions, payload: run.payload } };
      };
      return await Promise.race([carriedOut(), run.ended.then(failed)]);
    } finally {
      this.#options.runState.end(serial);
      this.#running.delete(run);
      this.#stray.delete(message);
    }
  }

  /** Runs the cell and publishes its result. @returns what went wrong; it is published too. */
  async #run(run: Run): Promise<ErrorContent | undefined> {
    const { language, typeErrors, describe } = this.#options;
    const setting = typeErrors();
    const { serial, code, execution } = run;
    const converted = await unlessEnded(execution, language.convert({ cell: serial, code, typeErrors: setting }));
    if (converted instanceof Ended) return this.#fail(run, describe(converted.error));
    if (!converted.ok) return this.#refuse(run, converted.diagnostics);
    const shown = setting === "show" ? describeCheck(language.check(serial), code, run.label) : undefined;
    const { scope } = this.#options;
    for (const { key, imported } of converted.declares) scope.expect(key, imported);
    run.settle = () => {
      run.settle = () => {};
      const unset = converted.declares.filter(({ key }) => !scope.settle(key)).map(({ name }) => name);
      void language.settle(serial, unset).catch(() => {});
    };
    const outcome = await this.#evaluate(run, converted);
    run.settle();
    // Node tells of a rejected promise that nobody awaits after everything that was to be done at once.
    await nextTurn();
    await this.#options.settled();
    this.#show(run, await shown);
    const stray = this.#stray.get(run.request);
    if (!outcome.ok) return this.#fail(run, describe(outcome.error));
    if (stray !== undefined) return stray;
    return this.#publishResult(run, outcome.value);
  }

  /** Runs converted code; its value is what the cell's function gives. */
  async #evaluate({ code, label, context, execution }: Run, cell: ConvertedCell): Promise<Outcome> {
    const { scope, runtime, contexts, scripts, announce, adopt } = this.#options;
    const script: CellScript = { code, label, sourceMap: cell.sourceMap };
    scripts.add(script);
    const announced = announce(script);
    const ended = announced && (await unlessEnded(execution, announced));
    if (ended instanceof Ended) return { ok: false, error: ended.error };
    let run: CellFunction;
    try {
      // In an async function nothing of the kernel catches what the cell throws before the inspector has looked who does.
      const isAsync = cell.isAsync || announced !== undefined;
      run = compileCell({ ...cell, isAsync }, label, { scope, runtime });
    } catch (error) {
      return { ok: false, error };
    }
    adopt(context.request);
    execution.start(() => contexts.run(context, run));
    return execution.outcome;
  }

  async #publishResult(run: Run, result: unknown): Promise<ErrorContent | undefined> {
    const { publish, toMimeBundle, rememberOutput, describe } = this.#options;
    const [value] = (result ?? []) as readonly unknown[];
    if (value === undefined || value instanceof DisplayHandle || run.context.silent) return undefined;
    try {
      const bundle = await this.#options.contexts.run(run.context, () => toMimeBundle(value));
      if (!this.#running.has(run)) return undefined;
      publish(run.request, "execute_result", { ...bundle, execution_count: run.count });
      rememberOutput(run.count, String(bundle.data["text/plain"]));
      return undefined;
    } catch (error) {
      return this.#fail(run, describe(error));
    }
  }

  #refuse(run: Run, diagnostics: readonly Diagnostic[]): ErrorContent {
    return this.#fail(run, describeDiagnostics(diagnostics, run.code, run.label));
  }

  #show(run: Run, text: string | undefined): void {
    const { request, context } = run;
    if (text === undefined || context.silent || !this.#running.has(run)) return;
    this.#options.publish(request, "stream", { name: "stderr", text: `${text}\n` });
  }

  #fail(run: Run, error: ErrorContent): ErrorContent {
    const { request, context } = run;
    // It may have been ended from outside meanwhile, and is not to fail twice.
    if (this.#running.has(run) && !context.silent) this.#options.publish(request, "error", error);
    return error;
  }

  async #userExpressions(run: Run, expressions: Readonly<Record<string, string>>): Promise<UserExpressions> {
    const results: Record<string, UserExpressions[string]> = {};
    for (const [name, code] of Object.entries(expressions)) results[name] = await this.#userExpression(run, code);
    return results;
  }

  async #userExpression(run: Run, code: string): Promise<UserExpressions[string]> {
    const { language, describe, toMimeBundle } = this.#options;
    const serial = ++this.#serial;
    const label = `user expression ${serial}`;
    const converted = await language.convert({ cell: serial, code, typeErrors: "off" });
    if (!converted.ok) return { status: "error", ...describeDiagnostics(converted.diagnostics, code, label) };
    const outcome = await this.#evaluate({ ...run, serial, code, label, execution: new Execution() }, converted);
    void language.settle(serial).catch(() => {});
    if (!outcome.ok) return { status: "error", ...describe(outcome.error) };
    const [value] = (outcome.value ?? []) as readonly unknown[];
    return { status: "ok", ...(await toMimeBundle(value)) };
  }
}
