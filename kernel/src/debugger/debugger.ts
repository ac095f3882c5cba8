/**
 * The debugger of a kernel: answers Jupyter's `debug_request`. It costs nothing until a client attaches.
 *
 * Source: the Debug Adapter Protocol; Jupyter's messaging specification 5.4, "Debug request", for what Jupyter adds to it.
 */
import { readFile } from "node:fs/promises";
import type { Debugger as Inspector } from "node:inspector";
import { KernelError } from "../errors.js";
import type { InspectorClient, Paused } from "../interrupt/index.js";
import type { Language } from "../language/index.js";
import type { JsonObject } from "../wire/index.js";
import { Breakpoints } from "./breakpoints.js";
import { describeFrame } from "./callStack.js";
import { CELL_SUFFIX, CellFolder } from "./cellFolder.js";
import { Evaluator } from "./evaluator.js";
import { KERNEL_CODE } from "./kernelCode.js";
import { MainThreadClient } from "./mainThreadClient.js";
import { HASH_SEED } from "./murmur2.js";
import {
  type ArgumentsOf,
  CAPABILITIES,
  type DebugRequest,
  type DebugResponse,
  parseArguments,
  THREAD_ID,
} from "./protocol.js";
import { notebookVariables, scopesOf } from "./scopes.js";
import { type CellScript, Sources } from "./sources.js";
import { Stops } from "./stops.js";
import { Variables } from "./variables.js";

export interface DebuggerOptions {
  readonly client: InspectorClient;
  readonly language: Pick<Language, "expression" | "breakpointLines" | "catchesAt" | "convert" | "settle">;
  /** Sends an event to the clients. */
  readonly publish: (event: JsonObject) => void;
  /** Told when the first client attaches and when it leaves; from then on each script is announced before it runs, or not. */
  readonly onAttached: (isAttached: boolean) => void;
  /** Whether a cell runs. */
  readonly isBusy: () => boolean;
}

type Handler = (given: unknown) => Promise<JsonObject | undefined>;

/** Installed packages: nobody steps into them, unless the client wants to. */
const PACKAGES = "/node_modules/";

/** Carried out one after the other; others are answered whatever waits. */
const ORDERED: ReadonlySet<string> = new Set([
  "attach",
  "launch",
  "configurationDone",
  "disconnect",
  "dumpCell",
  "setBreakpoints",
  "setExceptionBreakpoints",
  "terminate",
]);

export class Debugger {
  readonly #options: DebuggerOptions;
  readonly #folder = new CellFolder();
  readonly #main: MainThreadClient;
  readonly #sources: Sources;
  readonly #breakpoints: Breakpoints;
  readonly #stops: Stops;
  readonly #variables: Variables;
  readonly #evaluator: Evaluator;
  /** Leaves the main thread alone; undefined: no client is attached. */
  #detach: (() => Promise<void>) | undefined;
  #instrumentation: string | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #seq = 0;

