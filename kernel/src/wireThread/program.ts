/** The program of the sockets' thread. The main thread starts it by `WireWorker.start`. */
import { type MessagePort, workerData } from "node:worker_threads";
import { kernelInfo } from "../control/kernelInfo.js";
import { Dispatcher, type Handlers } from "../dispatch/index.js";
import { introspectionHandlers } from "../introspection/index.js";
import { LanguageClient } from "../language/index.js";
import { DescriptorReader, StreamPump, StreamReader } from "../streams/index.js";
import { type Incoming, makePublication, Sockets } from "../wire/index.js";
import { ZeromqTransport } from "../wire/zeromqTransport.js";
import { Parents } from "./parents.js";
import { detach, type FromThread, Pressure, type ThreadData, type ToThread } from "./protocol.js";

const { connection, sender, port, pressure: memory, streams, descriptors, versions } = workerData as ThreadData;
const pressure = new Pressure(memory);

/** However the thread ends, the main thread must not wait for it. */
process.once("exit", () => {
  pressure.end();
  new StreamReader(streams).end();
});

function post(message: FromThread, transfer: readonly ArrayBuffer[] = []): void {
  port.postMessage(message, transfer as ArrayBuffer[]);
}

/** ZeroMQ's memory cannot change threads, so identities and buffers are copied once. */
function postIncoming({ channel, message }: Incoming): void {
  const identities = detach(message.identities);
  const buffers = detach(message.buffers);
  const incoming = { channel, message: { ...message, identities, buffers } };
  post(
    { kind: "incoming", incoming },
    [...identities, ...buffers].map(({ buffer }) => buffer),
  );
}

/** What runs on the sockets in this thread. */
class Services {
  readonly #sockets: Sockets;
  readonly #parents = new Parents();
  readonly #pump: StreamPump;
  readonly #children: DescriptorReader | undefined;
  readonly #handlers: Handlers = {
    kernel_info_request: async () => ({ content: kernelInfo(versions) }),
    shutdown_request: async ({ content: { restart } }) => {
      setTimeout(() => post({ kind: "shutdown" }), 10);
      return { content: { status: "ok", restart } };
    },
  };
  #dispatcher: Dispatcher;

  constructor(sockets: Sockets) {
    this.#sockets = sockets;
    const publish = (parent: number, name: "stdout" | "stderr", text: string) => {
      const header = this.#parents.get(parent);
      const options = header === undefined ? {} : { parent: { header } };
      return sockets.send("iopub", makePublication(sender, "stream", { name, text }, options));
    };
    this.#pump = new StreamPump({ memory: streams, publish });
    const print = (name: "stdout" | "stderr", text: string) => this.#pump.add(this.#parents.latest, name, text);
    this.#children = descriptors === undefined ? undefined : new DescriptorReader(descriptors, print);
    this.#dispatcher = new Dispatcher({ sender, wire: sockets, handlers: this.#handlers, fallback: postIncoming });
  }

  dispatch(incoming: Incoming): void {
    this.#dispatcher.dispatch(incoming);
  }

  async handle(request: ToThread): Promise<void> {
    switch (request.kind) {
      case "send": {
        this.#pump.catchUp(request.printed);
        const sent = this.#sockets.sendSerialized(request.channel, request.message);
        this.#pump.pass(request.printed);
        await sent;
        return pressure.remove(request.size);
      }
      case "parent":
        this.#children?.drain();
        return this.#parents.add(request.parent, request.header);
      case "printed":
        return this.#pump.wake();
      case "drain":
        return this.#children?.drain();
      case "language":
        return this.#connectLanguage(request.port);
      case "flush":
        this.#pump.catchUp();
        await this.#sockets.flush();
        return post({ kind: "answer", id: request.id });
      case "statistics":
        return post({ kind: "answer", id: request.id, statistics: await this.#sockets.statistics() });
      case "close":
        this.#children?.close();
        this.#pump.close();
        return this.#sockets.close();
    }
  }

  #connectLanguage(languagePort: MessagePort): void {
    const handlers = { ...this.#handlers, ...introspectionHandlers(new LanguageClient(languagePort)) };
    this.#dispatcher = new Dispatcher({ sender, wire: this.#sockets, handlers, fallback: postIncoming });
  }
}

async function main(from: MessagePort): Promise<void> {
  let sockets: Sockets | undefined;
  try {
    sockets = await Sockets.open({ connection, sender, transport: new ZeromqTransport() });
    const services = new Services(sockets);
    from.on("message", (request: ToThread) => void services.handle(request));
    post({ kind: "bound" });
    for await (const incoming of sockets.incoming) services.dispatch(incoming);
  } catch (error) {
    post({ kind: "failed", reason: error instanceof Error ? error.message : String(error) });
  }
  await sockets?.close();
  from.close();
}

await main(port);
