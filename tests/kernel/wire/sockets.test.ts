import { assert, expect } from "chai";
import { KernelError } from "../../../kernel/src/errors.js";
import {
  DEFAULT_LIMITS,
  decode,
  encode,
  type Incoming,
  makeHeader,
  makeMessage,
  makePublication,
  makeReply,
  newSender,
  parseConnection,
  Signatures,
  Sockets,
} from "../../../kernel/src/wire/index.js";
import { MemoryTransport } from "./memoryTransport.js";
import { checkPublished } from "./specification.js";

const ports = { shell_port: 1, control_port: 2, iopub_port: 3, stdin_port: 4, hb_port: 5 };
const connection = parseConnection(JSON.stringify({ ...ports, key: "key" }), "The connection");
const sender = newSender();
const frontEnd = newSender();

function requestFrames(type: string, from = frontEnd, buffers: Uint8Array[] = []): Uint8Array[] {
  const header = makeHeader(from, type);
  const rest = { parent_header: {}, metadata: {}, content: {}, buffers };
  return encode({ identities: [Buffer.from("peer")], header, ...rest }, new Signatures("key"));
}

function messageOf(frames: readonly Uint8Array[]) {
  const decoded = decode(frames, new Signatures("key"));
  assert(decoded.ok);
  checkPublished(decoded.message);
  return decoded.message;
}

