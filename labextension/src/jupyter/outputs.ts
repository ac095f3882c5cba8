/** The outputs of one notebook: their models by widget, whichever kernel is there and however many views look at them. */
import type { ISessionContext } from "@jupyterlab/apputils";
import type { Kernel } from "@jupyterlab/services";
import { SharedModel } from "../model/sharedModel.js";
import { KernelLink } from "./kernelLink.js";

/** What an outputs' session tells, of JupyterLab's session context. */
export type Session = Pick<ISessionContext, "session" | "kernelChanged" | "statusChanged" | "disposed" | "isDisposed">;

interface Output {
  readonly model: SharedModel;
  views: number;
}

export class Outputs {
  readonly #session: Session | null;
  readonly #outputs = new Map<string, Output>();
  #link: KernelLink | null = null;
  readonly #onKernel = (): void => this.#connect();
  readonly #onStatus = (_: unknown, status: Kernel.Status): void => {
    if (status === "restarting" || status === "autorestarting") this.#link?.restarted();
    if (status === "dead" || status === "terminating") this.#disconnect();
  };

  /** @param session null for outputs without a kernel, as in a viewer of files. */
  constructor(session: Session | null) {
    this.#session = session;
    if (session === null) return;
    session.kernelChanged.connect(this.#onKernel);
    session.statusChanged.connect(this.#onStatus);
    session.disposed.connect(() => this.dispose());
    this.#connect();
  }

  /**
   * The model for one more view of an output.
   *
   * @param id of the widget; @param data of the file. Call `close` for each.
   */
  open(id: string, data: unknown): SharedModel {
    const known = this.#outputs.get(id);
    if (known !== undefined) {
      known.views++;
      known.model.refresh(data);
      // The kernel has told the other views more since than its last whole state.
      this.#attach(id, known.model);
      return known.model;
    }
    const model = new SharedModel(data);
    this.#outputs.set(id, { model, views: 1 });
    this.#attach(id, model);
    return model;
  }

  /** The output has been drawn anew, with the file's data. */
  refresh(id: string, data: unknown): void {
    this.#outputs.get(id)?.model.refresh(data);
  }

  /** A view is gone. */
  close(id: string): void {
    const output = this.#outputs.get(id);
    if (output === undefined || --output.views > 0) return;
    this.#outputs.delete(id);
    this.#link?.detach(id);
    output.model.disconnect();
  }

  dispose(): void {
    this.#session?.kernelChanged.disconnect(this.#onKernel);
    this.#session?.statusChanged.disconnect(this.#onStatus);
    this.#disconnect();
  }

  #connect(): void {
    this.#disconnect();
    const kernel = this.#session?.session?.kernel;
    if (kernel === undefined || kernel === null) return;
    this.#link = new KernelLink(kernel);
    for (const [id, { model }] of this.#outputs) this.#attach(id, model);
  }

  #attach(id: string, model: SharedModel): void {
    this.#link?.attach(id, {
      opened: (send) => model.connect(send),
      message: (data) => model.receive(data),
      closed: () => model.disconnect(),
    });
  }

  #disconnect(): void {
    this.#link?.dispose();
    this.#link = null;
    for (const { model } of this.#outputs.values()) model.disconnect();
  }
}
