/** A kernel connection and its session as the extension sees them, and the kernel's side of the comms. */

type Slot = (sender: unknown, value: never) => void;

/** Lumino's signal, as far as it is used. */
export class MockSignal<Value> {
  readonly slots = new Set<Slot>();
  connect(slot: (sender: never, value: Value) => void): boolean {
    this.slots.add(slot as unknown as Slot);
    return true;
  }
  disconnect(slot: (sender: never, value: Value) => void): boolean {
    return this.slots.delete(slot as unknown as Slot);
  }
  emit(value: Value): void {
    for (const slot of [...this.slots]) slot(undefined, value as never);
  }
}

export class MockComm {
  readonly commId: string;
  readonly targetName: string;
  isDisposed = false;
  onMsg: (message: { content: { data: unknown } }) => void = () => {};
  onClose: () => void = () => {};
  /** What the front end sent. */
  readonly sent: { readonly type: string }[] = [];

  constructor(targetName: string, commId: string) {
    this.targetName = targetName;
    this.commId = commId;
  }
  send(data: { readonly type: string }): void {
    this.sent.push(data);
  }
  /** The kernel says something. */
  say(data: object): void {
    this.onMsg({ content: { data } });
  }
  /** The kernel closes it. */
  end(): void {
    this.isDisposed = true;
    this.onClose();
  }
}

export class MockKernel {
  connectionStatus = "connecting";
  readonly connectionStatusChanged = new MockSignal<string>();
  readonly iopubMessage = new MockSignal<object>();
  readonly disposed = new MockSignal<void>();
  isDisposed = false;
  readonly targets = new Map<string, (comm: MockComm) => void>();
  readonly comms = new Map<string, MockComm>();
  /** Ids that the kernel knows, told by `requestCommInfo`. */
  known: string[] = [];

  registerCommTarget(name: string, target: (comm: MockComm) => void): void {
    this.targets.set(name, target);
  }
  removeCommTarget(name: string): void {
    this.targets.delete(name);
  }
  async requestCommInfo({ target_name }: { target_name: string }): Promise<object> {
    return { content: { status: "ok", comms: Object.fromEntries(this.known.map((id) => [id, { target_name }])) } };
  }
  hasComm(id: string): boolean {
    return this.comms.has(id);
  }
  createComm(targetName: string, id: string): MockComm {
    const comm = new MockComm(targetName, id);
    this.comms.set(id, comm);
    return comm;
  }
  /** The connection changes. */
  connection(status: string): void {
    this.connectionStatus = status;
    this.connectionStatusChanged.emit(status);
  }
  /** A run of the kernel, or the server, publishes a status. */
  status(execution_state: string, session: string): void {
    this.iopubMessage.emit({ header: { msg_type: "status", session }, content: { execution_state } });
  }
  /** A run of the kernel welcomes a subscriber. */
  welcome(session: string): void {
    this.iopubMessage.emit({ header: { msg_type: "iopub_welcome", session }, content: { subscription: "" } });
  }
  /** The kernel opens a comm. */
  open(targetName: string, id: string): MockComm {
    const comm = this.createComm(targetName, id);
    this.known.push(id);
    this.targets.get(targetName)?.(comm);
    return comm;
  }
}

export class MockSession {
  session: { kernel: MockKernel | null } | null;
  readonly kernelChanged = new MockSignal<void>();
  readonly statusChanged = new MockSignal<string>();
  readonly disposed = new MockSignal<void>();
  isDisposed = false;

  constructor(kernel: MockKernel | null) {
    this.session = { kernel };
  }
  change(kernel: MockKernel | null): void {
    this.session = { kernel };
    this.kernelChanged.emit();
  }
}

/** Lets promises that are ready go on. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
