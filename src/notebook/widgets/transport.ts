/** How the messages of a widget travel, and what stands in its output beside the drawings: one way for each front end. */
import type { Comm, CurrentKernel } from "../../../kernel/src/api/index.js";
import { type FromKernel, WIDGET_MESSAGES_VERSION, WIDGET_TARGET } from "../../../labextension/src/data/index.js";

/** Representations by MIME type. */
export type Bundle = Readonly<Record<string, unknown>>;

/** What a transport tells. */
export interface TransportListener {
  /** A message of the front end, not looked at. */
  received(message: Readonly<Record<string, unknown>>): void;
  /** The front end has closed it, or `close` has. */
  ended(): void;
}

export interface WidgetTransport {
  /** The comm's id, which is the widget's. */
  readonly id: string;
  readonly closed: boolean;
  /**
   * Whether the front end makes its view anew when the output is replaced, so that what only the view knows, such as its zoom
   * and the focus, is lost.
   */
  readonly redraws: boolean;
  /** Of the output, by MIME type. */
  readonly metadata: Readonly<Record<string, unknown>>;
  send(message: FromKernel): void;
  /** Tells what the output is to show, where that can be told without replacing it. */
  tell(bundle: Bundle): void;
  /** What is to stand in the output. */
  present(bundle: Bundle): Bundle;
  /** Ends it; what is drawn stays. */
  close(): void;
}

/** Messages go through a comm of the widgets' own; the output holds data that the extension draws. */
export class JupyterLabTransport implements WidgetTransport {
  readonly redraws = false;
  readonly metadata = {};
  readonly #comm: Comm;

  constructor(comms: CurrentKernel["comms"], kind: string, listener: TransportListener) {
    this.#comm = comms.open(WIDGET_TARGET, { version: WIDGET_MESSAGES_VERSION, kind });
    this.#comm.onMessage(({ data }) => listener.received(data));
    this.#comm.onClose(() => listener.ended());
  }

  get id(): string {
    return this.#comm.id;
  }

  get closed(): boolean {
    return this.#comm.closed;
  }

  send(message: FromKernel): void {
    this.#comm.send({ ...message });
  }

  tell(): void {}

  present(bundle: Bundle): Bundle {
    return bundle;
  }

  close(): void {
    this.#comm.close();
  }
}
