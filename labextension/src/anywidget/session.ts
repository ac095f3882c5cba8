/** One anywidget model, and the model that all views of it share. */
import type { AnywidgetMessage, FromFrontEnd } from "../data/index.js";
import { SharedModel } from "../model/sharedModel.js";
import type { AnywidgetModel } from "./contract.js";

/** A view, as far as its session knows it. */
export interface SessionView {
  /** Whether it is in the page. */
  readonly isThere: boolean;
  /** Ends it, and closes it here. */
  end(): void;
}

export class Session {
  readonly #model: AnywidgetModel;
  readonly #shared: SharedModel;
  readonly #views = new Set<SessionView>();
  /** Whose outputs have been replaced since. */
  readonly #old = new Set<SessionView>();
  readonly #onData = (): void => this.#shared.refresh(this.#model.get("data"));
  readonly #onMessage = (content?: unknown): void => {
    const { type } = (content ?? {}) as Partial<AnywidgetMessage>;
    if (type === "closed") this.#shared.disconnect();
    else if (type === "replaced") for (const view of this.#views) this.#old.add(view);
    else this.#shared.receive(content);
  };
  /** Whichever of the two it is, only an answer shows that the kernel knows this widget. */
  readonly #onComm = (): void => {
    this.#shared.disconnect();
    if (this.#views.size > 0) this.#greet();
  };

  /** @param model of `initialize`, whose listeners stay as long as the model. */
  constructor(model: AnywidgetModel) {
    this.#model = model;
    this.#shared = new SharedModel(model.get("data"));
    model.on("change:data", this.#onData);
    model.on("msg:custom", this.#onMessage);
    model.on("comm_live_update", this.#onComm);
  }

  /** The model for one more view. Call `close` for each. */
  open(view: SessionView): SharedModel {
    this.#views.add(view);
    // Out of the page it may also have been scrolled; but then its output would not have been replaced.
    for (const old of [...this.#old]) if (!old.isThere) old.end();
    // The first to connect; and the kernel has told the other views more since its last whole state.
    this.#greet();
    return this.#shared;
  }

  /** A view is gone. */
  close(view: SessionView): void {
    this.#old.delete(view);
    this.#views.delete(view);
    if (this.#views.size > 0) return;
    this.#send({ type: "bye" });
    this.#shared.disconnect();
  }

  dispose(): void {
    this.#model.off("change:data", this.#onData);
    this.#model.off("msg:custom", this.#onMessage);
    this.#model.off("comm_live_update", this.#onComm);
    this.#shared.disconnect();
  }

  #greet(): void {
    this.#shared.connect((message) => this.#send(message));
    this.#send({ type: "hello" });
  }

  #send(message: FromFrontEnd): void {
    try {
      this.#model.send(message);
    } catch (error) {
      // A comm of a kernel that has ended throws; what is drawn stays.
      console.warn(`Espalier: the kernel cannot be told anything. ${String(error)}`);
      this.#shared.disconnect();
    }
  }
}
