/**
 * The kernel's comms.
 *
 * Source: Jupyter's messaging specification 5.4, "Custom Messages".
 */
import { randomUUID } from "node:crypto";
import { KernelError } from "../errors.js";
import type { JsonObject, KernelContents, RequestContent } from "../wire/index.js";
import { Comm, type CommLink } from "./comm.js";
import type { Binary, CommMessage, CommOptions } from "./commMessage.js";

type CommType = "comm_open" | "comm_msg" | "comm_close";

/** Publishes on iopub, for the cell or the comm message that the call belongs to. */
export type PublishComm = <Type extends CommType>(
  type: Type,
  content: KernelContents[Type],
  options: { readonly metadata: JsonObject; readonly buffers: readonly Uint8Array[] },
) => void;

/**
 * Takes a comm that the front end opens. Messages that come before it listens are kept. Where it throws, or rejects, the comm
 * is closed again.
 */
export type CommTarget = (comm: Comm, open: CommMessage) => unknown;

export interface CommManagerOptions {
  readonly publish: PublishComm;
  /** A handler of the user's failed. */
  readonly error: (error: unknown, comm: Comm) => void;
  /** An id for a comm that the kernel opens, never the same twice. Default random. */
  readonly newId?: () => string;
}

export class CommManager {
  readonly #publish: PublishComm;
  readonly #error: (error: unknown, comm: Comm) => void;
  readonly #newId: () => string;
  readonly #targets = new Map<string, CommTarget>();
  readonly #comms = new Map<string, Comm>();

  constructor({ publish, error, newId = randomUUID }: CommManagerOptions) {
    this.#publish = publish;
    this.#error = error;
    this.#newId = newId;
  }

  /**
   * Serves the comms that the front end opens under this name; a second target of the name takes the place of the first.
   *
   * @returns serves them no longer; open comms stay.
   */
  registerTarget(name: string, target: CommTarget): () => void {
    if (typeof name !== "string" || typeof target !== "function")
      throw new KernelError("A comm target has a name, a string, and a function that takes the comms; give both.");
    this.#targets.set(name, target);
    return () => {
      if (this.#targets.get(name) === target) this.#targets.delete(name);
    };
  }

  /**
   * Opens a comm to a target of the front end. Where that has none of the name, it closes the comm.
   *
   * @param data what JSON can write; default empty.
   * @throws KernelError where data is no object or buffers are not binary.
   */
  open(targetName: string, data: JsonObject = {}, options: CommOptions = {}): Comm {
    const comm = new Comm(this.#newId(), targetName, this.#link);
    this.#send("comm_open", { comm_id: comm.id, target_name: targetName, data }, options);
    this.#comms.set(comm.id, comm);
    return comm;
  }

  /** The front end opens a comm. One to a target that nobody has registered is closed, as the specification wants it. */
  handleOpen(content: RequestContent<"comm_open">, metadata: JsonObject, buffers: readonly Uint8Array[]): void {
    const { comm_id: id, target_name: name, data } = content;
    // The front end means a new one, so its old one of this id is gone.
    this.#forget(id, { data: {}, metadata: {}, buffers: [] });
    const target = this.#targets.get(name);
    if (target === undefined) {
      this.#send("comm_close", { comm_id: id, data: {} }, {});
      return;
    }
    const comm = new Comm(id, name, this.#link);
    this.#comms.set(id, comm);
    const failed = (error: unknown): void => {
      this.#error(error, comm);
      comm.close();
    };
    try {
      Promise.resolve(target(comm, { data, metadata, buffers })).catch(failed);
    } catch (error) {
      failed(error);
    }
  }

  /** A message of the front end; one for an unknown comm is passed over: it may have been closed while it was on its way. */
  handleMessage(content: RequestContent<"comm_msg">, metadata: JsonObject, buffers: readonly Uint8Array[]): void {
    this.#comms.get(content.comm_id)?.receive({ data: content.data, metadata, buffers });
  }

  /** The front end closes a comm; an unknown one is passed over. */
  handleClose(content: RequestContent<"comm_close">, metadata: JsonObject, buffers: readonly Uint8Array[]): void {
    this.#forget(content.comm_id, { data: content.data, metadata, buffers });
  }

  /**
   * The open comms, for `comm_info_reply`.
   *
   * @param targetName those of one target; default all.
   */
  info(targetName?: string | null): Readonly<Record<string, { readonly target_name: string }>> {
    const comms = [...this.#comms.values()].filter((comm) => (targetName ?? comm.targetName) === comm.targetName);
    return Object.fromEntries(comms.map((comm) => [comm.id, { target_name: comm.targetName }]));
  }

  readonly #link: CommLink = {
    send: (comm, data, options) => this.#send("comm_msg", { comm_id: comm.id, data }, options),
    close: (comm, data, options) => {
      this.#send("comm_close", { comm_id: comm.id, data }, options);
      this.#comms.delete(comm.id);
    },
    failed: (error, comm) => this.#error(error, comm),
  };

  #forget(id: string, closing: CommMessage): void {
    const comm = this.#comms.get(id);
    this.#comms.delete(id);
    comm?.end(closing);
  }

  #send<Type extends CommType>(type: Type, content: KernelContents[Type], options: CommOptions): void {
    const { metadata = {}, buffers = [] } = options;
    for (const [what, value] of Object.entries({ data: content.data, metadata }))
      if (typeof value !== "object" || value === null || Array.isArray(value))
        throw new KernelError(`A comm's ${what} must be an object, such as { value: … }; put the value into one.`);
    this.#publish(type, content, { metadata, buffers: buffers.map(bytesOf) });
  }
}

function bytesOf(buffer: Binary): Uint8Array {
  if (buffer instanceof ArrayBuffer) return new Uint8Array(buffer);
  if (ArrayBuffer.isView(buffer)) return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  throw new KernelError("A comm's buffers must be typed arrays or array buffers; put everything else into its data.");
}
