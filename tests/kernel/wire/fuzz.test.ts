import net from "node:net";
import { expect } from "chai";
import { Dealer } from "zeromq";
import {
  DEFAULT_LIMITS,
  DELIMITER,
  type Incoming,
  makePublication,
  newSender,
  Signatures,
  Sockets,
} from "../../../kernel/src/wire/index.js";
import { ZeromqTransport } from "../../../kernel/src/wire/zeromqTransport.js";
import { WireWorker } from "../../../kernel/src/wireThread/index.js";
import { FrontEnd, KEY, temporaryConnection } from "./frontEnd.js";

const MESSAGES = 10_000;

/** Numbers in [0, 1) from a seed, so that a failure can be repeated. Source: mulberry32. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const random = generator(20_260_101);
const below = (bound: number) => Math.floor(random() * bound);

function bytes(length: number): Buffer {
  return Buffer.from(Array.from({ length }, () => below(256)));
}

/** Values of types that no message has there. */
const WRONG = [
  "null",
  "[]",
  "1",
  '"{}"',
  "{",
  "",
  "\xff",
  "{}{}",
  `[${"[".repeat(5000)}`,
  '{"msg_id":5}',
  '{"__proto__":{}}',
];

/** One part of a message replaced by something wrong, and the whole signed all the same. */
function signedNonsense(frames: readonly Buffer[]): Buffer[] {
  const parts = frames.slice(2, 6);
  // Of metadata and content `{"msg_id":5}` and the like would be right; the header must have all its fields.
  parts[below(2) === 0 ? 0 : below(4)] = Buffer.from(WRONG[below(9)]!, "latin1");
  return [DELIMITER, new Signatures(KEY).sign(parts), ...parts];
}

/** Every way to spoil a genuine message; none gives a genuine one. */
const SPOIL: readonly ((frames: Buffer[]) => Buffer[])[] = [
  // Bits of signature or signed parts.
  (frames) => {
    const part = frames[1 + below(5)]!;
    part[below(part.length)]! ^= 1 << below(8);
    return frames;
  },
  (frames) => frames.slice(0, below(6)),
  (frames) => frames.map((frame, i) => (i === 1 ? Buffer.alloc(below(70)) : frame)),
  (frames) => frames.map((frame, i) => (i > 1 ? frame.subarray(0, below(frame.length)) : frame)),
  (frames) =>
    [frames[0]!, frames[1]!, frames[3]!, frames[2]!, frames[5]!, frames[4]!].map((f, i) => (i === 2 ? bytes(3) : f)),
  (frames) => frames.with(0, Buffer.from("<IDS|MSG")),
  () => Array.from({ length: 1 + below(12) }, () => bytes(below(60))),
  () => Array.from({ length: 200 }, () => Buffer.alloc(0)),
  () => [DELIMITER, ...Array.from({ length: below(9) }, () => DELIMITER)],
  signedNonsense,
  // Unsigned, and large.
  (frames) => frames.with(1, Buffer.alloc(0)).with(5, Buffer.alloc(below(200_000), 0x5b)),
];

describe("kernel/wire under fire", () => {
  it(`${MESSAGES} spoiled messages: all dropped and counted, none answered, and the genuine ones served`, async () => {
    const { connection, remove } = temporaryConnection();
    const wire = await WireWorker.start({ connection, sender: newSender() });
    const frontEnd = new FrontEnd(connection);
    const attacker = new Dealer({ linger: 0, receiveTimeout: 300 });
    const channels = ["shell", "control", "stdin"] as const;
    for (const channel of channels) attacker.connect(connection.endpoints[channel]);
    for (let i = 0; i < MESSAGES; i++) {
      const genuine = frontEnd
        .frames("execute_request", { content: { code: `${i}` } })
        .map((frame) => Buffer.from(frame));
      const spoiled = SPOIL[i % SPOIL.length]!(genuine);
      await attacker.send(spoiled.length === 0 ? [Buffer.alloc(0)] : spoiled);
    }
    const incoming = wire.incoming[Symbol.asyncIterator]();
    for (const channel of channels) {
      await frontEnd.send(channel, "comm_info_request");
      const { value } = (await incoming.next()) as { value: Incoming };
      expect(value.message.header.session, "nothing else came").to.equal(frontEnd.sender.session);
      expect(value.message.header.msg_type).to.equal("comm_info_request");
    }
    const answer = await attacker.receive().catch((error: NodeJS.ErrnoException) => error.code);
    expect(answer).to.equal("EAGAIN");
    const { received, dropped, sent } = await wire.statistics();
    expect(received).to.deep.equal({ shell: 1, control: 1, stdin: 1 });
    expect(Object.values(dropped).reduce((sum, count) => sum + count, 0)).to.equal(MESSAGES);
    expect(sent).to.include({ shell: 0, control: 0, stdin: 0 });
    attacker.close();
    frontEnd.close();
    await wire.close();
    remove();
  });

  it("survives what is not ZeroMQ at all, on every socket", async () => {
    const { connection, remove } = temporaryConnection();
    const wire = await WireWorker.start({ connection, sender: newSender() });
    for (const endpoint of Object.values(connection.endpoints)) {
      for (let i = 0; i < 20; i++) {
        const client = net.connect(endpoint.slice("ipc://".length)).on("error", () => {});
        client.end(
          i % 2 === 0
            ? bytes(below(500))
            : Buffer.concat([Buffer.from([0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 3]), bytes(80)]),
        );
        client.resume();
        await new Promise((resolve) => client.once("close", resolve));
      }
    }
    const frontEnd = new FrontEnd(connection);
    await frontEnd.heartbeat.send("ping");
    expect((await frontEnd.heartbeat.receive()).map(String)).to.deep.equal(["ping"]);
    expect((await frontEnd.receive("iopub")).header.msg_type).to.equal("iopub_welcome");
    frontEnd.close();
    await wire.close();
    remove();
  });

  it("shuts out frames beyond its limits, on shell, iopub and heartbeat, and serves the others", async () => {
    const { connection, remove } = temporaryConnection();
    const limits = { ...DEFAULT_LIMITS, jsonBytes: 100_000, bufferBytes: 100_000 };
    const sender = newSender();
    const sockets = await Sockets.open({ connection, sender, transport: new ZeromqTransport(), limits });
    const huge = [connection.endpoints.shell, connection.endpoints.heartbeat].map((endpoint) => {
      const dealer = new Dealer({ linger: 0, receiveTimeout: 300 });
      dealer.connect(endpoint);
      return dealer;
    });
    for (const dealer of huge) await dealer.send(Buffer.alloc(10_000_000));
    const subscriber = new FrontEnd(connection, { subscription: "x".repeat(1_000_000) });
    const frontEnd = new FrontEnd(connection);
    await frontEnd.receive("iopub");
    await sockets.send("iopub", makePublication(sender, "status", { execution_state: "idle" }));
    expect((await frontEnd.receive("iopub")).header.msg_type).to.equal("status");
    for (const dealer of huge) expect(await dealer.receive().catch((error) => error.code)).to.equal("EAGAIN");
    const { received, heartbeats, welcomed } = await sockets.statistics();
    expect({ received, heartbeats, welcomed }).to.deep.equal({
      received: { shell: 0, control: 0, stdin: 0 },
      heartbeats: 0,
      welcomed: 1,
    });
    for (const socket of [...huge, subscriber, frontEnd]) socket.close();
    await sockets.close();
    remove();
  });
});
