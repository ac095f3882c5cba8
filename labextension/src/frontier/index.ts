/** The frontier widget: cost against divergence or accuracy of every configuration evaluated so far. */
import { element, hostOf, notice } from "../core/index.js";
import { DataError, readFrontier } from "../data/index.js";
import type { Render } from "../widget.js";
import { FrontierWidget } from "./frontierWidget.js";

/**
 * Draws `FrontierData` and follows the model: new data, `append` and `status` messages, and the two-way state `selected`,
 * `budget`, `pinned`, `brushed`. Data that cannot be read are a sentence in the place of the drawing.
 */
export const renderFrontier: Render = (context) => {
  const { model, el } = context;
  const host = hostOf(context);
  // JupyterLab takes keys before any element of the page does, but for what stands in such an element.
  const root = element("div", { class: "espalier", attributes: { "data-lm-suppress-shortcuts": "true" } });
  el.append(root);
  let widget: FrontierWidget | null = null;

  const end = (): void => {
    widget?.dispose();
    widget = null;
    root.replaceChildren();
  };
  const show = (): void => {
    try {
      const data = readFrontier(model.get("data"));
      if (widget?.replace(data)) return;
      end();
      if (model.get("selected") === null && data.selected !== null) model.set("selected", data.selected);
      if (model.get("budget") === null && data.budget !== null) model.set("budget", data.budget);
      if (model.get("pinned").length === 0 && data.pinned.length > 0) model.set("pinned", data.pinned);
      widget = new FrontierWidget(root, model, host, data);
      root.append(widget.element);
      widget.start();
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      end();
      root.append(notice(host.translate("This frontier cannot be drawn."), error.message));
    }
  };
  model.on("change:data", show);
  show();
  return () => {
    model.off("change:data", show);
    end();
    root.remove();
  };
};
