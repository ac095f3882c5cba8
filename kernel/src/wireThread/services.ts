/** What runs on the sockets in their thread, and so answers whatever the user's code does. */
import type { MessagePort } from "node:worker_threads";
import { connectInfo, kernelInfo, Shutdown, Subshells, watchMemory, watchParent } from "../control/index.js";
import { Debugger, removeAbandonedFolders } from "../debugger/index.js";
import { Dispatcher, type Handlers } from "../dispatch/index.js";
import { HeapGuard, Interrupter, RunState, SessionClient } from "../interrupt/index.js";
import { introspectionHandlers } from "../introspection/index.js";
import { type Language, LanguageClient } from "../language/index.js";
import { DescriptorReader, type StreamName, StreamPump } from "../streams/index.js";
import { type Incoming, type Message, makePublication, type Sockets } from "../wire/index.js";
import { Parents } from "./parents.js";
import { detach, type FromThread, Pressure, type ThreadData, type ToThread, type WireEvent } from "./protocol.js";

type Post = (message: FromThread, transfer?: readonly ArrayBuffer[]) => void;

export class Services {
  readonly #sockets: Sockets;
  readonly #data: ThreadData;
  readonly #post: Post;
  readonly #pressure: Pressure;
  readonly #parents = new Parents();
  readonly #pump: StreamPump;
  readonly #children: DescriptorReader | undefined;
  readonly #inspector = new SessionClient();
  readonly #interrupter: Promise<Interrupter>;
  readonly #shutdown: Shutdown;
  readonly #stopWatching: readonly (() => void)[];
  readonly #handlers: Handlers;
  #dispatcher: Dispatcher;
  #debugger: Debugger | undefined;
  /** Of the latest debug request: events of the debugger belong to it. */
  #debugRequest: Message | undefined;

