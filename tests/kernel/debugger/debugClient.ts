/** A kernel in a process of its own, and a client of its debugger, as JupyterLab's panel is one. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { NODE_FLAGS } from "../../../kernel/src/interrupt/index.js";
import { type JsonObject, type Message, parseConnection } from "../../../kernel/src/wire/index.js";
import { FrontEnd, KEY } from "../wire/frontEnd.js";

const MAIN = fileURLToPath(new URL("../../../src/notebook/main.js", import.meta.url));

// biome-ignore lint/suspicious/noExplicitAny: what the kernel answers is what the tests are about.
export type Body = Record<string, any>;

export interface Variable {
  readonly name: string;
  readonly value: string;
  readonly type: string;
  readonly variablesReference: number;
}

export class DebugClient {
  readonly #process: ChildProcess;
  readonly #front: FrontEnd;
  readonly #folder: string;
  readonly #published: Message[] = [];
  readonly #wake = new Set<() => void>();
  #seq = 0;

  private constructor(process: ChildProcess, front: FrontEnd, folder: string) {
    this.#process = process;
    this.#front = front;
    this.#folder = folder;
    void this.#listen();
  }

  /** Starts a kernel in a new folder; resolves when it answers. */
  static async start(): Promise<DebugClient> {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "debug-"));
    const ports = { shell_port: 1, control_port: 2, iopub_port: 3, stdin_port: 4, hb_port: 5 };
    const connection = JSON.stringify({ transport: "ipc", ip: path.join(folder, "k"), key: KEY, ...ports });
    const file = path.join(folder, "connection.json");
    fs.writeFileSync(file, connection);
    const env = { ...process.env, ESPALIER_TYPE_ERRORS: "off", XDG_DATA_HOME: folder };
    const child = spawn(process.execPath, [...NODE_FLAGS, MAIN, file], { cwd: folder, env, stdio: "inherit" });
    const front = new FrontEnd(parseConnection(connection, "The test's connection"));
    const client = new DebugClient(child, front, folder);
    await client.kernelInfo();
    return client;
  }

  get folder(): string {
    return this.#folder;
  }

  async close(): Promise<void> {
    const exited = once(this.#process, "exit");
    await this.#front.send("control", "shutdown_request", { content: { restart: false } });
    await exited;
    this.#front.close();
    fs.rmSync(this.#folder, { recursive: true, force: true });
  }

  async kernelInfo(): Promise<Message> {
    await this.#front.send("control", "kernel_info_request");
    return this.#front.receive("control");
  }

  /** Sends a heartbeat. @returns whether it came back. */
  async heartbeat(): Promise<boolean> {
    await this.#front.heartbeat.send("beat");
    const [answer] = await this.#front.heartbeat.receive();
    return answer!.toString() === "beat";
  }

  async interrupt(): Promise<Message> {
    await this.#front.send("control", "interrupt_request");
    return this.#front.receive("control");
  }

  /** The body of a response. @throws Error with the message of one that has no success. */
  async debug(command: string, arguments_: JsonObject = {}): Promise<Body> {
    const response = await this.request(command, arguments_);
    if (response["success"] !== true) throw new Error(String(response["message"]));
    return (response["body"] ?? {}) as Body;
  }

  async request(command: string, arguments_: JsonObject = {}): Promise<Body> {
    await this.#send(command, arguments_);
    return (await this.#front.receive("control")).content;
  }

  /** Sends a request so many times without waiting for the responses. @returns these. */
  async requestAtOnce(count: number, command: string, arguments_: JsonObject = {}): Promise<readonly Body[]> {
    for (let i = 0; i < count; i++) await this.#send(command, arguments_);
    const responses: Body[] = [];
    while (responses.length < count) responses.push((await this.#front.receive("control")).content);
    return responses;
  }

  async attach(): Promise<void> {
    await this.debug("initialize", {
      clientID: "test",
      adapterID: "espalier",
      linesStartAt1: true,
      columnsStartAt1: true,
    });
    await this.debug("attach");
  }

  /** Dumps a cell and sets breakpoints in it, as a front end does before it runs. */
  async breakAt(code: string, breakpoints: readonly JsonObject[]): Promise<Body> {
    const { sourcePath } = await this.debug("dumpCell", { code });
    const set = await this.debug("setBreakpoints", {
      source: { path: sourcePath },
      breakpoints,
      sourceModified: false,
    });
    await this.debug("configurationDone");
    return { sourcePath, ...set };
  }

  /** Runs a cell. @returns its reply, when it has ended. */
  async execute(code: string): Promise<Body> {
    await this.#front.send("shell", "execute_request", { content: { code } });
    return (await this.#front.receive("shell")).content;
  }

  /** The next event of this name. */
  async event(name: string): Promise<Body> {
    const message = await this.#next(
      ({ header, content }) => header.msg_type === "debug_event" && content["event"] === name,
    );
    return message.content["body"] as Body;
  }

  /** The text of the next result. */
  async result(): Promise<string> {
    const { content } = await this.#next(({ header }) => header.msg_type === "execute_result");
    return (content as Body)["data"]["text/plain"];
  }

  async printed(): Promise<string> {
    return String((await this.#next(({ header }) => header.msg_type === "stream")).content["text"]);
  }

  /** Waits until the code stops. @returns why, and the frames. */
  async stopped(): Promise<{ reason: string; frames: Body[] }> {
    const { reason } = await this.event("stopped");
    const { stackFrames } = await this.debug("stackTrace", { threadId: 1 });
    return { reason, frames: stackFrames };
  }

  /** The variables of a frame's scope, by name. */
  async scope(frame: Body, scope: string): Promise<Record<string, string>> {
    const variables = await this.variables(await this.reference(frame, scope));
    return Object.fromEntries(variables.map(({ name, value }) => [name, value]));
  }

  async reference(frame: Body, scope: string): Promise<number> {
    const { scopes } = await this.debug("scopes", { frameId: frame["id"] });
    const found = (scopes as Body[]).find(({ name }) => name === scope);
    if (found === undefined) throw new Error(`There is no scope ${scope}.`);
    return found["variablesReference"];
  }

  async variables(variablesReference: number, page: JsonObject = {}): Promise<Variable[]> {
    return (await this.debug("variables", { variablesReference, ...page }))["variables"];
  }

  async #send(command: string, arguments_: JsonObject): Promise<void> {
    await this.#front.send("control", "debug_request", {
      content: { type: "request", seq: ++this.#seq, command, arguments: arguments_ },
    });
  }

  async #listen(): Promise<void> {
    try {
      for (;;) {
        this.#published.push(await this.#front.receive("iopub"));
        for (const wake of this.#wake) wake();
      }
    } catch {
      // Closed, or silent for longer than any test waits.
    }
  }

  async #next(isWanted: (message: Message) => boolean): Promise<Message> {
    const deadline = Date.now() + 20_000;
    for (;;) {
      const index = this.#published.findIndex(isWanted);
      if (index >= 0) return this.#published.splice(index, 1)[0]!;
      if (Date.now() > deadline) throw new Error("The kernel did not publish what was waited for.");
      await new Promise<void>((resolve) => {
        const done = () => {
          this.#wake.delete(done);
          resolve();
        };
        this.#wake.add(done);
        setTimeout(done, 1000).unref();
      });
    }
  }
}
