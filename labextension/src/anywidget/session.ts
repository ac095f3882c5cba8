/** One anywidget model, and the model that all views of it share. */
import type { ClosedMessage, FromFrontEnd } from "../data/index.js";
import { SharedModel } from "../model/sharedModel.js";
import type { AnywidgetModel } from "./contract.js";

export class Session {
  readonly #model: AnywidgetModel;
  readonly #shared: SharedModel;
  #views = 0;
  readonly #onData = (): void => this.#shared.refresh(this.#model.get("data"));
  readonly #onMessage = (content?: unknown): void => {
    if ((content as Partial<ClosedMessage> | null)?.type === "closed") this.#shared.disconnect();
    else this.#shared.receive(content);
  };
  /** Whichever of the two it is, only an answer shows that the kernel knows this widget. */
  readonly #onComm = (): void => {
    this.#shared.disconnect();
    if (this.#views > 0) this.#greet();
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
  open(): SharedModel {
    this.#views++;
    // The first to connect; and the kernel has told the other views more since its last whole state.
    this.#greet();
    return this.#shared;
  }

  /** A view is gone. */
  close(): void {
    this.#views--;
    if (this.#views > 0) return;
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
