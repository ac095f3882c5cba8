/** The program of the sockets' thread. The main thread starts it by `WireWorker.start`. */
import { type MessagePort, workerData } from "node:worker_threads";
import type { Incoming } from "./messages.js";
import { Sockets } from "./sockets.js";
import { detach, type FromThread, Pressure, type ThreadData, type ToThread } from "./wireProtocol.js";
import { ZeromqTransport } from "./zeromqTransport.js";

const { connection, sender, port, pressure: memory } = workerData as ThreadData;
const pressure = new Pressure(memory);

/** However the thread ends, the main thread must not wait for it. */
process.once("exit", () => pressure.end());

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

async function handle(sockets: Sockets, request: ToThread): Promise<void> {
  switch (request.kind) {
    case "send":
      await sockets.sendSerialized(request.channel, request.message);
      return pressure.remove(request.size);
    case "flush":
      await sockets.flush();
      return post({ kind: "answer", id: request.id });
    case "statistics":
      return post({ kind: "answer", id: request.id, statistics: await sockets.statistics() });
    case "close":
      return sockets.close();
  }
}

async function main(from: MessagePort): Promise<void> {
  let sockets: Sockets | undefined;
  try {
    const opened = await Sockets.open({ connection, sender, transport: new ZeromqTransport() });
    sockets = opened;
    from.on("message", (request: ToThread) => void handle(opened, request));
    post({ kind: "bound" });
    for await (const incoming of opened.incoming) postIncoming(incoming);
  } catch (error) {
    post({ kind: "failed", reason: error instanceof Error ? error.message : String(error) });
  }
  await sockets?.close();
  from.close();
}

await main(port);
