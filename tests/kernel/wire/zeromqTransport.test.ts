import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { expect } from "chai";
import { Dealer, Subscriber } from "zeromq";
import { ZeromqTransport } from "../../../kernel/src/wire/zeromqTransport.js";

describe("kernel/wire/zeromqTransport", () => {
  let folder: string;
  let endpoint: string;
  const closing: { close(): unknown }[] = [];

  function opened<Socket extends { close(): unknown }>(socket: Socket): Socket {
    closing.push(socket);
    return socket;
  }

  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "zmq-"));
    endpoint = `ipc://${folder}/s`;
  });
  afterEach(async () => {
    for (const socket of closing.splice(0)) await socket.close();
    fs.rmSync(folder, { recursive: true, force: true });
  });

  it("a router serves a front end that comes back under the same identity", async () => {
    const router = opened(new ZeromqTransport().open("router", 1024));
    await router.bind(endpoint);
    const arriving = router[Symbol.asyncIterator]();
    // Both stay open: the router does not know that the first one is gone.
    for (const text of ["first", "second"]) {
      const dealer = opened(new Dealer({ routingId: "front end", linger: 0, receiveTimeout: 5000 }));
      dealer.connect(endpoint);
      await dealer.send(text);
      const { value } = await arriving.next();
      expect(value.map(String)).to.deep.equal(["front end", text]);
      await router.send([Buffer.from("front end"), Buffer.from(`to ${text}`)]);
      expect((await dealer.receive()).map(String)).to.deep.equal([`to ${text}`]);
    }
    await router.send([Buffer.from("nobody"), Buffer.from("lost")]);
  });

  it("a router shuts out who sends more than it allows, and serves the others", async () => {
    const router = opened(new ZeromqTransport().open("router", 1024));
    await router.bind(endpoint);
    const arriving = router[Symbol.asyncIterator]();
    for (const bytes of [1025, 1_000_000, 1024]) {
      const dealer = opened(new Dealer({ linger: 0 }));
      dealer.connect(endpoint);
      await dealer.send(Buffer.alloc(bytes));
    }
    expect((await arriving.next()).value[1]).to.have.length(1024);
  });

  it("a publisher waits for a slow subscriber, and loses nothing", async () => {
    const publisher = opened(new ZeromqTransport({ publisherMessages: 5 }).open("publisher", 1024));
    await publisher.bind(endpoint);
    const subscriber = opened(new Subscriber({ linger: 0, receiveHighWaterMark: 5, receiveTimeout: 5000 }));
    subscriber.connect(endpoint);
    subscriber.subscribe("");
    await publisher[Symbol.asyncIterator]().next();
    const body = Buffer.alloc(100_000);
    const sending = (async () => {
      for (let i = 0; i < 100; i++) await publisher.send([Buffer.from(String(i)), body]);
    })();
    await delay(100);
    for (let i = 0; i < 100; i++) expect(String((await subscriber.receive())[0])).to.equal(String(i));
    await sending;
  });

  it("a publisher goes on without a subscriber that reads nothing, and only that one misses something", async () => {
    const publisher = opened(new ZeromqTransport({ publisherMessages: 40, stallMs: 50 }).open("publisher", 1024));
    await publisher.bind(endpoint);
    const [stuck, reading] = [0, 1].map(() =>
      opened(new Subscriber({ linger: 0, receiveHighWaterMark: 5, receiveTimeout: 5000 })),
    );
    const subscriptions = publisher[Symbol.asyncIterator]();
    for (const subscriber of [stuck!, reading!]) {
      subscriber.connect(endpoint);
      subscriber.subscribe("");
      await subscriptions.next();
    }
    const body = Buffer.alloc(100_000);
    const received: string[] = [];
    const read = (async () => {
      while (received.length < 200) received.push(String((await reading!.receive())[0]));
    })();
    for (let i = 0; i < 200; i++) {
      await publisher.send([Buffer.from(String(i)), body]);
      // The one that reads gets its turn, as in a process of its own.
      while (received.length < i - 2) await delay(1);
    }
    await read;
    expect(received).to.deep.equal(Array.from({ length: 200 }, (_, i) => String(i)));
  });

  it("ends its loop, and fails its sends, when it is closed", async () => {
    for (const kind of ["router", "publisher"] as const) {
      const socket = new ZeromqTransport().open(kind, 1024);
      await socket.bind(`${endpoint}-${kind}`);
      const next = socket[Symbol.asyncIterator]().next();
      await Promise.all([socket.close(), socket.close()]);
      expect((await next).done).to.equal(true);
      const error = await socket.send([Buffer.from("a")]).catch((reason: Error) => reason);
      expect(error).to.be.instanceOf(Error);
    }
  });
});
