import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import net, { type AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { expect } from "chai";
import { KernelError } from "../../../kernel/src/errors.js";
import {
  type Incoming,
  makePublication,
  makeReply,
  newSender,
  parseConnection,
} from "../../../kernel/src/wire/index.js";
import { WireWorker } from "../../../kernel/src/wireThread/index.js";
import { FrontEnd, temporaryConnection } from "../wire/frontEnd.js";
import type { ProbeData } from "./heartbeatProbe.js";

const sender = newSender();

function quantile(times: readonly number[], q: number): number {
  return times.toSorted((a, b) => a - b)[Math.floor(q * (times.length - 1))]!;
}

/** Pings from another thread while this one runs `spin` again and again and never returns to its event loop. */
async function pingWhile(endpoint: string, spin: () => void): Promise<number[]> {
  const done = new Int32Array(new SharedArrayBuffer(4));
  const data: ProbeData = { endpoint, count: 500, done };
  const probe = new Worker(new URL("./heartbeatProbe.js", import.meta.url), { workerData: data });
  const times = once(probe, "message") as Promise<[number[]]>;
  await once(probe, "online");
  while (Atomics.load(done, 0) === 0) spin();
  return (await times)[0];
}

describe("kernel/wireThread/wireWorker", () => {
  const { connection, remove } = temporaryConnection();
  let wire: WireWorker;
  let incoming: AsyncIterator<Incoming>;
  let frontEnd: FrontEnd;

  before(async () => {
    wire = await WireWorker.start({ connection, sender });
    incoming = wire.incoming[Symbol.asyncIterator]();
    frontEnd = new FrontEnd(connection);
    const welcome = await frontEnd.receive("iopub");
    expect(welcome.header.msg_type).to.equal("iopub_welcome");
  });
  after(async () => {
    frontEnd.close();
    await wire.close();
    remove();
  });

  async function nextIncoming(): Promise<Incoming> {
    return ((await incoming.next()) as { value: Incoming }).value;
  }

  it("carries requests with their buffers and replies to them, on shell, control and stdin", async () => {
    for (const channel of ["shell", "control", "stdin"] as const) {
      const buffers = [Buffer.alloc(300_000, 5), Buffer.alloc(0)];
      await frontEnd.send(channel, "comm_info_request", {
        content: { target_name: "ä" },
        buffers,
        header: { subshell_id: "s" },
      });
      const { channel: came, message } = await nextIncoming();
      expect(came).to.equal(channel);
      expect(message.header).to.include({ msg_type: "comm_info_request", subshell_id: "s" });
      expect(message.content).to.deep.equal({ target_name: "ä" });
      expect(message.buffers.map((bytes) => Buffer.from(bytes))).to.deep.equal(buffers);
      const reply = makeReply(sender, message, "comm_info_reply", { status: "ok", comms: {} }, { buffers });
      wire.send(channel, reply);
      expect(buffers[0]!.length, "the buffer stays with its owner").to.equal(300_000);
      const received = await frontEnd.receive(channel);
      expect(received.parent_header).to.deep.equal(message.header);
      expect(received.buffers).to.deep.equal(buffers);
    }
  });

  it("publishes everything, in order, although the subscriber reads later", async () => {
    const count = 20_000;
    for (let i = 0; i < count; i++)
      wire.send("iopub", makePublication(sender, "stream", { name: "stdout", text: `${i}\n` }));
    const texts: unknown[] = [];
    while (texts.length < count) texts.push((await frontEnd.receive("iopub")).content["text"]);
    expect(texts).to.deep.equal(Array.from({ length: count }, (_, i) => `${i}\n`));
    await wire.flush();
    expect((await wire.statistics()).sent.iopub).to.equal(count + 1);
  });

  it("welcomes every new subscriber, also those of one topic", async () => {
    const all = new FrontEnd(connection);
    expect((await all.receive("iopub")).content).to.deep.equal({ subscription: "" });
    const errors = new FrontEnd(connection, { subscription: "stream.stderr" });
    expect((await errors.receive("iopub")).content).to.deep.equal({ subscription: "stream.stderr" });
    wire.send("iopub", makePublication(sender, "status", { execution_state: "idle" }));
    wire.send("iopub", makePublication(sender, "stream", { name: "stderr", text: "x" }));
    expect((await errors.receive("iopub")).header.msg_type).to.equal("stream");
    all.close();
    errors.close();
    // Who subscribed to everything sees the welcomes of others too.
    for (const type of ["iopub_welcome", "iopub_welcome", "status", "stream"])
      expect((await frontEnd.receive("iopub")).header.msg_type).to.equal(type);
  });

  it("answers the heartbeat in less than a millisecond while the main thread spins", async () => {
    const times = await pingWhile(connection.endpoints.heartbeat, () => {});
    expect(times).to.have.length(500);
    expect(quantile(times, 0.5)).to.be.lessThan(1);
  });

  it("answers the heartbeat while the main thread prints without end", async () => {
    const other = temporaryConnection();
    const printing = await WireWorker.start({ connection: other.connection, sender });
    const line = makePublication(sender, "stream", { name: "stdout", text: "x".repeat(1000) });
    const times = await pingWhile(other.connection.endpoints.heartbeat, () => printing.send("iopub", line));
    // The spinning thread, the sockets', this one's and ZeroMQ's share few processors here.
    expect(quantile(times, 0.5)).to.be.lessThan(20);
    await printing.close();
    other.remove();
  });

  it("takes what a child prints for the request that it belongs to, however late the thread is", async () => {
    const other = temporaryConnection();
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "pipes-"));
    const [stdout, stderr] = ["stdout", "stderr"].map((name) => path.join(folder, name)) as [string, string];
    execFileSync("mkfifo", [stdout, stderr]);
    const read = fs.constants.O_RDONLY | fs.constants.O_NONBLOCK;
    const descriptors = { stdout: fs.openSync(stdout, read), stderr: fs.openSync(stderr, read), originals: {} };
    const children = fs.openSync(stdout, "w");
    const busy = await WireWorker.start({ connection: other.connection, sender, descriptors });
    const reader = new FrontEnd(other.connection);
    await reader.receive("iopub");
    const requests = [1, 2].map(() => makePublication(sender, "clear_output", { wait: false }));
    try {
      for (const request of requests) {
        for (let i = 0; i < 5000; i++) busy.send("iopub", makePublication(sender, "clear_output", { wait: false }));
        busy.adopt(request);
        fs.writeSync(children, "printed");
        busy.drainNow();
        let received = await reader.receive("iopub");
        while (received.header.msg_type !== "stream") received = await reader.receive("iopub");
        expect(received.parent_header["msg_id"]).to.equal(request.header.msg_id);
      }
    } finally {
      reader.close();
      await busy.close();
      fs.closeSync(children);
      fs.rmSync(folder, { recursive: true });
      other.remove();
    }
  });

  it("closes twice, then sends nothing, ends its loop and counts nothing more", async () => {
    const other = temporaryConnection();
    const closed = await WireWorker.start({ connection: other.connection, sender });
    await Promise.all([closed.close(), closed.close()]);
    closed.send("iopub", makePublication(sender, "clear_output", { wait: false }));
    await closed.flush();
    for await (const { channel } of closed.incoming) expect(channel).to.equal("nothing comes");
    const error = await closed.statistics().catch((reason: Error) => reason);
    expect(error).to.be.instanceOf(KernelError);
    other.remove();
  });

  it("says which socket cannot listen, and leaves nothing running", async () => {
    const server = net.createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const taken = (server.address() as AddressInfo).port;
    const ports = { shell_port: taken, control_port: 1, iopub_port: 2, stdin_port: 3, hb_port: 4 };
    const blocked = parseConnection(JSON.stringify(ports), "The connection");
    const error = await WireWorker.start({ connection: blocked, sender }).catch((reason: Error) => reason);
    expect(error).to.be.instanceOf(KernelError).with.property("message");
    expect((error as Error).message).to.match(/^The shell socket cannot listen at tcp:.*EADDRINUSE/);
    server.close();
  });

  for (const [way, title] of [
    ["close", "delivers the last reply of a process that closes and exits at once"],
    ["exit", "delivers it also when the process exits without closing, and the process ends well"],
  ] as const) {
    it(title, async () => {
      const other = temporaryConnection();
      const program = fileURLToPath(new URL("./lastReply.js", import.meta.url));
      const child = spawn(process.execPath, [program, JSON.stringify(other.connection), way], { stdio: "inherit" });
      const exited = once(child, "exit");
      const asking = new FrontEnd(other.connection);
      await asking.send("shell", "comm_info_request", { content: {} });
      const reply = await asking.receive("shell");
      expect(reply.buffers[0]).to.have.length(4_000_000);
      expect(await exited).to.deep.equal([0, null]);
      asking.close();
      other.remove();
    });
  }
});
