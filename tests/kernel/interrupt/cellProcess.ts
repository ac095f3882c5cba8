/** Drives a process that runs cells. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { NODE_FLAGS } from "../../../kernel/src/interrupt/index.js";
import { AsyncQueue } from "../../../kernel/src/wire/asyncQueue.js";
import type { Command, Report } from "./cellThread.js";

export type Ended = Extract<Report, { kind: "ended" }>;
export type Interrupted = Extract<Report, { kind: "interrupted" }>;

export class CellProcess {
  readonly #child: ChildProcess;
  readonly #socket: net.Socket;
  readonly #folder: string;
  readonly #reports = new AsyncQueue<Report>();
  readonly #iterator = this.#reports[Symbol.asyncIterator]();
  /** Reports that came while another was waited for. */
  #passed: Report[] = [];
  #serial = 0;
  /** Errors that nobody caught, in the process. */
  readonly uncaught: string[] = [];

  private constructor(child: ChildProcess, socket: net.Socket, folder: string) {
    this.#child = child;
    this.#socket = socket;
    this.#folder = folder;
    createInterface({ input: socket }).on("line", (line) => this.#reports.push(JSON.parse(line) as Report));
    child.once("exit", (code, signal) =>
      this.#reports.end(new Error(`The process that runs cells has ended (${code ?? signal}).`)),
    );
  }

  static async start(): Promise<CellProcess> {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "cells-"));
    const server = net.createServer().listen(path.join(folder, "socket"));
    await once(server, "listening");
    const program = fileURLToPath(new URL("./cellProgram.js", import.meta.url));
    const command = [...NODE_FLAGS, program, path.join(folder, "socket")];
    const child = spawn(process.execPath, command, { stdio: ["ignore", "inherit", "inherit"] });
    const [socket] = (await once(server, "connection")) as [net.Socket];
    server.close();
    const started = new CellProcess(child, socket, folder);
    await started.next("ready");
    return started;
  }

  get isAlive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  send(command: Command): void {
    this.#socket.write(`${JSON.stringify(command)}\n`);
  }

  /** The next report of this kind. @throws when the process ends. */
  async next<Kind extends Report["kind"]>(kind: Kind): Promise<Extract<Report, { kind: Kind }>> {
    const at = this.#passed.findIndex((report) => report.kind === kind);
    if (at >= 0) return this.#passed.splice(at, 1)[0] as Extract<Report, { kind: Kind }>;
    for (;;) {
      const { value, done } = await this.#iterator.next();
      if (done === true) throw new Error("The process that runs cells has ended before.");
      if (value?.kind === kind) return value as Extract<Report, { kind: Kind }>;
      if (value?.kind === "uncaught") this.uncaught.push(value.message);
      else if (value !== undefined) this.#passed.push(value);
    }
  }

  /** Reports of this kind that came and were not asked for. */
  passed(kind: Report["kind"]): Report[] {
    return this.#passed.filter((report) => report.kind === kind);
  }

  /** Begins a cell: the body of an async function with `state`, `tools` and `print`. */
  async begin(code: string): Promise<number> {
    const serial = ++this.#serial;
    this.send({ kind: "run", serial, code });
    await this.next("began");
    return serial;
  }

  /** Runs a cell to its end. */
  async run(code: string): Promise<Ended> {
    await this.begin(code);
    return this.next("ended");
  }

  /** Interrupts; resolves when the interrupter says that it is done. */
  async interrupt(): Promise<Interrupted> {
    this.send({ kind: "interrupt" });
    return this.next("interrupted");
  }

  async close(): Promise<void> {
    const exited = this.isAlive ? once(this.#child, "exit") : undefined;
    this.#child.kill("SIGKILL");
    await exited;
    this.#socket.destroy();
    fs.rmSync(this.#folder, { recursive: true, force: true });
  }
}
