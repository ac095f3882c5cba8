/** A kernel: the threads, and what the main thread does, put together. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { defineGlobals, type KernelSettings, setCurrentKernel } from "./api/index.js";
import { CommManager } from "./comm/index.js";
import { Dispatcher } from "./dispatch/index.js";
import { Displays, registerRepresentation, toMimeBundle } from "./display/index.js";
import { History, historyFolder } from "./history/index.js";
import { LanguageWorker, type TypeErrors } from "./language/index.js";
import { ModuleLoader, type ProvidedModules } from "./modules/index.js";
import { CellContexts } from "./session/cellContext.js";
import { CellExecutor } from "./session/cellExecutor.js";
import { CellScripts } from "./session/cellScripts.js";
import { InterruptibleWork } from "./session/interruptible.js";
import { replaceStandardStreams } from "./session/outputStreams.js";
import { Scope } from "./session/scope.js";
import { sessionHandlers } from "./session/session.js";
import { guardExit } from "./session/systemExit.js";
import { captureDescriptors } from "./streams/index.js";
import { formatDiagnostics, Tracebacks } from "./traceback/index.js";
import { type KernelContents, type Message, makePublication, newSender, readConnectionFile } from "./wire/index.js";
import { WireWorker } from "./wireThread/index.js";

export interface KernelOptions {
  /** The connection file that Jupyter wrote. */
  readonly connectionFile: string;
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
 * Starts the kernel in this process, which is its own from then on. Resolves when it listens.
 *
 * @throws KernelError when the connection file cannot be used or an endpoint cannot be had.
 */
export async function startKernel({
  connectionFile,
  folder = process.cwd(),
  provided = {},
}: KernelOptions): Promise<void> {
  const connection = readConnectionFile(connectionFile);
  const sender = newSender();
  const descriptors = captureDescriptors();
  const contexts = new CellContexts();
  let wire: WireWorker | undefined;
  const print = (name: "stdout" | "stderr", text: string): void => {
    const { current } = contexts;
    if (current !== undefined && !current.silent) wire?.write(current.request, name, text);
  };
  // Before any thread starts, because that would make Node's own streams.
  replaceStandardStreams(print);
  const versions = readVersions();
  wire = await WireWorker.start({ connection, sender, descriptors, versions });

  const modules = { ...ownModules(), ...provided };
  const types = Object.fromEntries(Object.entries(modules).map(([name, module]) => [name, module.types]));
  const globals = [fileURLToPath(new URL("./api/globals.d.ts", import.meta.url))];
  const worker = new LanguageWorker({ folder, provided: types, globals }, (reason) => warn(reason));
  const { language } = worker;
  wire.connectLanguage(worker.connect());

  const publish = <Type extends keyof KernelContents>(
    request: Message | undefined,
    type: Type,
    content: KernelContents[Type],
    options: { readonly metadata?: KernelContents["comm_open"]["data"]; readonly buffers?: readonly Uint8Array[] } = {},
  ): void => {
    const parent = request === undefined ? {} : { parent: request };
    wire.send("iopub", makePublication(sender, type, content, { ...parent, ...options }));
  };
  const publishHere = <Type extends keyof KernelContents>(
    type: Type,
    content: KernelContents[Type],
    options?: Parameters<typeof publish>[3],
  ): void => {
    if (contexts.current?.silent !== true) publish(contexts.current?.request, type, content, options);
  };
  const warn = (sentence: string): void => print("stderr", `${sentence}\n`);
  const exit = guardExit();

  const scripts = new CellScripts();
  const tracebacks = new Tracebacks({ mapOf: (name) => scripts.mapped(name), notebookFolder: folder });
  const describe = (error: unknown) => scripts.unboxed(tracebacks.format(error));
  const displays = new Displays(publishHere);
  const interruptibleWork = new InterruptibleWork(() => () => {});
  const comms = new CommManager({
    publish: publishHere,
    error: (error) => publishHere("error", describe(error)),
  });
  const settings = settingsFrom(process.env);
  const history = new History({ folder: historyFolder(), warn });
  const loader = new ModuleLoader({ folder, provided: modules, language, loaderPort: () => worker.connect() });
  const filename = path.join(folder, "notebook.ts");
  const module = { exports: {} };
  const executor = new CellExecutor({
    language,
    scope: new Scope(),
    runtime: {
      require: loader.require,
      module,
      exports: module.exports,
      __filename: filename,
      __dirname: folder,
      ǃimport: loader.import,
      ǃmeta: loader.meta,
    },
    contexts,
    scripts,
    publish,
    adopt: (request) => void wire.adopt(request),
    runState: { begin() {}, end() {} },
    toMimeBundle,
    describe,
    describeDiagnostics: (diagnostics, code, label) => {
      const shown = diagnostics.map((each) => ({
        ...each,
        category: "error" as const,
        line: each.line + 1,
        column: each.column + 1,
      }));
      const [first] = diagnostics;
      const ename = first?.isSyntactic ? "SyntaxError" : "TypeScriptError";
      return { ename, evalue: first?.message ?? "", traceback: formatDiagnostics(shown, code, label).split("\n") };
    },
    remember: (line, code) => history.append(line, code),
    rememberOutput: (line, text) => history.appendOutput(line, text),
    typeErrors: () => settings.typeErrors,
    settled: () => displays.settled(),
  });
  setCurrentKernel({
    displays,
    comms,
    settings,
    typescript: versions.typescript,
    input: async () => "",
    prompt: () => "",
    registerRepresentation,
    interruptible: (work) => interruptibleWork.run(work),
  });
  defineGlobals();
  process.on("unhandledRejection", (error) => executor.stray(error));
  process.on("uncaughtException", (error) => executor.stray(error));

  const dispatcher = new Dispatcher({
    sender,
    wire,
    handlers: sessionHandlers({ executor, history, comms, contexts, answer: () => {} }),
    beforeIdle: () => wire.drain(),
    warn,
  });
  void dispatcher.run(wire.incoming).finally(async () => {
    await Promise.all([wire.close(), history.flush()]);
    exit(0);
  });
}
