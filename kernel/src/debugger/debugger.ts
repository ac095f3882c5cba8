/**
 * The debugger of a kernel: answers Jupyter's `debug_request`. It costs nothing until a client attaches.
 *
 * Source: the Debug Adapter Protocol; Jupyter's messaging specification 5.4, "Debug request", for what Jupyter adds to it.
 */
import type { Debugger as Inspector } from "node:inspector";
import { KernelError } from "../errors.js";
import type { InspectorClient, Paused } from "../interrupt/index.js";
import type { Language } from "../language/index.js";
import type { JsonObject } from "../wire/index.js";
import { Breakpoints } from "./breakpoints.js";
import { CELL_SUFFIX, CellFolder, isForeignCell } from "./cellFolder.js";
import { Evaluator } from "./evaluator.js";
import { Instrumentation } from "./instrumentation.js";
import { isKernelCode, KERNEL_CODE } from "./kernelCode.js";
import { MainThreadClient } from "./mainThreadClient.js";
import { userModules } from "./modules.js";
import { HASH_SEED } from "./murmur2.js";
import {
  type ArgumentsOf,
  CAPABILITIES,
  type DebugRequest,
  type DebugResponse,
  parseArguments,
  THREAD_ID,
} from "./protocol.js";
import { refusalBody } from "./refusals.js";
import { RequestOrder } from "./requestOrder.js";
import { type DebugHandlers, runHandlers } from "./runHandlers.js";
import { type CellScript, Sources } from "./sources.js";
import { SourceTexts } from "./sourceTexts.js";
import { stateHandlers } from "./stateHandlers.js";
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

/** Installed packages: nobody steps into them, unless the client wants to. */
const PACKAGES = "/node_modules/";

export class Debugger {
  readonly #options: DebuggerOptions;
  readonly #folder = new CellFolder();
  readonly #main: MainThreadClient;
  readonly #sources: Sources;
  readonly #breakpoints: Breakpoints;
  readonly #stops: Stops;
  readonly #variables: Variables;
  readonly #texts: SourceTexts;
  readonly #instrumentation: Instrumentation;
  readonly #handlers: DebugHandlers;
  /** Leaves the main thread alone; undefined: no client is attached. */
  #detach: (() => Promise<void>) | undefined;
  readonly #order = new RequestOrder();
  /** The notebook's folder: a kernel starts there, and the user's code may change the working folder. */
  readonly #root = process.cwd();
  /** Path of what has started the kernel, which is no module of the user's; empty until a client attaches. */
  #program = "";
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
    this.#instrumentation = new Instrumentation(client);
    this.#texts = new SourceTexts({ folder: this.#folder, sources: this.#sources, language });
    this.#handlers = {
      ...this.#ownHandlers,
      ...runHandlers(this.#stops),
      ...stateHandlers({
        stops: this.#stops,
        variables: this.#variables,
        evaluator: new Evaluator({ main: this.#main, language }),
        main: this.#main,
        isBusy: options.isBusy,
        forgetValues: () => this.#forgetValues(),
      }),
    };
  }

  /** Answers a request. Never rejects: what fails has `success: false` and a message. */
  async handle({ seq, command, arguments: given }: DebugRequest): Promise<DebugResponse> {
    const response = { type: "response" as const, request_seq: seq, command };
    try {
      const handler = this.#handlers[command];
      if (!Object.hasOwn(this.#handlers, command) || handler === undefined)
        throw new KernelError(`This debugger does not know the command ${JSON.stringify(command)}.`);
      const body = await this.#order.run(command, () => handler(given));
      return { ...response, seq: ++this.#seq, success: true, ...(body === undefined ? {} : { body }) };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return { ...response, seq: ++this.#seq, success: false, message, body: refusalBody(command, message) };
    }
  }

  /** A cell is compiled and about to run. Resolves when the breakpoints that were asked for are bound; never rejects. */
  announce(script: CellScript): Promise<void> {
    return this.#order.run("announce", async () => {
      if (this.#detach !== undefined) await this.#breakpoints.bind(this.#sources.addCell(script));
    });
  }

  /** Deletes the files of cells. The session of the inspector is its owner's to close. */
  close(): void {
    this.#folder.remove();
  }

  readonly #ownHandlers: DebugHandlers = {
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
    source: (given) => this.#texts.source(parseArguments("source", given)),
    modules: async (given) => {
      const files = this.#sources.files.filter((file) => file !== this.#program);
      return userModules(files, this.#root, parseArguments("modules", given));
    },
    threads: async () => ({ threads: [{ id: THREAD_ID, name: "Main thread" }] }),
    setBreakpoints: (given) => this.#setBreakpoints(parseArguments("setBreakpoints", given)),
    breakpointLocations: (given) => this.#texts.breakpointLocations(parseArguments("breakpointLocations", given)),
    setFunctionBreakpoints: async (given) => {
      // Clients that cannot set any may still say that there are none.
      if (parseArguments("setFunctionBreakpoints", given).breakpoints.length > 0)
        throw new KernelError(
          "This debugger has no breakpoints by the names of functions; set one at a line of the function.",
        );
      return { breakpoints: [] };
    },
    setExceptionBreakpoints: async (given) => {
      this.#expectAttached();
      await this.#stops.pauseOnExceptions(parseArguments("setExceptionBreakpoints", given).filters);
      return undefined;
    },
    pause: async () => {
      this.#expectAttached();
      await this.#stops.pause();
      return undefined;
    },
  };

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
    try {
      const patterns = justMyCode ? [...KERNEL_CODE, PACKAGES] : KERNEL_CODE;
      await client.post("Debugger.setBlackboxPatterns", { patterns });
      this.#program = (await this.#main.call("program")).value as string;
      const { value } = await this.#main.call("scripts");
      for (const script of JSON.parse(value as string) as CellScript[]) this.#sources.addCell(script);
    } catch (error) {
      await this.#disconnect();
      throw error;
    }
  }

  async #disconnect(): Promise<undefined> {
    const detach = this.#detach;
    if (detach === undefined) return undefined;
    this.#detach = undefined;
    this.#options.onAttached(false);
    await this.#breakpoints.clear();
    await this.#instrumentation.set(false);
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
    if (isForeignCell(source.path, this.#folder.prefix))
      throw new KernelError("This is a cell of another kernel, perhaps of this one before its restart; dump it again.");
    const wanted = breakpoints ?? (lines ?? []).map((line) => ({ line }));
    const set = await this.#breakpoints.set(source.path, this.#texts.codeOf(source.path), wanted);
    await this.#instrumentation.set(this.#breakpoints.areInFiles);
    return { breakpoints: set };
  }

  #onParsed({ url, sourceMapURL }: Inspector.ScriptParsedEventDataType): void {
    if (!isKernelCode(url)) this.#sources.addFile(url, sourceMapURL);
  }

  /** A script with a source map is about to run: that of a file, perhaps. */
  async #bindFile({ data }: Paused): Promise<void> {
    const script = this.#sources.at(String((data as { url?: unknown } | undefined)?.url));
    if (script !== undefined) await this.#breakpoints.bind(script);
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
