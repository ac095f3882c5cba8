/** The plugin: draws Espalier's outputs, everywhere; with the notebook's kernel, in notebooks. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from "@jupyterlab/application";
import { INotebookTracker, type NotebookPanel } from "@jupyterlab/notebook";
import { IRenderMimeRegistry } from "@jupyterlab/rendermime";
import type { IRenderMime } from "@jupyterlab/rendermime-interfaces";
import { ISettingRegistry } from "@jupyterlab/settingregistry";
import { ITranslator, nullTranslator } from "@jupyterlab/translation";
import { FRONTIER_MIME, SCHEDULE_MIME } from "../data/index.js";
import { LabHost } from "./host.js";
import { Outputs } from "./outputs.js";
import { type WidgetKind, WidgetRenderer } from "./widgetRenderer.js";

const ID = "@espalier/labextension:plugin";

/** Before every drawing that stands beside the data in a bundle: Vega-Lite has 60, pictures have more. */
const RANK = 30;

const KINDS: readonly WidgetKind[] = [
  { mimeType: FRONTIER_MIME, load: async () => (await import("../frontier/index.js")).renderFrontier },
  { mimeType: SCHEDULE_MIME, load: async () => (await import("../schedule/index.js")).renderSchedule },
];

/** What creates renderers. Safe: nothing of the data is executed or fetched, so notebooks that are not trusted may draw too. */
function factory(kind: WidgetKind, outputs: Outputs, host: LabHost): IRenderMime.IRendererFactory {
  return {
    safe: true,
    mimeTypes: [kind.mimeType],
    createRenderer: () => new WidgetRenderer(kind, outputs, host),
  };
}

export const plugin: JupyterFrontEndPlugin<void> = {
  id: ID,
  description: "Draws frontiers and layer schedules of Espalier, live.",
  autoStart: true,
  requires: [IRenderMimeRegistry],
  optional: [INotebookTracker, ISettingRegistry, ITranslator],
  activate(
    _app: JupyterFrontEnd,
    rendermime: IRenderMimeRegistry,
    notebooks: INotebookTracker | null,
    settings: ISettingRegistry | null,
    translator: ITranslator | null,
  ): void {
    const host = new LabHost((translator ?? nullTranslator).load("espalier"));
    settings?.load(ID).then(
      (loaded) => host.follow(loaded),
      (error: unknown) => console.warn(`Espalier: its settings cannot be read, so the defaults are used. ${error}`),
    );
    const alone = new Outputs(null);
    for (const kind of KINDS) rendermime.addFactory(factory(kind, alone, host), RANK);
    // The global registry knows no kernel; each notebook has a registry of its own.
    const serve = ({ sessionContext, content }: NotebookPanel): void => {
      const outputs = new Outputs(sessionContext);
      for (const kind of KINDS) content.rendermime.addFactory(factory(kind, outputs, host), RANK);
    };
    notebooks?.forEach(serve);
    notebooks?.widgetAdded.connect((_, panel) => serve(panel));
  },
};
