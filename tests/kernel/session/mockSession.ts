/** An executor whose surroundings are mocks: a language that converts by a table, and a wire that keeps what is published. */
import type { Request } from "../../../kernel/src/dispatch/index.js";
import type { ConvertedCell, Diagnostic, Language, RefusedCell } from "../../../kernel/src/language/index.js";
import {
  CellContexts,
  CellExecutor,
  type CellExecutorOptions,
  type CellRuntime,
  CellScripts,
  Scope,
} from "../../../kernel/src/session/index.js";
import type { JsonObject } from "../../../kernel/src/wire/index.js";
import { requestOf } from "../requests.js";

/** A cell that was converted to this body. */
export function converted(body: string, more: Partial<ConvertedCell> = {}): ConvertedCell {
  const sourceMap = JSON.stringify({ version: 3, sources: ["cell.ts"], names: [], mappings: "" });
  return { ok: true, body, isAsync: false, boxes: [], declares: [], sourceMap, ...more };
}

/** A cell that declares names and runs this body, in which they are `$name.v`. */
export function declaring(names: readonly string[], body: string): ConvertedCell {
  const boxes = names.map((name) => ({ parameter: `$${name}`, key: name }));
  return converted(body, { boxes, declares: names.map((name) => ({ name, key: name })) });
}

export interface MockSessionOptions extends Partial<CellExecutorOptions> {
  readonly check?: () => Promise<readonly Diagnostic[]>;
}

export class MockSession {
  /** What was published, in order. */
  readonly published: { readonly type: string; readonly content: JsonObject; readonly parent: string }[] = [];
  readonly settled: { readonly cell: number; readonly unset: readonly string[] }[] = [];
  readonly remembered: [line: number, code: string][] = [];
  readonly rememberedOutputs: [line: number, text: string][] = [];
  /** Cells that run, as whoever interrupts sees them. */
  readonly running = new Set<number>();
  /** Requests whose code ran. */
  readonly adopted: string[] = [];
  readonly contexts = new CellContexts();
  readonly scope = new Scope();
  readonly executor: CellExecutor;

  /** @param cells what each code is converted to; other code is a cell that does nothing. */
  constructor(cells: Readonly<Record<string, ConvertedCell | RefusedCell>>, options: MockSessionOptions = {}) {
    const { check = async () => [], ...rest } = options;
    const language: Pick<Language, "convert" | "check" | "settle"> = {
      convert: async ({ code }) => cells[code] ?? converted(""),
      check,
      settle: async (cell, unset = []) => void this.settled.push({ cell, unset }),
    };
    this.executor = new CellExecutor({
      language: language as Language,
      scope: this.scope,
      runtime: {} as CellRuntime,
      contexts: this.contexts,
      scripts: new CellScripts(),
      announce: () => undefined,
      publish: ({ header }, type, content) =>
        void this.published.push({ type, content: content as unknown as JsonObject, parent: header.msg_id }),
      adopt: ({ header }) => void this.adopted.push(header.msg_id),
      runState: { begin: (serial) => void this.running.add(serial), end: (serial) => void this.running.delete(serial) },
      toMimeBundle: (value) => ({ data: { "text/plain": String(value) }, metadata: {} }),
      describe: (error) => ({ ename: (error as Error).name, evalue: (error as Error).message, traceback: [] }),
      remember: (line, code) => void this.remembered.push([line, code]),
      rememberOutput: (line, text) => void this.rememberedOutputs.push([line, text]),
      typeErrors: () => "block",
      settled: async () => {},
      ...rest,
    });
  }

  request(code: string, content: JsonObject = {}): Request<"execute_request"> {
    return requestOf("execute_request", { code, ...content });
  }

  /** Runs a cell. @returns the content of its reply. */
  async execute(code: string, content: JsonObject = {}): Promise<JsonObject> {
    const reply = await this.executor.execute(this.request(code, content));
    return reply.content as unknown as JsonObject;
  }

  get types(): readonly string[] {
    return this.published.map(({ type }) => type);
  }
}
