/** The program of the sockets' thread. The main thread starts it by `WireWorker.start`. */
import { type MessagePort, workerData } from "node:worker_threads";
import { StreamReader } from "../streams/index.js";
import { Sockets } from "../wire/index.js";
import { ZeromqTransport } from "../wire/zeromqTransport.js";
import { type FromThread, Pressure, type ThreadData, type ToThread } from "./protocol.js";
import { Services } from "./services.js";

const data = workerData as ThreadData;

/** However the thread ends, the main thread must not wait for it. */
process.once("exit", () => {
  new Pressure(data.pressure).end();
  new StreamReader(data.streams).end();
});

function post(message: FromThread, transfer: readonly ArrayBuffer[] = []): void {
  data.port.postMessage(message, transfer as ArrayBuffer[]);
}

async function main({ connection, sender }: ThreadData, from: MessagePort): Promise<void> {
  let sockets: Sockets | undefined;
  let services: Services | undefined;
  try {
    sockets = await Sockets.open({ connection, sender, transport: new ZeromqTransport() });
    const opened = new Services(sockets, data, post);
    services = opened;
    from.on("message", (request: ToThread) => void opened.handle(request));
    post({ kind: "bound" });
    for await (const incoming of sockets.incoming) opened.dispatch(incoming);
  } catch (error) {
    post({ kind: "failed", reason: error instanceof Error ? error.message : String(error) });
  }
  services?.close();
  await sockets?.close();
  from.close();
}

await main(data, data.port);