  constructor(sockets: Sockets, data: ThreadData, post: Post) {
    this.#sockets = sockets;
    this.#data = data;
    this.#post = post;
    this.#pressure = new Pressure(data.pressure);
    this.#pump = new StreamPump({ memory: data.streams, publish: (...printed) => this.#publish(...printed) });
    const print = (name: StreamName, text: string) => this.#pump.add(this.#parents.adopter, name, text);
    this.#children = data.descriptors === undefined ? undefined : new DescriptorReader(data.descriptors, print);
    const runState = new RunState(data.runState);
    this.#interrupter = Interrupter.start({
      client: this.#inspector,
      runState,
      cooperate: () => this.#tell("interruptRequested"),
    });
    // Whoever asks for an interrupt is told why there are none.
    this.#interrupter.catch(() => {});
    this.#shutdown = new Shutdown({
      flush: () => sockets.flush(),
      ask: () => this.#tell("shutdown"),
      interrupt: () => this.#interrupt(),
      kill: () => {
        this.#debugger?.close();
        process.kill(process.pid, "SIGKILL");
      },
    });
    this.#stopWatching = [
      watchParent({ onGone: () => void this.#shutdown.end(), named: data.parent }),
      watchMemory({
        limit: data.heapLimit,
        isRunning: () => runState.running > 0,
        heap: async () => (await this.#inspector.post<{ usedSize: number }>("Runtime.getHeapUsage")).usedSize,
        resident: () => process.memoryUsage.rss(),
        guard: new HeapGuard({ client: this.#inspector, onFull: () => this.#stopFilling(runState) }),
      }),
    ];
    this.#handlers = {
      ...this.#shutdown.handlers,
      ...new Subshells((ids) => post({ kind: "subshells", ids })).handlers,
      kernel_info_request: async () => ({ content: kernelInfo(data.versions) }),
      connect_request: async () => ({ content: connectInfo(data.connection) }),
      interrupt_request: async () => {
        await this.#interrupt();
        return { content: { status: "ok" } };
      },
      input_reply: async ({ content: { value } }) => this.#answer(value),
    };
    this.#dispatcher = this.#newDispatcher(this.#handlers);
    void removeAbandonedFolders();
  }

  dispatch(incoming: Incoming): void {
    this.#dispatcher.dispatch(incoming);
  }

  /** Does what the main thread asks for. */
  async handle(request: ToThread): Promise<void> {
    switch (request.kind) {
      case "send": {
        this.#pump.catchUp(request.printed);
        const sent = this.#sockets.sendSerialized(request.channel, request.message);
        this.#pump.pass(request.printed);
        await sent;
        return this.#pressure.remove(request.size);
      }
      case "parent":
        this.#pump.catchUp(request.printed);
        if (request.adopts) this.#children?.drain();
        this.#parents.add(request.parent, request.header, request.adopts);
        return this.#pump.pass(request.printed);
      case "printed":
        return this.#pump.wake();
      case "drain":
        this.#pump.catchUp(request.printed);
        this.#children?.drain();
        return this.#pump.pass(request.printed);
      case "language":
        return this.#connectLanguage(request.port);
      case "interrupt":
        return this.#interrupt();
      case "script":
        await this.#debugger?.announce(request.script);
        return this.#post({ kind: "answer", id: request.id });
      case "flush":
        this.#pump.catchUp();
        await this.#sockets.flush();
        return this.#post({ kind: "answer", id: request.id });
      case "statistics":
        return this.#post({ kind: "answer", id: request.id, statistics: await this.#sockets.statistics() });
      case "close":
        this.close();
        return this.#sockets.close();
    }
  }

  /** Publishes what was printed, and lets the main thread's inspector go. Closing twice is harmless. */
  close(): void {
    for (const stop of this.#stopWatching) stop();
    this.#children?.close();
    this.#pump.close();
    this.#debugger?.close();
    this.#inspector.close();
  }

  #newDispatcher(handlers: Handlers): Dispatcher {
    const { sender } = this.#data;
    return new Dispatcher({ sender, wire: this.#sockets, handlers, fallback: (incoming) => this.#forward(incoming) });
  }

  #connectLanguage(port: MessagePort): void {
    const language = new LanguageClient(port);
    this.#dispatcher = this.#newDispatcher({
      ...this.#handlers,
      ...introspectionHandlers(language),
      ...this.#debugHandler(language),
    });
  }

  #debugHandler(language: Language): Pick<Handlers, "debug_request"> {
    const runState = new RunState(this.#data.runState);
    const opened = new Debugger({
      client: this.#inspector,
      language,
      publish: (event) => {
        const parent = this.#debugRequest === undefined ? {} : { parent: this.#debugRequest };
        void this.#sockets.send("iopub", makePublication(this.#data.sender, "debug_event", event, parent));
      },
      onAttached: (isAttached) => this.#post({ kind: "debugger", isAttached }),
      isBusy: () => runState.running > 0,
    });
    this.#debugger = opened;
    return {
      debug_request: async ({ message, content }) => {
        this.#debugRequest = message;
        return { content: { ...(await opened.handle(content)) } };
      },
    };
  }

  async #interrupt(): Promise<void> {
    const outcome = await (await this.#interrupter).interrupt();
    if (outcome !== "idle") this.#tell("interrupted");
  }

  async #stopFilling(runState: RunState): Promise<void> {
    this.#tell("outOfMemory");
    // What can end by itself is to have the chance.
    if (runState.isCooperative) await this.#inspector.post("Debugger.resume");
    await this.#interrupt();
  }

  #answer(value: string): undefined {
    const { port, count } = this.#data.stdin;
    port.postMessage(value);
    const cells = new Int32Array(count);
    Atomics.add(cells, 0, 1);
    Atomics.notify(cells, 0);
    return undefined;
  }

  #publish(parent: number, name: StreamName, text: string): Promise<void> {
    const header = this.#parents.get(parent);
    const options = header === undefined ? {} : { parent: { header } };
    return this.#sockets.send("iopub", makePublication(this.#data.sender, "stream", { name, text }, options));
  }

  #tell(event: WireEvent): void {
    this.#post({ kind: "event", event });
  }

  /** ZeroMQ's memory cannot change threads, so identities and buffers are copied once. */
  #forward({ channel, message }: Incoming): void {
    const identities = detach(message.identities);
    const buffers = detach(message.buffers);
    const incoming = { channel, message: { ...message, identities, buffers } };
    this.#post(
      { kind: "incoming", incoming },
      [...identities, ...buffers].map(({ buffer }) => buffer),
    );
  }
}
