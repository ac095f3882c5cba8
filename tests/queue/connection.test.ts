import { writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { createServer as createTlsServer } from "node:tls";
import { inspect } from "node:util";
import { expect } from "chai";
import fc from "fast-check";
import { openRedisQueue, RedisAddress, startWorker } from "../../src/queue/index.js";
import { inFolder, rejection } from "../scripts/scripts.js";
import { selfSigned } from "./certificate.js";
import { CODE, handlerAfter, resultOf, testJob, until } from "./jobs.js";
import { freePort, TestRedis } from "./redis.js";

/** Listens on a port of this machine until `work` is done. */
async function listening<T>(server: Server, work: (port: number) => Promise<T>): Promise<T> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    return await work((server.address() as AddressInfo).port);
  } finally {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
}

/** A server that speaks as much of RESP as is needed: an answer for each command. */
function fakeRedis(answer: (command: string) => string): Server {
  return createServer((socket) => {
    let text = "";
    socket.setEncoding("latin1").on("data", (chunk: string) => {
      text += chunk;
      for (;;) {
        const match = /^\*(\d+)\r\n((?:\$\d+\r\n[^\r]*\r\n)*)/.exec(text);
        const parts = match?.[2].split("\r\n").filter((_, i) => i % 2 === 1) ?? [];
        if (match === null || parts.length < Number(match[1])) return;
        text = text.slice(match[0].length);
        socket.write(answer(parts[0].toLowerCase()));
      }
    });
  });
}

const bulk = (text: string) => `$${Buffer.byteLength(text)}\r\n${text}\r\n`;

/** A server with these lines in its INFO. */
function withInfo(...lines: readonly string[]): Server {
  return fakeRedis((command) => (command === "info" ? bulk(lines.join("\r\n")) : "+OK\r\n"));
}

const opened = (url: string, onNotice: (sentence: string) => void = () => {}) =>
  openRedisQueue({ url, code: CODE, connectMs: 2000, onNotice });

/** The sentence with which a queue is not opened. A worker is not started with the same one. */
async function refusal(url: string): Promise<string> {
  const error = await rejection(opened(url));
  expect(error.name, error.stack).to.equal("EspalierError");
  const started = startWorker({ url, code: CODE, handler: handlerAfter(0), connectMs: 2000, onNotice: () => {} });
  expect((await rejection(started)).message).to.equal(error.message);
  return error.message.replaceAll(/127\.0\.0\.1:\d+/g, "HOST");
}

