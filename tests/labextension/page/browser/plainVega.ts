/** The same points drawn as anybody draws points with Vega-Lite: what the frontier widget is measured beside. */
import { changeset, parse, View, Warn } from "vega";
import { compile, type TopLevelSpec } from "vega-lite";
import type { Render } from "../../../../labextension/src/widget.js";
import type { PlainRow } from "../plainRows.js";

/** Points by series with their tooltips, a selection, axes as the widget's. */
function specification(rows: readonly PlainRow[]): TopLevelSpec {
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    width: 700,
    height: 300,
    data: { name: "points", values: [...rows] },
    params: [{ name: "chosen", select: { type: "point" } }],
    mark: { type: "point", filled: true, tooltip: true },
    encoding: {
      x: { field: "cost", type: "quantitative", title: "Cost" },
      y: { field: "divergence", type: "quantitative", scale: { type: "log" }, title: "Divergence" },
      color: { field: "series", type: "nominal" },
      opacity: { condition: { param: "chosen", value: 0.8 }, value: 0.3 },
    },
  };
}

/** Draws `PlainRow`s; an `append` message holds more of them. */
export const renderPlainVega: Render = ({ model, el }) => {
  const { spec } = compile(specification(model.get("data") as readonly PlainRow[]));
  const view = new View(parse(spec), { renderer: "canvas", container: el, hover: true, logLevel: Warn });
  void view.runAsync();
  const append = (message?: unknown): void => {
    const { rows } = message as { rows: PlainRow[] };
    view.change("points", changeset().insert(rows));
    void view.runAsync();
  };
  model.on("msg:custom", append);
  return () => {
    model.off("msg:custom", append);
    view.finalize();
    el.replaceChildren();
  };
};
