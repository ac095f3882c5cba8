/** A real Redis for a test: its own port, folder and append-only file; ended by its process id. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Redis } from "ioredis";
import { loadScript } from "../scripts/scripts.js";
import { endsWithUs } from "./children.js";

/** A port that nobody listens at now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

let command: Promise<string> | undefined;

/** The server to start; fetched at the first call where none is installed. */
function redisServer(): Promise<string> {
  command ??= loadScript<{ provideRedis(): Promise<string> }>("redis.mjs").then(({ provideRedis }) => provideRedis());
  return command;
}

export class TestRedis {
  readonly port: number;
  readonly #folder: string;
  readonly #args: readonly string[];
  readonly #password: string | undefined;
  #child: ChildProcess | null = null;

  private constructor(port: number, password: string | undefined, args: readonly string[]) {
    this.port = port;
    this.#password = password;
    this.#args = args;
    this.#folder = mkdtempSync(join(tmpdir(), "espalier-redis-"));
  }

  static async start(options: { password?: string; args?: readonly string[] } = {}): Promise<TestRedis> {
    const redis = new TestRedis(await freePort(), options.password, options.args ?? []);
    await redis.begin();
    return redis;
  }

  get url(): string {
    const login = this.#password === undefined ? "" : `:${encodeURIComponent(this.#password)}@`;
    return `redis://${login}127.0.0.1:${this.port}`;
  }

  /** A plain client, to look at what is there. The caller disconnects it. */
  client(): Redis {
    return new Redis({ host: "127.0.0.1", port: this.port, password: this.#password, maxRetriesPerRequest: null }).on(
      "error",
      () => {},
    );
  }

  /** Starts the server, and waits until it answers. */
  async begin(): Promise<void> {
    const args = ["--bind", "127.0.0.1", "--port", String(this.port), "--dir", this.#folder, "--save", ""];
    args.push("--appendonly", "yes", "--appendfsync", "always", "--daemonize", "no", "--loglevel", "warning");
    if (this.#password !== undefined) args.push("--requirepass", this.#password);
    const options = { stdio: ["ignore", "pipe", "pipe"] as ["ignore", "pipe", "pipe"] };
    const child = endsWithUs(spawn(await redisServer(), [...args, ...this.#args], options));
    this.#child = child;
    let said = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        said += text;
      });
    }
    const client = this.client();
    try {
      for (let tries = 0; ; tries++) {
        if (child.exitCode !== null || tries > 300) throw new Error(`The Redis of the test does not start: ${said}`);
        const answer = await Promise.race([client.ping().catch(() => ""), pause(100, "")]);
        if (answer === "PONG") return;
      }
    } finally {
      client.disconnect();
    }
  }

  /** Sends the server a signal. */
  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  /** Ends the server; its data stay. */
  async end(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once("close", resolve));
    child.kill(signal);
    await ended;
  }

  /** Ends the server and removes its data. */
  async stop(): Promise<void> {
    await this.end("SIGKILL");
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
