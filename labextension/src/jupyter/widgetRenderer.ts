/** An output as JupyterLab draws it: a Lumino widget around the core, which is loaded with the first output. */
import type { IRenderMime } from "@jupyterlab/rendermime-interfaces";
import { Widget } from "@lumino/widgets";
import { notice } from "../core/index.js";
import { Field, LIMITS } from "../data/index.js";
import type { Cleanup, Host, Render } from "../widget.js";
import type { Outputs } from "./outputs.js";

/** One kind of widget: its MIME type and what draws it. */
export interface WidgetKind {
  readonly mimeType: string;
  /** Loaded when the first output is drawn. */
  readonly load: () => Promise<Render>;
}

export class WidgetRenderer extends Widget implements IRenderMime.IRenderer {
  readonly #kind: WidgetKind;
  readonly #outputs: Outputs;
  readonly #host: Host;
  #drawn: { readonly widget: string; readonly end: Cleanup } | null = null;

  constructor(kind: WidgetKind, outputs: Outputs, host: Host) {
    super();
    this.#kind = kind;
    this.#outputs = outputs;
    this.#host = host;
    this.addClass("jp-EspalierOutput");
  }

  /** Draws, or brings what is drawn up to date where it is the same widget's. */
  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    const data: unknown = model.data[this.#kind.mimeType];
    const widget = widgetOf(data);
    if (this.#drawn?.widget === widget) {
      this.#outputs.refresh(widget, data);
      return;
    }
    this.#end();
    const shared = this.#outputs.open(widget, data);
    let cleanup: Cleanup | null = null;
    this.#drawn = {
      widget,
      end: () => {
        cleanup?.();
        cleanup = null;
        this.#outputs.close(widget);
      },
    };
    const drawing = this.#drawn;
    try {
      const render = await this.#kind.load();
      if (this.#drawn === drawing) cleanup = render({ model: shared, el: this.node, host: this.#host });
    } catch (error) {
      console.error(error);
      const sentence = this.#host.translate("This output cannot be drawn.");
      this.node.replaceChildren(notice(sentence, error instanceof Error ? error.message : String(error)));
    }
  }

  override dispose(): void {
    if (this.isDisposed) return;
    this.#end();
    super.dispose();
  }

  #end(): void {
    this.#drawn?.end();
    this.#drawn = null;
  }
}

let nameless = 0;

/** The widget's id. Data without one, which come from no kernel of ours, get one of their own: what is wrong is shown later. */
function widgetOf(data: unknown): string {
  try {
    return new Field(data).get("widget").string(LIMITS.name);
  } catch {
    return `nameless-${nameless++}`;
  }
}
