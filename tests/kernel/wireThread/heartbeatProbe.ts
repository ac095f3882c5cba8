/** A thread that pings a heartbeat and posts how long each answer took, in ms; then it raises a flag. */
import { parentPort, workerData } from "node:worker_threads";
import { Request } from "zeromq";

export interface ProbeData {
  readonly endpoint: string;
  readonly count: number;
  /** Set to 1 at the end, for a thread that reads no messages meanwhile. */
  readonly done: Int32Array;
}

const { endpoint, count, done } = workerData as ProbeData;
const socket = new Request({ linger: 0, receiveTimeout: 10_000 });
socket.connect(endpoint);
const times: number[] = [];
// The first ones wait for the connection.
for (let i = -10; i < count; i++) {
  const start = performance.now();
  await socket.send("ping");
  await socket.receive();
  if (i >= 0) times.push(performance.now() - start);
}
socket.close();
parentPort!.postMessage(times);
Atomics.store(done, 0, 1);