describe("kernel/wire/sockets", () => {
  let transport: MemoryTransport;
  let sockets: Sockets;
  let incoming: AsyncIterator<Incoming>;

  beforeEach(async () => {
    transport = new MemoryTransport();
    sockets = await Sockets.open({ connection, sender, transport });
    incoming = sockets.incoming[Symbol.asyncIterator]();
  });
  afterEach(() => sockets.close());

  it("binds five sockets, a publisher and four routers", () => {
    expect(transport.sockets.map(({ kind, endpoint }) => [kind, endpoint])).to.deep.equal([
      ["router", "tcp://127.0.0.1:1"],
      ["router", "tcp://127.0.0.1:2"],
      ["router", "tcp://127.0.0.1:4"],
      ["publisher", "tcp://127.0.0.1:3"],
      ["router", "tcp://127.0.0.1:5"],
    ]);
  });

  it("hands on what arrives on shell, control and stdin, and replies to who asked", async () => {
    for (const [i, channel] of (["shell", "control", "stdin"] as const).entries()) {
      transport.sockets[i]!.arrive(...requestFrames("interrupt_request", frontEnd, [Buffer.from("b")]));
      const { value } = (await incoming.next()) as { value: Incoming };
      expect(value.channel).to.equal(channel);
      expect(value.message.buffers).to.deep.equal([Buffer.from("b")]);
      void sockets.send(channel, makeReply(sender, value.message, "interrupt_reply", { status: "ok" }));
      const reply = messageOf(await transport.sockets[i]!.next());
      expect(reply.identities).to.deep.equal([Buffer.from("peer")]);
      expect(reply.parent_header).to.deep.equal(value.message.header);
    }
  });

  it("drops and counts garbage, repetitions and its own messages; answers none of them", async () => {
    const [shell, control] = transport.sockets;
    const frames = requestFrames("execute_request");
    shell!.arrive(...frames);
    shell!.arrive(...frames);
    control!.arrive(...frames);
    shell!.arrive("peer", "garbage");
    shell!.arrive("peer", ...frames.slice(1, 2), Buffer.alloc(64), ...frames.slice(3));
    shell!.arrive(...encode(makePublication(sender, "comm_msg", { comm_id: "c", data: {} }), new Signatures("key")));
    shell!.arrive(...requestFrames("kernel_info_request"));
    const types: string[] = [];
    while (types.length < 2) types.push(((await incoming.next()) as { value: Incoming }).value.message.header.msg_type);
    expect(types).to.deep.equal(["execute_request", "kernel_info_request"]);
    const { received, dropped, sent } = await sockets.statistics();
    expect(received).to.deep.equal({ shell: 2, control: 0, stdin: 0 });
    expect(dropped).to.deep.equal({ replayed: 2, "no-delimiter": 1, "bad-signature": 1, reflected: 1 });
    expect(sent).to.deep.equal({ shell: 0, control: 0, stdin: 0, iopub: 0 });
  });

  it("echoes heartbeats to whom they came from", async () => {
    const heartbeat = transport.sockets[4]!;
    heartbeat.arrive("peer", "", "ping");
    expect((await heartbeat.next()).map(String)).to.deep.equal(["peer", "", "ping"]);
    expect((await sockets.statistics()).heartbeats).to.equal(1);
  });

  it("welcomes each subscription under its own topic, and nothing else", async () => {
    const iopub = transport.sockets[3]!;
    iopub.arrive("\x01");
    iopub.arrive("\x00");
    iopub.arrive("\x01more", "frames");
    iopub.arrive("");
    iopub.arrive("\x01stream");
    for (const subscription of ["", "stream"]) {
      const welcome = messageOf(await iopub.next());
      expect(welcome.header).to.include({ msg_type: "iopub_welcome", session: sender.session });
      expect(welcome.content).to.deep.equal({ subscription });
      expect(welcome.parent_header).to.deep.equal({});
      expect(welcome.identities).to.deep.equal([Buffer.from(subscription)]);
    }
    expect((await sockets.statistics()).welcomed).to.equal(2);
  });

  it("keeps the order of what it publishes, and flushes it before it closes", async () => {
    const iopub = transport.sockets[3]!;
    for (let i = 0; i < 50; i++)
      void sockets.send("iopub", makePublication(sender, "stream", { name: "stdout", text: `${i}` }));
    await sockets.close();
    await sockets.close();
    for (let i = 0; i < 50; i++) expect(messageOf(await iopub.next()).content).to.include({ text: `${i}` });
    await sockets.send("iopub", makePublication(sender, "clear_output", { wait: false }));
    await sockets.flush();
    expect((await sockets.statistics()).sent.iopub).to.equal(50);
    expect(transport.sockets.every(({ closed }) => closed)).to.equal(true);
    expect((await incoming.next()).done).to.equal(true);
  });

  it("counts what the transport refuses, and throws where the message was made when JSON cannot hold it", async () => {
    transport.sockets[0]!.failure = new Error("refused");
    const reply = makeMessage(sender, "interrupt_reply", { status: "ok" });
    await sockets.send("shell", reply);
    await sockets.flush();
    expect((await sockets.statistics()).failed).to.equal(1);
    assert.throws(() => sockets.send("shell", { ...reply, content: { big: 1n } }), TypeError);
  });

  it("limits the frames that it lets in to what its limits allow", async () => {
    const limits = { ...DEFAULT_LIMITS, jsonBytes: 100_000, bufferBytes: 200_000 };
    const limited = new MemoryTransport();
    await (await Sockets.open({ connection, sender, transport: limited, limits })).close();
    expect(limited.sockets.map(({ maxFrameBytes }) => maxFrameBytes)).to.deep.equal([
      200_000, 200_000, 200_000, 4096, 4096,
    ]);
  });

  it("says which socket failed, while binding and later", async () => {
    const broken = new MemoryTransport();
    const open = broken.open.bind(broken);
    broken.open = (kind, bytes) => {
      const socket = open(kind, bytes);
      if (kind === "publisher") socket.failure = Object.assign(new Error("taken"), { code: "EADDRINUSE" });
      return socket;
    };
    const error = await Sockets.open({ connection, sender, transport: broken }).catch((reason) => reason);
    expect(error).to.be.instanceOf(KernelError);
    expect(error.message).to.match(/^The iopub socket cannot listen at tcp:\/\/127\.0\.0\.1:3 \(EADDRINUSE\); start/);
    expect(broken.sockets.every(({ closed }) => closed)).to.equal(true);
    transport.sockets[1]!.break(new Error("lost"));
    const failure = await incoming.next().catch((reason: Error) => reason);
    expect(failure)
      .to.be.instanceOf(KernelError)
      .with.property("message")
      .that.matches(/^The control socket failed .*lost/);
  });
});
