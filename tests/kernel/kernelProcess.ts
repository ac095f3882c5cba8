/** A kernel in a process of its own, as a front end starts it from its kernelspec. Every message of it is checked. */
import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import {
  type Connection,
  type JsonObject,
  type KernelContents,
  type Message,
  type OutgoingChannel,
  readConnectionFile,
} from "../../kernel/src/wire/index.js";
import { FrontEnd } from "./wire/frontEnd.js";

const SPECIFICATION = fileURLToPath(new URL("../../../share/jupyter/kernels/espalier/", import.meta.url));
/** A kernel that says nothing for so long hangs. */
const LIMIT_MS = 60_000;

export interface KernelProcessOptions {
  /** Where the notebook is; default a folder of its own, which goes with the kernel. */
  readonly folder?: string;
  /** Added to the environment. */
  readonly env?: NodeJS.ProcessEnv;
}

export interface ExecuteOptions {
  readonly silent?: boolean;
  readonly storeHistory?: boolean;
  readonly stopOnError?: boolean;
  readonly userExpressions?: Readonly<Record<string, string>>;
  /** Answers the cell's questions, or leaves them open; default the cell may ask none. */
  readonly answer?: (question: KernelContents["input_request"]) => string | undefined;
}

/** What came of a request. */
export interface Answer<Type extends keyof KernelContents> {
  readonly reply: KernelContents[Type];
  /** What was published for it, in order, statuses left out. */
  readonly outputs: readonly Output[];
}

/** A message on iopub. */
export type Output = {
  [Type in keyof KernelContents]: {
    readonly type: Type;
    readonly content: KernelContents[Type];
    readonly buffers: readonly Uint8Array[];
  };
}[keyof KernelContents];

interface Pending {
  readonly outputs: Output[];
  reply?: Message;
  idle: boolean;
  readonly answer: ExecuteOptions["answer"];
  readonly finish: (answer: { reply: Message; outputs: readonly Output[] }) => void;
  readonly fail: (error: Error) => void;
}

/** The text of outputs of a kind: that of streams, displays, results and errors. */
export function textOf(outputs: readonly Output[]): string {
  return outputs
    .map((output) => {
      switch (output.type) {
        case "stream":
          return output.content.text;
        case "error":
          return output.content.traceback.join("\n");
        case "execute_result":
        case "display_data":
        case "update_display_data":
          return String(output.content.data["text/plain"]);
        default:
          return "";
      }
    })
    .join("");
}

export class KernelProcess {
  readonly frontEnd: FrontEnd;
  /** Everything on iopub since the start, with its parent's id. */
  readonly published: (Output & { readonly parent: string | undefined })[] = [];
  readonly #temporary: string;
  readonly #pending = new Map<string, Pending>();
  readonly #launch: () => ChildProcess;
  /** Told of each publication, and of each welcome as undefined. */
  readonly #listeners = new Set<(output: Output | undefined) => void>();
  #child: ChildProcess;
  #count = 0;
  #stderr = "";
  #isClosed = false;

