/** The front ends that widgets can be drawn by, and which of them is meant. */
import type { CurrentKernel } from "../../../kernel/src/api/index.js";
import type { WidgetKindName } from "../../../labextension/src/data/index.js";
import { EspalierError } from "../../errors.js";
import { AnywidgetTransport } from "./anywidgetTransport.js";
import { JupyterLabTransport, type TransportListener, type WidgetTransport } from "./transport.js";

type Open = new (comms: CurrentKernel["comms"], kind: WidgetKindName, listener: TransportListener) => WidgetTransport;

const TRANSPORTS = { jupyterlab: JupyterLabTransport, anywidget: AnywidgetTransport } as const satisfies Readonly<
  Record<string, Open>
>;

/**
 * - `jupyterlab`: the extension for JupyterLab 4 and Notebook 7.
 * - `anywidget`: for VS Code, Colab, and every Jupyter that has ipywidgets and anywidget.
 */
export type WidgetFrontEnd = keyof typeof TRANSPORTS;

const NAMES = Object.keys(TRANSPORTS)
  .map((name) => `"${name}"`)
  .join(" or ");

/** In the environment: the front end where none is asked for. */
const VARIABLE = "ESPALIER_WIDGETS";

/**
 * @param wanted default that of the environment's `ESPALIER_WIDGETS`, else JupyterLab's.
 * @throws EspalierError for a name that is none.
 */
export function frontEndOf(wanted?: WidgetFrontEnd, env: NodeJS.ProcessEnv = process.env): WidgetFrontEnd {
  if (wanted !== undefined) {
    if (isFrontEnd(wanted)) return wanted;
    throw new EspalierError(`There is no front end ${JSON.stringify(wanted)} for widgets; give ${NAMES}.`);
  }
  const set = env[VARIABLE];
  if (set === undefined || set === "") return "jupyterlab";
  if (isFrontEnd(set)) return set;
  throw new EspalierError(
    `${VARIABLE} in the environment is ${JSON.stringify(set)}, which is no front end for widgets; set it to ${NAMES}, or leave it out.`,
  );
}

/** Opens a widget's connection. @throws EspalierError where the front end is not built. */
export function openTransport(
  frontEnd: WidgetFrontEnd,
  comms: CurrentKernel["comms"],
  kind: WidgetKindName,
  listener: TransportListener,
): WidgetTransport {
  return new TRANSPORTS[frontEnd](comms, kind, listener);
}

function isFrontEnd(name: string): name is WidgetFrontEnd {
  return Object.hasOwn(TRANSPORTS, name);
}