describe("queue/connection", function () {
  this.timeout(60_000);

  it("says that nothing answers", async () => {
    const port = await freePort();
    expect(await refusal(`redis://127.0.0.1:${port}`)).to.equal(
      "No Redis answers at redis://HOST/0 (ECONNREFUSED); start one there, or give another address.",
    );
    expect(await refusal("redis://no-such-host.invalid")).to.equal(
      "The host of redis://no-such-host.invalid:6379/0 is not known; check its name.",
    );
  });

  it("waits for an answer for a time only", () =>
    listening(createServer(), async (port) => {
      expect(await refusal(`redis://127.0.0.1:${port}/3`)).to.equal(
        "No Redis answers at redis://HOST/3 (no answer in 2 s); start one there, or give another address.",
      );
    }));

  const servers: [string, () => Server, RegExp | null][] = [
    [
      "an old Redis",
      () => withInfo("redis_version:6.0.16"),
      /^The Redis at redis:\/\/HOST\/0 is 6\.0\.16 and the queue needs 6\.2\.0 or later; update it/,
    ],
    ["a very old Redis", () => withInfo("redis_version:2.8.4"), /is 2\.8\.4 and the queue needs 6\.2\.0/],
    [
      "something without a version",
      () => withInfo("server:else"),
      /is of an unknown version and the queue needs 6\.2\.0/,
    ],
    [
      "a cluster",
      () => withInfo("redis_version:7.4.0", "redis_mode:cluster"),
      /is a cluster, over which the queue is not spread/,
    ],
    ["a replica", () => withInfo("redis_version:7.4.0", "role:slave"), /is a replica, which takes no jobs/],
    [
      "no Redis",
      () => createServer((socket) => socket.write("HTTP/1.1 400 Bad Request\r\n\r\n")),
      /is not a Redis; check host and port/,
    ],
    [
      "one that hangs up",
      () => createServer((socket) => socket.destroy()),
      /^No Redis answers at redis:\/\/HOST\/0 \(/,
    ],
    [
      "one that may not be asked",
      () => fakeRedis(() => "-NOPERM this user has no permissions to run the 'info' command\r\n"),
      /may not do what a queue needs/,
    ],
  ];
  for (const [what, server, sentence] of servers) {
    it(`refuses ${what}`, () =>
      listening(server(), async (port) => {
        expect(await refusal(`redis://127.0.0.1:${port}`)).to.match(sentence ?? /./);
      }));
  }

  it("waits for one that is reading its data", () => {
    let asked = 0;
    const server = fakeRedis((command) => {
      if (command !== "info") return "+OK\r\n";
      asked++;
      return bulk(`redis_version:6.0.16\r\nloading:${asked % 3 === 0 ? 0 : 1}`);
    });
    return listening(server, async (port) => {
      expect(await refusal(`redis://127.0.0.1:${port}`)).to.match(/is 6\.0\.16 and the queue needs/);
      expect(asked).to.equal(6);
    });
  });

  describe("with a real Redis", () => {
    if (process.platform === "win32") return;
    const password = "p@ss:w/o?rd#%41 ü";
    let redis: TestRedis;
    before(async function () {
      this.timeout(120_000);
      redis = await TestRedis.start({ password, args: ["--maxmemory-policy", "allkeys-lru"] });
    });
    after(() => redis.stop());

    it("opens with the password in the address, and tells of a policy that drops jobs", async () => {
      const notices: string[] = [];
      const queue = await opened(redis.url, (sentence) => void notices.push(sentence));
      const worker = await startWorker({ url: redis.url, code: CODE, handler: handlerAfter(0), onNotice: () => {} });
      expect(await queue.submit([testJob(1)])).to.deep.equal([resultOf(testJob(1))]);
      await worker.leave();
      await queue.close();
      expect(notices).to.deep.equal([
        `The Redis at ${queue.where} has the maxmemory-policy allkeys-lru and may drop jobs when its memory is full, which are then run again; set it to noeviction.`,
      ]);
    });

    it("says which way a password is wrong", async () => {
      const host = `127.0.0.1:${redis.port}`;
      expect(await refusal(`redis://${host}`)).to.equal(
        "The Redis at redis://HOST/0 asks for a password; put it into the address, as redis://user:password@host:port.",
      );
      expect(await refusal(`redis://:other@${host}`)).to.match(
        /^The Redis at redis:\/\/HOST\/0 refuses the user or the password/,
      );
      expect(await refusal(`redis://someone:other@${host}`)).to.match(/refuses the user or the password/);
      expect(await refusal(`${redis.url}/99`)).to.match(
        /^The Redis at redis:\/\/HOST\/99 has no database of that number/,
      );
      expect(await refusal(redis.url.replace("redis:", "rediss:"))).to.match(
        /^What listens at rediss:\/\/HOST\/0 does not speak TLS|^No Redis answers/,
      );
    });

    it("needs no more rights than it says, and says which are missing", async () => {
      const client = redis.client();
      const rules = ["on", `>${password}`, "~team:*", "+@all", "-@admin", "+client"];
      await client.call("ACL", "SETUSER", "enough", ...rules, "allchannels");
      await client.call("ACL", "SETUSER", "mute", ...rules, "resetchannels");
      await client.call("ACL", "SETUSER", "reader", ...rules, "allchannels", "-@write");
      const as = (user: string) => `${redis.url.replace("redis://", `redis://${user}`)}?prefix=team`;
      const queue = await opened(as("enough"));
      const worker = await startWorker({ url: as("enough"), code: CODE, handler: handlerAfter(0), onNotice: () => {} });
      expect(await queue.submit([testJob(1)])).to.deep.equal([resultOf(testJob(1))]);
      await worker.leave();
      await queue.close();
      const missing =
        /^The user of the Redis at \S+ may not do what a queue needs; let it run \+@all -@admin \+client on the keys/;
      const mute = startWorker({ url: as("mute"), code: CODE, handler: handlerAfter(0), onNotice: () => {} });
      expect((await rejection(mute)).message).to.match(missing);
      expect((await rejection(opened(as("reader")))).message).to.match(missing);
      // In some versions, names of clients are for administrators: BullMQ's events do not come then, and the results later.
      await client.call("ACL", "SETUSER", "nameless", ...rules, "-client", "allchannels");
      const notices: string[] = [];
      const nameless = await opened(as("nameless"), (sentence) => void notices.push(sentence));
      expect(await nameless.submit([testJob(1)])).to.deep.equal([resultOf(testJob(1))]);
      await until(() => notices.some((notice) => missing.test(notice)), "the notice");
      await nameless.close();
      client.disconnect();
    });

    it("keeps databases and prefixes apart", async () => {
      const client = redis.client();
      const queue = await opened(`${redis.url}/5?prefix=team.one`);
      const refused = rejection(queue.submit([testJob(1)]));
      await client.select(5);
      while ((await client.keys("*")).length < 3) await new Promise((resolve) => setTimeout(resolve, 20));
      expect((await client.keys("*")).every((key) => key.startsWith("team.one:"))).to.equal(true);
      client.disconnect();
      await queue.close();
      await refused;
    });

    it("goes through TLS to one whose certificate is known, and to no other", () =>
      inFolder(async (folder) => {
        const { key, cert } = selfSigned("localhost");
        const ca = join(folder, "ca.pem");
        writeFileSync(ca, cert);
        const tunnel = createTlsServer({ key, cert }, (secure) => {
          const plain = connect(redis.port, "127.0.0.1");
          secure.pipe(plain).pipe(secure);
          for (const socket of [secure, plain]) socket.on("error", () => {});
          secure.on("close", () => plain.destroy());
        });
        tunnel.on("tlsClientError", () => {});
        await listening(tunnel, async (port) => {
          const address = `rediss://:${encodeURIComponent(password)}@localhost:${port}`;
          const queue = await opened(`${address}?ca=${encodeURIComponent(ca)}`);
          const worker = await startWorker({
            url: `${address}?ca=${encodeURIComponent(ca)}`,
            code: CODE,
            handler: handlerAfter(0),
            onNotice: () => {},
          });
          expect(await queue.submit([testJob(2)])).to.deep.equal([resultOf(testJob(2))]);
          await worker.leave();
          await queue.close();
          for (const wrong of [address, `${address.replace("localhost", "127.0.0.1")}?ca=${encodeURIComponent(ca)}`]) {
            expect(await refusal(wrong)).to.match(
              /^The certificate of the Redis at rediss:\/\/\S+ is not one that can be trusted/,
            );
          }
          expect(await refusal(`${address}?ca=${join(folder, "none.pem")}`)).to.match(
            /^The file of certificates \S+ cannot be read \(ENOENT\)/,
          );
        });
      }));
  });
});

describe("queue/address", () => {
  it("reads host, port, database, prefix and TLS", () => {
    const read = (url: string) => {
      const address = RedisAddress.parse(url);
      return { ...address.options, text: address.text, prefix: address.prefix };
    };
    expect(read("redis://localhost")).to.deep.equal({
      host: "localhost",
      port: 6379,
      db: 0,
      text: "redis://localhost:6379/0",
      prefix: "espalier",
    });
    expect(read("rediss://us%20er:p%40ss@[::1]:7000/3?prefix=x")).to.deep.equal({
      host: "::1",
      port: 7000,
      db: 3,
      username: "us er",
      password: "p@ss",
      tls: {},
      text: "rediss://[::1]:7000/3",
      prefix: "x",
    });
  });

  const unreadable = [
    "",
    "localhost:6379",
    "http://localhost",
    "redis://",
    "redis://:pass",
    "redis://host:port",
    "redis://:pa#ss@host",
    "redis://:pa/ss@host",
    "redis://user:12/34@host",
    "redis://:pa?ss@host",
    "redis://:pa%ss@host",
    "redis://host/name",
    "redis://host/0?password=secret",
    "redis://host?prefix=a:b",
    "redis://host?ca=file.pem",
  ];
  for (const url of unreadable) {
    it(`repeats nothing of ${JSON.stringify(url)}, which cannot be read`, () => {
      expect(() => RedisAddress.parse(url))
        .to.throw(/^The address of the queue .*; write redis:\/\/host:port\/database/)
        .and.satisfies((error: Error) => !/pass|secret|file\.pem|12|34/.test(error.message.split(";")[0]));
    });
  }

  /** Passwords that are in no sentence of ours by chance. */
  const password = fc
    .tuple(
      fc.string({ unit: "grapheme", maxLength: 8 }),
      fc.string({ unit: fc.constantFrom(..."qxzQXZ#/@:?%&+ \\\"'"), minLength: 8, maxLength: 12 }),
    )
    .map(([a, b]) => `Zq${a}${b}`);

  /** Everything that can be seen of a value. */
  const seen = (value: unknown) =>
    [
      inspect(value, { depth: 10, showHidden: true }),
      String(value),
      JSON.stringify(value) ?? "",
      (value as Error).stack ?? "",
    ].join("\n");

  function expectHidden(text: string, secret: string): void {
    for (const form of [
      secret,
      encodeURIComponent(secret),
      JSON.stringify(secret).slice(1, -1),
      inspect(secret).slice(1, -1),
    ]) {
      expect(text.includes(form), `${JSON.stringify(secret)} in ${text}`).to.equal(false);
    }
  }

  it("shows its password in no text", () => {
    fc.assert(
      fc.property(password, fc.boolean(), fc.integer({ min: 1, max: 65535 }), (secret, tls, port) => {
        const address = RedisAddress.parse(
          `redis${tls ? "s" : ""}://:${encodeURIComponent(secret)}@host.example:${port}`,
        );
        expect(address.options.password).to.equal(secret);
        expectHidden(seen(address) + seen({ address }) + `${address}`, secret);
        const told = `AUTH ${secret} ${encodeURIComponent(secret)} ${JSON.stringify({ secret })} failed`;
        expectHidden(address.redact(told), secret);
        expect(address.redact("nothing of it")).to.equal("nothing of it");
      }),
    );
  });

  it("shows a password that was not escaped in no error", () => {
    fc.assert(
      fc.property(password, (secret) => {
        let shown = "";
        try {
          shown = seen(RedisAddress.parse(`redis://user:${secret}@host.example`));
        } catch (error) {
          shown = seen(error);
        }
        expectHidden(shown, secret);
        // Nor a part of it, which may have been taken for a host.
        expect(/Zq\S{4}/.test(shown.replaceAll(/at .*$/gm, ""))).to.equal(false);
      }),
    );
  });

  it("shows its password in no error and no log of a connection", async function () {
    this.timeout(60_000);
    const written: string[] = [];
    const streams = [process.stdout, process.stderr] as const;
    const originals = streams.map((stream) => stream.write);
    const spy = (stream: (typeof streams)[number], i: number) => {
      stream.write = ((chunk: string | Uint8Array, ...rest: []) => {
        written.push(String(chunk));
        return originals[i].call(stream, chunk, ...rest);
      }) as typeof stream.write;
    };
    const answers = [
      "-WRONGPASS invalid username-password pair or user is disabled.\r\n",
      "-ERR odd\r\n",
      "+OK\r\n",
      "?\r\n",
    ];
    streams.forEach(spy);
    try {
      await fc.assert(
        fc.asyncProperty(password, fc.constantFrom(...answers), async (secret, answer) => {
          // The worst that a server can do: repeat what it was told.
          const server = fakeRedis((command) => (command === "auth" ? answer : `-ERR unknown '${secret}'\r\n`));
          await listening(server, async (port) => {
            const url = `redis://:${encodeURIComponent(secret)}@127.0.0.1:${port}`;
            const notices: string[] = [];
            const error = await rejection(opened(url, (sentence) => void notices.push(sentence)));
            expect(error.name).to.equal("EspalierError");
            expectHidden(seen(error) + notices.join("\n") + written.join("\n"), secret);
          });
        }),
        { numRuns: 40 },
      );
    } finally {
      streams.forEach((stream, i) => {
        stream.write = originals[i];
      });
    }
  });
});
