/** A kernel: the threads, and what the main thread does, put together. */
import { readFileSync, writeSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { defineGlobals, type InputOptions, type KernelSettings, setCurrentKernel } from "./api/index.js";
import { CommManager } from "./comm/index.js";
import { namedParent } from "./control/index.js";
import { prepareDebugger } from "./debugger/index.js";
import { Dispatcher } from "./dispatch/index.js";
import { Displays, registerRepresentation, toMimeBundle } from "./display/index.js";
import { KernelError } from "./errors.js";
import { History, historyFolder } from "./history/index.js";
import { prepareMainThread, RunState } from "./interrupt/index.js";
import { LanguageWorker, type TypeErrors } from "./language/index.js";
import { ModuleLoader, type ProvidedModules } from "./modules/index.js";
import {
  afterSyncChildren,
  CellContexts,
  CellExecutor,
  type CellRuntime,
  CellScripts,
  describeError,
  guardExit,
  guardStandardDescriptors,
  hideAsyncMarks,
  InterruptibleWork,
  mapStackTraces,
  OutOfMemory,
  Publisher,
  replaceStandardStreams,
  Scope,
  sessionHandlers,
} from "./session/index.js";
import { Stdin } from "./stdin/index.js";
import { captureDescriptors } from "./streams/index.js";
import { Tracebacks } from "./traceback/index.js";
import { newSender, readConnectionFile } from "./wire/index.js";
import { type WireEvent, WireWorker } from "./wireThread/index.js";

export interface KernelOptions {
  /** The connection file that Jupyter wrote. */
  readonly connectionFile: string | undefined;
  /** Folder of the notebook; default the present one, as Jupyter starts kernels there. */
  readonly folder?: string;
  /** Modules that notebooks can import without installing them, besides the kernel's own. */
  readonly provided?: ProvidedModules;
}

const TYPE_ERRORS: readonly TypeErrors[] = ["block", "show", "off"];

function versionIn(file: string): string {
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}

/** Versions of the kernel and of the compiler, which is not loaded for it. */
function readVersions(): { kernel: string; typescript: string } {
  const require = createRequire(import.meta.url);
  return {
    kernel: versionIn(require.resolve("@espalier/kernel/package.json")),
    typescript: versionIn(require.resolve("typescript/package.json")),
  };
}

function ownModules(): ProvidedModules {
  const here = (name: string) => new URL(`./api/${name}`, import.meta.url);
  const module = (name: string) => ({ url: here(`${name}.js`).href, types: fileURLToPath(here(`${name}.d.ts`)) });
  return { "@espalier/kernel": module("notebook"), tslab: module("tslab") };
}

function settingsFrom(env: NodeJS.ProcessEnv): KernelSettings {
  const wanted = env["ESPALIER_TYPE_ERRORS"] as TypeErrors | undefined;
  return { typeErrors: wanted !== undefined && TYPE_ERRORS.includes(wanted) ? wanted : "block" };
}

/**
 * Runs a kernel in this process, which is the kernel's own from then on. Resolves when it listens. When the connection file
 * cannot be used, or an endpoint cannot be had, the process ends with a sentence and the code 1.
 */
export async function runKernel(options: KernelOptions): Promise<void> {
  const exit = process.exit.bind(process);
  let standardError = 2;
  try {
    await startKernel(options, (descriptor) => {
      standardError = descriptor;
    });
  } catch (error) {
    if (!(error instanceof KernelError)) throw error;
    writeSync(standardError, `${error.message}\n`);
    exit(1);
  }
}

/** @param onCaptured is told where standard error leads when the kernel has taken its place. */
async function startKernel(
  { connectionFile, folder = process.cwd(), provided = {} }: KernelOptions,
  onCaptured: (standardError: number) => void,
): Promise<void> {
  if (connectionFile === undefined)
    throw new KernelError(
      "The kernel is given no connection file; start it from Jupyter, which passes the file's path.",
    );
  const connection = readConnectionFile(connectionFile);
  const sender = newSender();
  const memory = RunState.memory();
  const runState = new RunState(memory);
  const contexts = new CellContexts();
  const publisher = new Publisher({ sender, contexts, runState });
  // Both before any thread starts, because that would open files, and make Node's own streams.
  const descriptors = captureDescriptors();
  if (descriptors?.originals.stderr !== undefined) onCaptured(descriptors.originals.stderr);
  replaceStandardStreams((name, text) => publisher.print(name, text));
  const running: { executor?: CellExecutor } = {};
  prepareMainThread({ isOwned: () => running.executor?.owns(contexts.own) === true });

  const versions = readVersions();
  let onEvent = (_event: WireEvent): void => {};
  const wire = await WireWorker.start({
    connection,
    sender,
    descriptors,
    versions,
    runState: memory,
    parent: namedParent(process.env),
    onEvent: (event) => onEvent(event),
  });
  publisher.connect(wire);
  afterSyncChildren(() => wire.drainNow());

  const modules = { ...ownModules(), ...provided };
  const types = Object.fromEntries(Object.entries(modules).map(([name, module]) => [name, module.types]));
  const globals = [fileURLToPath(new URL("./api/globals.d.ts", import.meta.url))];
  const worker = new LanguageWorker({ folder, provided: types, globals }, (reason) => publisher.warn(reason));
  const { language } = worker;
  wire.connectLanguage(worker.connect());

  const scripts = new CellScripts();
  hideAsyncMarks();
  mapStackTraces((label) => scripts.mapOf(label));
  const tracebacks = new Tracebacks({ mapOf: (label) => scripts.sourceOf(label), notebookFolder: folder });
  const describe = (error: unknown) => describeError(error, tracebacks);
  const displays = new Displays((type, content) => publisher.publishHere(type, content));
  const comms = new CommManager({
    publish: (type, content, extras) => publisher.publishHere(type, content, extras),
    error: (error) => publisher.publishHere("error", describe(error)),
  });
  const stdin = new Stdin({ send: (request, content) => publisher.ask(request, content), ...wire.answers });
  const work = new InterruptibleWork(() => runState.enterCooperative());
  const history = new History({ folder: historyFolder(), warn: (sentence) => publisher.warn(sentence) });
  const settings = settingsFrom(process.env);
  const scope = new Scope();
  const runtime = runtimeOf(
    new ModuleLoader({ folder, provided: modules, language, loaderPort: () => worker.connect() }),
    folder,
  );
  const executor = new CellExecutor({
    language,
    scope,
    runtime,
    contexts,
    scripts,
    announce: (script) => wire.announce(script),
    publish: (request, type, content) => publisher.publish(request, type, content),
    adopt: (request) => void wire.adopt(request),
    runState,
    toMimeBundle,
    describe,
    remember: (line, code) => history.append(line, code),
    rememberOutput: (line, text) => history.appendOutput(line, text),
    typeErrors: () => settings.typeErrors,
    settled: () => displays.settled(),
  });
  running.executor = executor;
  prepareDebugger({
    scope,
    scripts: () => scripts,
    runtime,
    toMimeBundle,
    print: (line) => publisher.print("stdout", `${line}\n`),
    reserveCell: () => executor.reserveCell(),
  });
  const question = (prompt: string, { password = false }: InputOptions = {}) => {
    const { current } = contexts;
    if (current === undefined) throw new KernelError("Only a cell can ask the user.");
    return { request: current.request, isAllowed: current.allowStdin, prompt, password };
  };
  setCurrentKernel({
    displays,
    comms,
    settings,
    typescript: versions.typescript,
    input: async (prompt, options) => stdin.ask(question(prompt, options)),
    prompt: (prompt, options) => stdin.askNow(question(prompt, options)),
    page: async (value) => {
      const context = contexts.own;
      const { data } = await toMimeBundle(value);
      executor.addPayload(context, { source: "page", data, start: 0 });
    },
    registerRepresentation,
    interruptible: (run) => work.run(run),
  });
  defineGlobals();

  const dispatcher = new Dispatcher({
    sender,
    wire,
    handlers: sessionHandlers({ executor, history, comms, contexts }),
    isSubshell: (id) => wire.hasSubshell(id),
    beforeIdle: () => runState.critical(() => void wire.drain()),
    warn: (sentence) => publisher.warn(sentence),
  });
  let reason: Error | undefined;
  onEvent = (event) => {
    if (event === "interruptRequested") work.abort();
    if (event === "outOfMemory") reason = new OutOfMemory();
    if (event !== "interrupted") return;
    dispatcher.abortQueued();
    executor.interrupt(reason);
    reason = undefined;
    work.forget();
    displays.abandon();
    stdin.cancel();
  };
  process.on("unhandledRejection", (error) => executor.stray(error));
  process.on("uncaughtException", (error) => executor.stray(error));
  process.on("SIGINT", () => wire.interrupt());
  guardStandardDescriptors();
  const exit = guardExit();
  void dispatcher.run(wire.incoming).finally(async () => {
    await Promise.all([wire.close(), history.flush()]);
    exit(0);
  });
}

/** What the code of every cell can reach besides its names. */
function runtimeOf(loader: ModuleLoader, folder: string): CellRuntime {
  const module = { exports: {} };
  return {
    require: loader.require,
    module,
    exports: module.exports,
    __filename: path.join(folder, "notebook.ts"),
    __dirname: folder,
    ǃimport: loader.import,
    ǃmeta: loader.meta,
  };
}
