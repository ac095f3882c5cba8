/** A kernel: its process, and the three threads in it. */
import { writeSync } from "node:fs";
import { defineGlobals, setCurrentKernel } from "./api/index.js";
import { namedParent } from "./control/index.js";
import { KernelError } from "./errors.js";
import { prepareMainThread, RunState } from "./interrupt/index.js";
import { LanguageWorker } from "./language/index.js";
import { MainThread } from "./mainThread.js";
import type { ProvidedModules } from "./modules/index.js";
import {
  afterSyncChildren,
  CellContexts,
  guardExit,
  guardStandardDescriptors,
  hideAsyncMarks,
  Publisher,
  replaceStandardStreams,
} from "./session/index.js";
import { captureDescriptors } from "./streams/index.js";
import { globalDeclarations, ownModules, readVersions, settingsFrom } from "./surroundings.js";
import { newSender, readConnectionFile } from "./wire/index.js";
import { WireWorker } from "./wireThread/index.js";

export interface KernelOptions {
  /** The connection file that Jupyter wrote. */
  readonly connectionFile: string | undefined;
  /** Folder of the notebook; default the present one, as Jupyter starts kernels there. */
  readonly folder?: string;
  /** Modules that notebooks can import without installing them, besides the kernel's own. */
  readonly provided?: ProvidedModules;
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
  hideConnection(connectionFile);
  const sender = newSender();
  const memory = RunState.memory();
  const runState = new RunState(memory);
  const contexts = new CellContexts();
  const publisher = new Publisher({ sender, contexts, runState });
  let main: MainThread | undefined;

  // These come before any thread: one would open files, and make Node's own streams.
  const descriptors = captureDescriptors();
  if (descriptors?.originals.stderr !== undefined) onCaptured(descriptors.originals.stderr);
  replaceStandardStreams((name, text) => publisher.print(name, text));
  prepareMainThread({ isOwned: () => main?.executor.owns(contexts.own) === true });

  const versions = readVersions();
  const wire = await WireWorker.start({
    connection,
    sender,
    descriptors,
    versions,
    runState: memory,
    parent: namedParent(process.env),
    onEvent: (event) => main?.handle(event),
  });
  publisher.connect(wire);

  const modules = { ...ownModules(), ...provided };
  const types = Object.fromEntries(Object.entries(modules).map(([name, module]) => [name, module.types]));
  const language = { folder, provided: types, globals: globalDeclarations() };
  const worker = new LanguageWorker(language, (reason) => publisher.warn(reason));

  const settings = settingsFrom(process.env);
  const exitProcess = guardExit();
  const exit = () => exitProcess(0);
  main = new MainThread({ sender, wire, worker, publisher, contexts, runState, folder, modules, settings, exit });
  // From here on a debugger is served, which looks into what has just been made.
  wire.connectLanguage(worker.connect());
  setCurrentKernel(main.current(versions.typescript));
  guardProcess(main, wire);
  void main.run();
}

/**
 * The arguments are the user's own from here on, and whoever prints them should not hand on where the kernel's key is. It is no
 * protection from code that looks for it: that runs as the same user.
 */
function hideConnection(file: string): void {
  const at = process.argv.indexOf(file);
  if (at >= 0) process.argv.splice(at, 1);
}

/**
 * Takes what a process has for one program, and a notebook must share with its kernel: errors that nobody caught, signals,
 * standard streams.
 */
function guardProcess({ executor }: MainThread, wire: WireWorker): void {
  process.on("unhandledRejection", (error) => executor.stray(error));
  process.on("uncaughtException", (error) => executor.stray(error));
  process.on("SIGINT", () => wire.interrupt());
  hideAsyncMarks();
  defineGlobals();
  afterSyncChildren(() => wire.drainNow());
  guardStandardDescriptors();
}
