/**
 * The frontier widget: drawn beside plain Vega-Lite on the same points, and in JupyterLab with a real kernel.
 *
 *     node dist/tests/bench/widgets.js       prints JSON; about three minutes on two cores
 */
import { pathToFileURL } from "node:url";
import { benchNotebook } from "./widgets/notebook.js";
import { benchPlots } from "./widgets/plots.js";

/** Milliseconds, medians; first draws by the number of points; frames a second. */
const TARGETS = { cell: 100, selection: 50, frame: 16, framesPerSecond: 55, draw: { 10000: 60, 100000: 250 } };

export async function benchWidgets() {
  const plots = await benchPlots();
  const notebook = await benchNotebook();
  return { plots, notebook, targets: TARGETS };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  console.log(JSON.stringify(await benchWidgets(), null, 2));
}