  constructor(options: DebuggerOptions) {
    const { client, language } = options;
    this.#options = options;
    this.#main = new MainThreadClient(client);
    this.#sources = new Sources(this.#folder);
    this.#variables = new Variables(this.#main);
    this.#breakpoints = new Breakpoints({
      client,
      language,
      sources: this.#sources,
      onChanged: (breakpoint) => this.#publish("breakpoint", { reason: "changed", breakpoint }),
    });
    this.#stops = new Stops({
      client,
      language,
      sources: this.#sources,
      publish: (event, body) => this.#publish(event, body),
      beforeScript: (paused) => this.#bindFile(paused),
      onResumed: () => this.#forgetValues(),
    });
    this.#evaluator = new Evaluator({ main: this.#main, language });
  }

  /** Answers a request. Never rejects: what fails has `success: false` and a message. */
  async handle({ seq, command, arguments: given }: DebugRequest): Promise<DebugResponse> {
    const response = { type: "response" as const, request_seq: seq, command };
    try {
      const handler = this.#handlers[command];
      if (!Object.hasOwn(this.#handlers, command) || handler === undefined)
        throw new KernelError(`This debugger does not know the command ${JSON.stringify(command)}.`);
      const body = await this.#inOrder(command, () => handler(given));
      return { ...response, seq: ++this.#seq, success: true, ...(body === undefined ? {} : { body }) };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return { ...response, seq: ++this.#seq, success: false, message, body: { error: { id: 1, format: message } } };
    }
  }

  /** A cell is compiled and about to run. Resolves when its breakpoints are bound; never rejects. */
  async announce(script: CellScript): Promise<void> {
    if (this.#detach === undefined) return;
    await this.#breakpoints.bind(this.#sources.addCell(script));
  }

  /** Deletes the files of cells. The session of the inspector is its owner's to close. */
  close(): void {
    this.#folder.remove();
  }

  #inOrder(command: string, run: () => Promise<JsonObject | undefined>): Promise<JsonObject | undefined> {
    if (!ORDERED.has(command)) return run();
    const result = this.#last.then(run);
    this.#last = result.catch(() => {});
    return result;
  }

  readonly #handlers: Readonly<Record<string, Handler>> = {
    initialize: async () => CAPABILITIES,
    attach: (given) => this.#attach(parseArguments("attach", given)),
    launch: (given) => this.#attach(parseArguments("attach", given)),
    configurationDone: async () => undefined,
    disconnect: () => this.#disconnect(),
    terminate: async () => {
      await this.#disconnect();
      this.#publish("terminated", {});
      return undefined;
    },
    debugInfo: async () => this.#info(),
    dumpCell: async (given) => ({ sourcePath: this.#folder.dump(parseArguments("dumpCell", given).code) }),
    source: (given) => this.#source(parseArguments("source", given)),
    modules: async () => ({ modules: [], totalModules: 0 }),
    threads: async () => ({ threads: [{ id: THREAD_ID, name: "Main thread" }] }),
    setBreakpoints: (given) => this.#setBreakpoints(parseArguments("setBreakpoints", given)),
    breakpointLocations: (given) => this.#breakpointLocations(parseArguments("breakpointLocations", given)),
    setExceptionBreakpoints: async (given) => {
      this.#expectAttached();
      await this.#stops.pauseOnExceptions(parseArguments("setExceptionBreakpoints", given).filters);
      return undefined;
    },
    exceptionInfo: async () => this.#stops.exceptionInfo(),
    stackTrace: async (given) => {
      const { startFrame, levels } = parseArguments("stackTrace", given);
      const { frames } = this.#stops;
      const start = startFrame ?? 0;
      const shown = frames.slice(start, levels ? start + levels : undefined);
      return { stackFrames: shown.map(describeFrame), totalFrames: frames.length };
    },
    scopes: async (given) => {
      const frame = this.#stops.frame(parseArguments("scopes", given).frameId);
      const scopes = scopesOf(frame, this.#main).map(({ name, list }) => ({
        name,
        variablesReference: this.#variables.add(list),
        expensive: false,
        ...(name === "Locals" ? { presentationHint: "locals" } : {}),
      }));
      return { scopes };
    },
    variables: async (given) => {
      const { variablesReference, start, count } = parseArguments("variables", given);
      return { variables: await this.#variables.list(variablesReference, start ?? 0, count ?? 0) };
    },
    setVariable: async (given) => {
      const { variablesReference, name, value } = parseArguments("setVariable", given);
      const evaluated = await this.#evaluator.evaluate(value, this.#stops.frames[0]);
      const { result, ...rest } = await this.#variables.set(variablesReference, name, evaluated);
      return { value: result, ...rest };
    },
    evaluate: async (given) => {
      const { expression, frameId } = parseArguments("evaluate", given);
      return this.#variables.value(await this.#evaluator.evaluate(expression, this.#frame(frameId)), expression);
    },
    inspectVariables: async () => {
      if (!this.#stops.isStopped) this.#forgetValues();
      return { variables: (await notebookVariables(this.#main)).map((each) => this.#variables.describe(each)) };
    },
    richInspectVariables: (given) => {
      const { variableName, frameId } = parseArguments("richInspectVariables", given);
      const isIdle = !this.#stops.isStopped && !this.#options.isBusy();
      return this.#evaluator.richInspect(variableName, this.#frame(frameId), isIdle);
    },
    copyToGlobals: async (given) => {
      const { srcVariableName, dstVariableName, srcFrameId } = parseArguments("copyToGlobals", given);
      await this.#evaluator.copy(srcVariableName, this.#frame(srcFrameId), dstVariableName);
      return undefined;
    },
    continue: async () => {
      await this.#stops.goOn();
      return { allThreadsContinued: true };
    },
    next: () => this.#step("Debugger.stepOver"),
    stepIn: () => this.#step("Debugger.stepInto"),
    stepOut: () => this.#step("Debugger.stepOut"),
    pause: async () => {
      this.#expectAttached();
      await this.#stops.pause();
      return undefined;
    },
  };

  async #step(step: "Debugger.stepOver" | "Debugger.stepInto" | "Debugger.stepOut"): Promise<undefined> {
    await this.#stops.goOn(step);
    return undefined;
  }

  #frame(id: number | null | undefined) {
    // Clients say 0 where they mean none.
    return id ? this.#stops.frame(id) : undefined;
  }

  async #attach({ justMyCode }: ArgumentsOf<"attach">): Promise<undefined> {
    if (this.#detach === undefined) await this.#enable(justMyCode ?? true);
    this.#publish("initialized", {});
    return undefined;
  }

  async #enable(justMyCode: boolean): Promise<void> {
    const { client, onAttached } = this.#options;
    const ends = [
      client.on("Debugger.scriptParsed", (parsed) => this.#onParsed(parsed as Inspector.ScriptParsedEventDataType)),
      this.#stops.listen(),
    ];
    const release = await client.enableDebugger();
    this.#detach = async () => {
      for (const end of ends) end();
      await release();
    };
    onAttached(true);
    const patterns = justMyCode ? [...KERNEL_CODE, PACKAGES] : KERNEL_CODE;
    await client.post("Debugger.setBlackboxPatterns", { patterns });
    const { value } = await this.#main.call("scripts");
    for (const script of JSON.parse(value as string) as CellScript[]) this.#sources.addCell(script);
  }

  async #disconnect(): Promise<undefined> {
    const detach = this.#detach;
    if (detach === undefined) return undefined;
    this.#detach = undefined;
    this.#options.onAttached(false);
    await this.#breakpoints.clear();
    await this.#instrument();
    await this.#stops.pauseOnExceptions([]);
    if (this.#stops.isStopped) await this.#stops.goOn();
    await detach();
    this.#sources.clear();
    this.#forgetValues();
    return undefined;
  }

  #info(): JsonObject {
    return {
      isStarted: this.#detach !== undefined,
      hashMethod: "Murmur2",
      hashSeed: HASH_SEED,
      tmpFilePrefix: this.#folder.prefix,
      tmpFileSuffix: CELL_SUFFIX,
      breakpoints: this.#breakpoints.describe(),
      stoppedThreads: this.#stops.isStopped ? [THREAD_ID] : [],
      richRendering: true,
      exceptionPaths: [],
      copyToGlobals: true,
    };
  }

  async #setBreakpoints({ source, breakpoints, lines }: ArgumentsOf<"setBreakpoints">): Promise<JsonObject> {
    this.#expectAttached();
    const wanted = breakpoints ?? (lines ?? []).map((line) => ({ line }));
    const set = await this.#breakpoints.set(source.path, this.#codeOf(source.path), wanted);
    await this.#instrument();
    return { breakpoints: set };
  }

  async #breakpointLocations({ source, line, endLine }: ArgumentsOf<"breakpointLocations">): Promise<JsonObject> {
    const lines = await this.#options.language.breakpointLines(await this.#textOf(source.path));
    const last = endLine ?? line;
    return {
      breakpoints: lines.map((each) => ({ line: each + 1 })).filter((each) => each.line >= line && each.line <= last),
    };
  }

  async #source({ source }: ArgumentsOf<"source">): Promise<JsonObject> {
    if (source == null) throw new KernelError("Sources have no numbers here; ask by the path.");
    return { content: await this.#textOf(source.path), mimeType: "text/typescript" };
  }

  /** The text of a cell; undefined for a file. */
  #codeOf(file: string): string | undefined {
    return this.#folder.read(file) ?? this.#sources.of(file).at(-1)?.code;
  }

  /** @throws KernelError when nothing is there. */
  async #textOf(file: string): Promise<string> {
    try {
      return this.#codeOf(file) ?? (await readFile(file, "utf8"));
    } catch (cause) {
      throw new KernelError(`There is no source at ${file}.`, { cause });
    }
  }

  #onParsed({ url, sourceMapURL }: Inspector.ScriptParsedEventDataType): void {
    if (!KERNEL_CODE.some((pattern) => new RegExp(pattern).test(url))) this.#sources.addFile(url, sourceMapURL);
  }

  /** A script with a source map is about to run: that of a file, perhaps. */
  async #bindFile({ data }: Paused): Promise<void> {
    const script = this.#sources.at(String((data as { url?: unknown } | undefined)?.url));
    if (script !== undefined) await this.#breakpoints.bind(script);
  }

  /** Has the main thread stop before each script with a source map while there are breakpoints in files. */
  async #instrument(): Promise<void> {
    const { client } = this.#options;
    if (this.#breakpoints.areInFiles === (this.#instrumentation !== undefined)) return;
    if (this.#instrumentation !== undefined) {
      await client.post("Debugger.removeBreakpoint", { breakpointId: this.#instrumentation });
      this.#instrumentation = undefined;
      return;
    }
    const { breakpointId } = await client.post<{ readonly breakpointId: string }>(
      "Debugger.setInstrumentationBreakpoint",
      { instrumentation: "beforeScriptWithSourceMapExecution" },
    );
    this.#instrumentation = breakpointId;
  }

  #forgetValues(): void {
    this.#variables.clear();
    void this.#main.release().catch(() => {});
  }

  #expectAttached(): void {
    if (this.#detach === undefined)
      throw new KernelError("No debugger is attached; send initialize and attach before this.");
  }

  #publish(event: string, body: JsonObject): void {
    this.#options.publish({ type: "event", seq: ++this.#seq, event, body });
  }
}
