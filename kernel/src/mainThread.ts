/** What the main thread of a kernel does besides running the user's code: everything around a cell, put together. */
import path from "node:path";
import type { CurrentKernel, InputOptions, KernelSettings } from "./api/index.js";
import { CommManager } from "./comm/index.js";
import { prepareDebugger } from "./debugger/index.js";
import { Dispatcher } from "./dispatch/index.js";
import { Displays, registerRepresentation, toMimeBundle } from "./display/index.js";
import { KernelError } from "./errors.js";
import { History, historyFolder } from "./history/index.js";
import type { RunState } from "./interrupt/index.js";
import type { LanguageWorker } from "./language/index.js";
import { ModuleLoader, type ProvidedModules } from "./modules/index.js";
import {
  type CellContexts,
  CellExecutor,
  type CellRuntime,
  CellScripts,
  CommIds,
  describeError,
  Interrupted,
  InterruptibleWork,
  mapStackTraces,
  OutOfMemory,
  type Publisher,
  Scope,
  sessionHandlers,
} from "./session/index.js";
import { type Question, Stdin } from "./stdin/index.js";
import { Tracebacks } from "./traceback/index.js";
import type { Sender } from "./wire/index.js";
import type { WireEvent, WireWorker } from "./wireThread/index.js";

export interface MainThreadOptions {
  readonly sender: Sender;
  readonly wire: WireWorker;
  readonly worker: LanguageWorker;
  readonly publisher: Publisher;
  readonly contexts: CellContexts;
  readonly runState: RunState;
  /** Folder of the notebook. */
  readonly folder: string;
  readonly modules: ProvidedModules;
  readonly settings: KernelSettings;
  /** Ends the process, and delivers what was sent before. */
  readonly exit: () => void;
}

export class MainThread {
  readonly executor: CellExecutor;
  readonly #options: MainThreadOptions;
  readonly #displays: Displays;
  readonly #comms: CommManager;
  readonly #stdin: Stdin;
  readonly #work: InterruptibleWork;
  readonly #history: History;
  readonly #dispatcher: Dispatcher;
  readonly #describe: (error: unknown) => ReturnType<typeof describeError>;
  /** Why what runs is about to be stopped, when it is not the user's wish. */
  #reason: Error | undefined;

  constructor(options: MainThreadOptions) {
    const { sender, wire, publisher, contexts, runState, folder } = options;
    this.#options = options;
    const scripts = new CellScripts();
    mapStackTraces((label) => scripts.mapOf(label));
    const tracebacks = new Tracebacks({ mapOf: (label) => scripts.sourceOf(label), notebookFolder: folder });
    const describe = (error: unknown) => describeError(error, tracebacks);
    this.#describe = describe;
    this.#displays = new Displays((type, content) => publisher.publishHere(type, content));
    const ids = new CommIds(contexts);
    this.#comms = new CommManager({
      newId: () => ids.next(),
      publish: (type, content, extras) => publisher.publishHere(type, content, extras),
      error: (error) => publisher.publishHere("error", describe(error)),
    });
    this.#stdin = new Stdin({ send: (request, content) => publisher.ask(request, content), ...wire.answers });
    this.#work = new InterruptibleWork(() => runState.enterCooperative());
    this.#history = new History({ folder: historyFolder(), warn: (sentence) => publisher.warn(sentence) });
    this.executor = this.#newExecutor(scripts, describe);
    this.#dispatcher = new Dispatcher({
      sender,
      wire,
      handlers: sessionHandlers({ executor: this.executor, history: this.#history, comms: this.#comms, contexts }),
      isSubshell: (id) => wire.hasSubshell(id),
      beforeIdle: () => runState.critical(() => void wire.drain()),
      warn: (sentence) => publisher.warn(sentence),
    });
  }

  /** What the modules that notebooks import stand on. @param typescript version of the compiler. */
  current(typescript: string): CurrentKernel {
    return {
      displays: this.#displays,
      comms: this.#comms,
      settings: this.#options.settings,
      typescript,
      input: async (prompt, options) => this.#stdin.ask(this.#question(prompt, options)),
      prompt: (prompt, options) => this.#stdin.askNow(this.#question(prompt, options)),
      page: async (value) => {
        const context = this.#options.contexts.own;
        const { data } = await toMimeBundle(value);
        this.executor.addPayload(context, { source: "page", data, start: 0 });
      },
      registerRepresentation,
      interruptible: (run) => this.#work.run(run),
    };
  }

  /** The sockets' thread has decided something. */
  handle(event: WireEvent): void {
    if (event === "interruptRequested") this.#work.abort();
    else if (event === "outOfMemory") this.#reason = new OutOfMemory();
    else if (event === "interrupted") this.#interrupted();
    // At once: another turn of the event loop might start a cell that never ends.
    else this.#options.exit();
  }

  /** Serves for as long as there are sockets. */
  async run(): Promise<void> {
    await this.#dispatcher.run(this.#options.wire.incoming).finally(this.#options.exit);
  }

  /** Whatever ran may have been cut off anywhere, so everything that belongs to a cell is ended here. */
  #interrupted(): void {
    this.#dispatcher.abortQueued();
    this.#dispatcher.endCutOff(this.#describe(this.#reason ?? new Interrupted("handler")));
    this.executor.interrupt(this.#reason);
    this.#reason = undefined;
    this.#work.forget();
    this.#displays.abandon();
    this.#stdin.cancel();
  }

  #newExecutor(scripts: CellScripts, describe: (error: unknown) => ReturnType<typeof describeError>): CellExecutor {
    const { wire, worker, publisher, contexts, runState, settings } = this.#options;
    const scope = new Scope();
    const runtime = this.#runtime();
    const executor = new CellExecutor({
      language: worker.language,
      scope,
      runtime,
      contexts,
      scripts,
      announce: (script) => wire.announce(script),
      publish: (request, type, content) => publisher.publish(request, type, content),
      adopt: (request) => wire.adopt(request),
      runState,
      toMimeBundle,
      describe,
      remember: (line, code) => this.#history.append(line, code),
      rememberOutput: (line, text) => this.#history.appendOutput(line, text),
      typeErrors: () => settings.typeErrors,
      settled: () => this.#displays.settled(),
    });
    prepareDebugger({
      scope,
      scripts: () => scripts,
      runtime,
      toMimeBundle,
      print: (line) => publisher.print("stdout", `${line}\n`),
      reserveCell: () => executor.reserveCell(),
    });
    return executor;
  }

  /** What the code of every cell can reach besides its names. */
  #runtime(): CellRuntime {
    const { folder, modules, worker } = this.#options;
    const { language } = worker;
    const loader = new ModuleLoader({ folder, provided: modules, language, loaderPort: () => worker.connect() });
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

  #question(prompt: string, { password = false }: InputOptions = {}): Question {
    const { current } = this.#options.contexts;
    if (current === undefined) throw new KernelError("Only a cell can ask the user.");
    return { request: current.request, isAllowed: current.allowStdin, prompt, password };
  }
}
