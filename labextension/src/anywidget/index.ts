/** The widgets as one anywidget: for VS Code, Colab, and every Jupyter with ipywidgets' manager. */
import { Disposers } from "../core/index.js";
import type { WidgetKindName } from "../data/index.js";
import { renderFrontier } from "../frontier/index.js";
import { renderSchedule } from "../schedule/index.js";
import type { Render } from "../widget.js";
import type { Anywidget } from "./contract.js";
import { placeElement } from "./place.js";
import { Session, type SessionView } from "./session.js";

const RENDERS: Readonly<Record<WidgetKindName, Render>> = { frontier: renderFrontier, schedule: renderSchedule };

/** Called by anywidget once for each model; all views of it are one widget's. */
export default function espalier(): Anywidget {
  let session: Session;
  return {
    initialize({ model }) {
      session = new Session(model);
      return () => session.dispose();
    },
    render({ model, el }) {
      const disposers = new Disposers();
      const place = placeElement(el, disposers);
      const view: SessionView = {
        get isThere() {
          return place.isConnected;
        },
        end: () => disposers.dispose(),
      };
      const shared = session.open(view);
      disposers.add(() => session.close(view));
      const draw = (): void => {
        // A view may be made before the kernel has said what is in it.
        if (shared.get("data") === null) return;
        shared.off("change:data", draw);
        // What anywidget calls its host is another thing, so it is not passed on.
        const render = RENDERS[model.get("kind")];
        disposers.add(render({ model: shared, el: place }));
      };
      shared.on("change:data", draw);
      disposers.add(() => shared.off("change:data", draw));
      draw();
      return () => disposers.dispose();
    },
  };
}