  private constructor(
    temporary: string,
    launch: () => ChildProcess,
    readonly connection: Connection,
  ) {
    this.#temporary = temporary;
    this.#launch = launch;
    this.frontEnd = new FrontEnd(connection, { identity: "tests" });
    this.#child = this.#begin();
    void this.#read("iopub", (message) => {
      if (message.header.msg_type === "iopub_welcome") this.#tell(undefined);
      else this.#publication(message);
    });
    for (const channel of ["shell", "control"] as const) void this.#read(channel, (message) => this.#reply(message));
    void this.#read("stdin", (message) => this.#question(message));
  }

  /** Resolves when the kernel answers. */
  static async start({ folder, env = {} }: KernelProcessOptions = {}): Promise<KernelProcess> {
    const temporary = fs.mkdtempSync(path.join(os.tmpdir(), "kernel-"));
    const file = path.join(temporary, "connection.json");
    const ports = { shell_port: 1, control_port: 2, iopub_port: 3, stdin_port: 4, hb_port: 5 };
    const settings = { transport: "ipc", ip: path.join(temporary, "k"), key: randomUUID(), ...ports };
    fs.writeFileSync(file, JSON.stringify({ ...settings, signature_scheme: "hmac-sha256" }), { mode: 0o600 });
    const { argv } = JSON.parse(fs.readFileSync(path.join(SPECIFICATION, "kernel.json"), "utf8")) as { argv: string[] };
    const [, ...args] = argv.map((part) =>
      part.replace("{resource_dir}", SPECIFICATION).replace("{connection_file}", file),
    );
    const launch = () =>
      spawn(process.execPath, args, {
        cwd: folder ?? temporary,
        // A history of its own: tests leave nothing behind for users, nor for each other.
        env: { ...process.env, HOME: temporary, XDG_DATA_HOME: temporary, JUPYTER_DATA_DIR: temporary, ...env },
        stdio: ["ignore", "ignore", "pipe"],
      });
    const kernel = new KernelProcess(temporary, launch, readConnectionFile(file));
    await kernel.#answering();
    return kernel;
  }

  /** The present process. */
  get child(): ChildProcess {
    return this.#child;
  }

  /**
   * Asks the kernel to end for a restart, and starts another process with the same connection file, as Jupyter's servers do.
   * Resolves when that one answers.
   *
   * @returns the reply of the one that ended.
   */
  async restart(): Promise<KernelContents["shutdown_reply"]> {
    const exit = once(this.#child, "exit");
    const { reply } = await this.request<"shutdown_reply">("control", "shutdown_request", { restart: true });
    await exit;
    this.#child = this.#begin();
    await this.#answering();
    return reply;
  }

  /** The first publication of this kind, since the start or to come. */
  async publication(isWanted: (output: Output) => boolean): Promise<Output> {
    return this.published.find(isWanted) ?? (await this.#next((output) => output !== undefined && isWanted(output)))!;
  }

  /** Runs a cell. */
  execute(code: string, options: ExecuteOptions = {}): Promise<Answer<"execute_reply">> {
    const { silent = false, storeHistory = true, stopOnError = true, userExpressions = {}, answer } = options;
    const content = {
      ...{ code, silent, store_history: storeHistory, stop_on_error: stopOnError },
      ...{ user_expressions: userExpressions, allow_stdin: answer !== undefined },
    };
    return this.request<"execute_reply">("shell", "execute_request", content, answer);
  }

  /** @param position in code points; default the end. */
  async complete(code: string, position = [...code].length): Promise<KernelContents["complete_reply"]> {
    const content = { code, cursor_pos: position };
    return (await this.request<"complete_reply">("shell", "complete_request", content)).reply;
  }

  /** @param position in code points; default the end. */
  async inspect(
    code: string,
    position = [...code].length,
    detail: 0 | 1 = 0,
  ): Promise<KernelContents["inspect_reply"]> {
    const content = { code, cursor_pos: position, detail_level: detail };
    return (await this.request<"inspect_reply">("shell", "inspect_request", content)).reply;
  }

  async interrupt(): Promise<KernelContents["interrupt_reply"]> {
    return (await this.request<"interrupt_reply">("control", "interrupt_request")).reply;
  }

  /** A request that is replied to. Resolves with the reply when the kernel has said that it is idle again. */
  async request<Type extends keyof KernelContents>(
    channel: "shell" | "control",
    type: string,
    content: JsonObject = {},
    answer?: ExecuteOptions["answer"],
  ): Promise<Answer<Type>> {
    const id = `request-${++this.#count}`;
    const answered = new Promise<{ reply: Message; outputs: readonly Output[] }>((finish, fail) => {
      const timer = setTimeout(() => fail(new Error(`No end of ${type}. ${this.#stderr}`)), LIMIT_MS);
      const settled = () => clearTimeout(timer);
      this.#pending.set(id, {
        ...{ outputs: [], idle: false, answer },
        finish: (result) => {
          settled();
          finish(result);
        },
        fail: (error) => {
          settled();
          fail(error);
        },
      });
    });
    await this.frontEnd.send(channel, type, { content, header: { msg_id: id } });
    const { reply, outputs } = await answered;
    return { reply: reply.content as unknown as KernelContents[Type], outputs };
  }

  /** A message that is not replied to, such as those of comms. */
  async send(type: string, content: JsonObject, buffers: readonly Uint8Array[] = []): Promise<void> {
    await this.frontEnd.send("shell", type, { content, buffers });
  }

  /**
   * Asks the kernel to end, waits until it has, and removes what it needed.
   *
   * @returns its exit code; null where a signal ended it.
   */
  async shutdown(): Promise<number | null> {
    const ended = this.#child.exitCode ?? this.#child.signalCode;
    const exit = ended === null ? once(this.#child, "exit") : undefined;
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), 10_000);
    // The reply may come, or the end before it.
    if (exit !== undefined) {
      const asked = this.request("control", "shutdown_request", { restart: false }).catch(() => undefined);
      await Promise.all([asked, exit]);
    }
    clearTimeout(timer);
    this.#isClosed = true;
    this.frontEnd.close();
    fs.rmSync(this.#temporary, { recursive: true, force: true });
    return this.#child.exitCode;
  }

  #begin(): ChildProcess {
    const child = this.#launch();
    child.stderr!.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr += text;
    });
    child.once("exit", (code, signal) => this.#fail(`The kernel ended (${signal ?? code}). ${this.#stderr}`));
    return child;
  }

  async #answering(): Promise<void> {
    // What is published before the welcome reaches nobody.
    await this.#next((output) => output === undefined);
    await this.request("shell", "kernel_info_request");
  }

  #next(isWanted: (output: Output | undefined) => boolean): Promise<Output | undefined> {
    return new Promise((resolve, reject) => {
      const end = () => {
        clearTimeout(timer);
        this.#listeners.delete(listener);
      };
      const listener = (output: Output | undefined) => {
        if (!isWanted(output)) return;
        end();
        resolve(output);
      };
      const timer = setTimeout(() => {
        end();
        reject(new Error(`The kernel did not publish what was waited for. ${this.#stderr}`));
      }, LIMIT_MS);
      this.#listeners.add(listener);
    });
  }

  #tell(output: Output | undefined): void {
    for (const listener of this.#listeners) listener(output);
  }

  async #read(channel: OutgoingChannel, take: (message: Message) => void): Promise<void> {
    while (!this.#isClosed) {
      try {
        take(await this.frontEnd.receive(channel));
      } catch (error) {
        // A socket that heard nothing for a while says so, and one that was closed.
        if (this.#isClosed || (error as NodeJS.ErrnoException).code === "EAGAIN") continue;
        this.#fail(error instanceof Error ? error.message : String(error));
        return;
      }
    }
  }

  #publication({ header, parent_header, content, buffers }: Message): void {
    const parent = parent_header["msg_id"] as string | undefined;
    const output = { type: header.msg_type, content: content as unknown, buffers } as Output;
    this.published.push({ ...output, parent });
    this.#tell(output);
    const pending = parent === undefined ? undefined : this.#pending.get(parent);
    if (pending === undefined) return;
    if (output.type !== "status") pending.outputs.push(output);
    else if (output.content.execution_state === "idle") pending.idle = true;
    this.#finish(parent!, pending);
  }

  #reply(message: Message): void {
    const parent = message.parent_header["msg_id"] as string;
    const pending = this.#pending.get(parent);
    if (pending === undefined) return;
    pending.reply = message;
    this.#finish(parent, pending);
  }

  #question(message: Message): void {
    const pending = this.#pending.get(message.parent_header["msg_id"] as string);
    const question = message.content as unknown as KernelContents["input_request"];
    if (pending?.answer === undefined) this.#fail(`The kernel asks although it may not: ${question.prompt}`);
    else {
      const value = pending.answer(question);
      if (value !== undefined) void this.frontEnd.send("stdin", "input_reply", { content: { status: "ok", value } });
    }
  }

  #finish(id: string, { reply, idle, outputs, finish }: Pending): void {
    if (reply === undefined || !idle) return;
    this.#pending.delete(id);
    finish({ reply, outputs });
  }

  #fail(reason: string): void {
    for (const { fail } of this.#pending.values()) fail(new Error(reason));
    this.#pending.clear();
  }
}
