/**
 * A widget as a model of ipywidgets that anywidget draws, for VS Code, Colab, and every Jupyter with ipywidgets' manager.
 *
 * Source: ipywidgets' messaging protocol 2.1 (comms of the target `jupyter.widget`; methods `update`, `request_state`, `custom`),
 * and anywidget 0.11, whose model takes a module and a style sheet as strings.
 */
import type { Comm, CurrentKernel } from "../../../kernel/src/api/index.js";
import {
  type AnywidgetMessage,
  type AnywidgetState,
  FRONTIER_MIME,
  type FromKernel,
  SCHEDULE_MIME,
  type WidgetKindName,
} from "../../../labextension/src/data/index.js";
import { anywidgetFiles } from "./anywidgetFiles.js";
import { colabMetadata } from "./colab.js";
import type { Bundle, TransportListener, WidgetTransport } from "./transport.js";

const TARGET = "jupyter.widget";
const PROTOCOL = { version: "2.1.0" };
const VIEW_MIME = "application/vnd.jupyter.widget-view+json";
/** Of the npm package, which pages without it fetch. */
const ANYWIDGET = "~0.11.*";

const DATA_MIME: Readonly<Record<WidgetKindName, string>> = { frontier: FRONTIER_MIME, schedule: SCHEDULE_MIME };

export class AnywidgetTransport implements WidgetTransport {
  readonly redraws = true;
  readonly metadata = colabMetadata(VIEW_MIME);
  readonly #kind: WidgetKindName;
  readonly #comm: Comm;
  readonly #listener: TransportListener;
  #data: unknown = null;
  #isShown = false;
  #isClosed = false;

  /** @throws EspalierError where set-up has not built the front end. */
  constructor(comms: CurrentKernel["comms"], kind: WidgetKindName, listener: TransportListener) {
    this.#kind = kind;
    this.#listener = listener;
    this.#comm = comms.open(TARGET, { state: this.#state(), buffer_paths: [] }, { metadata: PROTOCOL });
    this.#comm.onMessage(({ data }) => this.#receive(data));
    this.#comm.onClose(() => listener.ended());
  }

  get id(): string {
    return this.#comm.id;
  }

  get closed(): boolean {
    return this.#isClosed || this.#comm.closed;
  }

  send(message: FromKernel | AnywidgetMessage): void {
    if (!this.#isClosed) this.#comm.send({ method: "custom", content: { ...message } });
  }

  /** The data come into the model's values, which a notebook may keep. */
  tell(bundle: Bundle): void {
    this.#data = bundle[DATA_MIME[this.#kind]] ?? null;
    this.#update({ data: this.#data });
  }

  /** Before the view is shown the model has what it is to draw, and earlier views know that they are earlier ones. */
  present(bundle: Bundle): Bundle {
    this.tell(bundle);
    if (this.#comm.closed) return bundle;
    if (this.#isShown) this.send({ type: "replaced" });
    this.#isShown = true;
    return { ...bundle, [VIEW_MIME]: { version_major: 2, version_minor: 1, model_id: this.id } };
  }

  /** The comm stays open and answers for the model alone: with its comm ipywidgets would take the drawing away. */
  close(): void {
    if (this.closed) return;
    this.send({ type: "closed" });
    this.#isClosed = true;
    this.#listener.ended();
  }

  #receive({ method, content }: Readonly<Record<string, unknown>>): void {
    if (method === "request_state") this.#update(this.#state());
    else if (method === "custom" && !this.#isClosed && typeof content === "object" && content !== null)
      this.#listener.received(content as Readonly<Record<string, unknown>>);
  }

  #update(state: Readonly<Record<string, unknown>>): void {
    this.#comm.send({ method: "update", state, buffer_paths: [] });
  }

  #state(): Readonly<Record<string, unknown>> {
    const { esm, css } = anywidgetFiles();
    const own: AnywidgetState = { kind: this.#kind, data: this.#data };
    return {
      _model_module: "anywidget",
      _model_module_version: ANYWIDGET,
      _model_name: "AnyModel",
      _view_module: "anywidget",
      _view_module_version: ANYWIDGET,
      _view_name: "AnyView",
      _view_count: null,
      _anywidget_id: "espalier-widgets",
      _esm: esm,
      _css: css,
      ...own,
    };
  }
}
