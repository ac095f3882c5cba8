/** The comms of one kernel: found again after a page was loaded anew, shared by the views of an output, gone with the kernel. */
import type { Kernel, KernelMessage } from "@jupyterlab/services";
import { type FromFrontEnd, WIDGET_TARGET } from "../data/index.js";

/** What is told of a comm. */
export interface CommListener {
  /** There is a comm; `hello` has been said. */
  opened(send: (message: FromFrontEnd) => void): void;
  message(data: unknown): void;
  closed(): void;
}

type Connection = Pick<
  Kernel.IKernelConnection,
  | "registerCommTarget"
  | "removeCommTarget"
  | "requestCommInfo"
  | "createComm"
  | "hasComm"
  | "connectionStatus"
  | "connectionStatusChanged"
  | "iopubMessage"
  | "disposed"
  | "isDisposed"
>;

interface OpenComm {
  readonly comm: Kernel.IComm;
  /** Of an output that is not drawn yet: what the kernel has said until then. It says nothing before `hello`. */
  listener: CommListener | null;
}

/** What a kernel says of itself; the server says other things in its name, such as that it is dead. */
const OWN_STATES: readonly unknown[] = ["starting", "busy", "idle"];

/**
 * Whether a message comes from the kernel's own run: a state, or the welcome that each new subscriber gets. The server
 * subscribes anew to a restarted kernel, and what that said before is lost to it; the welcome never is (JEP 65).
 */
function isOwn({ header, content }: KernelMessage.IIOPubMessage): boolean {
  // JupyterLab's type does not know the welcome.
  const type: string = header.msg_type;
  if (type === "iopub_welcome") return true;
  return type === "status" && OWN_STATES.includes((content as { execution_state?: unknown }).execution_state);
}

export class KernelLink {
  readonly #kernel: Connection;
  readonly #comms = new Map<string, OpenComm>();
  /** Outputs that wait for their comm. */
  readonly #waiting = new Map<string, CommListener>();
  /** Comms that the kernel had when it was asked. */
  #known: ReadonlySet<string> = new Set();
  #isDisposed = false;
  #wasConnected: boolean;
  #isLost = false;
  /** Of the kernel's messages: each run of a kernel has another. Null before the first. */
  #run: string | null = null;
  readonly #onTarget = (comm: Kernel.IComm): void => {
    this.#adopt(comm);
  };
  readonly #onConnection = (_: unknown, status: Kernel.ConnectionStatus): void => {
    // Messages of the time without a connection are lost. The first connection loses none.
    if (status !== "connected") this.#isLost ||= this.#wasConnected;
    else {
      if (this.#isLost) void this.#find();
      this.#wasConnected = true;
      this.#isLost = false;
    }
  };
  /** Where another page restarts the kernel, this one is told of nothing but what the next run says. */
  readonly #onMessage = (_: unknown, message: KernelMessage.IIOPubMessage): void => {
    const { session } = message.header;
    if (session === this.#run || !isOwn(message)) return;
    const isFirst = this.#run === null;
    this.#run = session;
    if (!isFirst) void this.#find();
  };

  constructor(kernel: Connection) {
    this.#kernel = kernel;
    this.#wasConnected = kernel.connectionStatus === "connected";
    kernel.registerCommTarget(WIDGET_TARGET, this.#onTarget);
    kernel.connectionStatusChanged.connect(this.#onConnection);
    kernel.iopubMessage.connect(this.#onMessage);
    void this.#find();
  }

  /** Tells an output of its comm: at once, when the kernel opens it, or when it is found. @param id of the widget. */
  attach(id: string, listener: CommListener): void {
    const open = this.#comms.get(id);
    if (open !== undefined) {
      open.listener = listener;
      this.#greet(open);
    } else if (this.#known.has(id)) this.#create(id, listener);
    else this.#waiting.set(id, listener);
  }

  /** The last view of an output is gone: the kernel need not tell any more. */
  detach(id: string): void {
    this.#waiting.delete(id);
    const open = this.#comms.get(id);
    if (open === undefined) return;
    open.listener = null;
    if (!open.comm.isDisposed) this.#send(open.comm, { type: "bye" });
  }

  /** The kernel has been started anew: what it had is gone. */
  restarted(): void {
    this.#known = new Set();
    const open = [...this.#comms];
    this.#comms.clear();
    for (const [id, { listener }] of open) {
      listener?.closed();
      if (listener !== null) this.#waiting.set(id, listener);
    }
  }

  dispose(): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    this.#kernel.connectionStatusChanged.disconnect(this.#onConnection);
    this.#kernel.iopubMessage.disconnect(this.#onMessage);
    if (!this.#kernel.isDisposed) this.#kernel.removeCommTarget(WIDGET_TARGET, this.#onTarget);
    const open = [...this.#comms.values()];
    this.#comms.clear();
    this.#waiting.clear();
    for (const { comm, listener } of open) {
      listener?.closed();
      // The kernel goes on, and another page may be interested.
      comm.onMsg = () => {};
      comm.onClose = () => {};
    }
  }

  /** Asks the kernel which outputs it still answers for. */
  async #find(): Promise<void> {
    // Those that are opened while the question is on its way are not meant by the answer.
    const before = new Map(this.#comms);
    let reply: KernelMessage.IInfoReplyMsg | KernelMessage.IReplyErrorContent | { content: unknown };
    try {
      reply = await this.#kernel.requestCommInfo({ target_name: WIDGET_TARGET });
    } catch {
      // A kernel that has died meanwhile; the next is asked again.
      return;
    }
    if (this.#isDisposed) return;
    const { comms = {} } = (reply as { content: { comms?: object } }).content;
    this.#known = new Set(Object.keys(comms));
    for (const [id, open] of before) {
      if (this.#comms.get(id) !== open) continue;
      if (this.#known.has(id)) this.#greet(open);
      else this.#end(id);
    }
    for (const [id, listener] of [...this.#waiting]) {
      if (this.#known.has(id)) this.#create(id, listener);
    }
  }

  #create(id: string, listener: CommListener): void {
    this.#waiting.delete(id);
    if (this.#kernel.hasComm(id)) return;
    this.#adopt(this.#kernel.createComm(WIDGET_TARGET, id), listener);
  }

  #adopt(comm: Kernel.IComm, listener: CommListener | null = this.#waiting.get(comm.commId) ?? null): void {
    const id = comm.commId;
    this.#waiting.delete(id);
    const open: OpenComm = { comm, listener };
    this.#comms.set(id, open);
    comm.onMsg = ({ content }) => open.listener?.message(content.data);
    comm.onClose = () => this.#end(id);
    this.#greet(open);
  }

  #greet({ comm, listener }: OpenComm): void {
    if (listener === null || comm.isDisposed) return;
    listener.opened((message) => this.#send(comm, message));
    this.#send(comm, { type: "hello" });
  }

  #send(comm: Kernel.IComm, message: FromFrontEnd): void {
    if (comm.isDisposed) return;
    // Values of JSON, all of them; JupyterLab's type knows no optional fields.
    comm.send(JSON.parse(JSON.stringify(message)));
  }

  #end(id: string): void {
    const open = this.#comms.get(id);
    this.#comms.delete(id);
    open?.listener?.closed();
    // The kernel may still open another of this id, as a cell that runs again does not, but a reconnection may.
    if (open?.listener) this.#waiting.set(id, open.listener);
  }
}
