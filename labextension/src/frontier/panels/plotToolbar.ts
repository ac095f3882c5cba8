/** The buttons of the plot: nearer, farther, everything, and the row of what it can be saved as. */
import { element, setAttributes, Toolbar } from "../../core/index.js";
import { EXPORTS, type ExportKind } from "../exportKinds.js";
import type { FrontierScene } from "../model/index.js";
import type { Words } from "./words.js";

const ICONS = {
  nearer: "M7 3a4 4 0 1 0 0 8a4 4 0 0 0 0-8M10 10l3.5 3.5M5.2 7h3.6M7 5.2v3.6",
  farther: "M7 3a4 4 0 1 0 0 8a4 4 0 0 0 0-8M10 10l3.5 3.5M5.2 7h3.6",
  reset: "M3 6V3h3M10 3h3v3M13 10v3h-3M6 13H3v-3",
  help: "M6 6a2 2 0 1 1 3 1.7c-.7.4-1 .8-1 1.6M8 11.6v.1M8 1.8a6.2 6.2 0 1 0 0 12.4a6.2 6.2 0 0 0 0-12.4",
  save: "M8 2.5v7M5 7l3 3l3-3M3 13h10",
} as const;

export interface ToolbarActions {
  readonly nearer: () => void;
  readonly farther: () => void;
  readonly reset: () => void;
  readonly save: (kind: ExportKind) => void;
  /** Shows the keys or hides them. @returns whether they are shown. */
  readonly help: () => boolean;
}

export class PlotToolbar {
  readonly element: HTMLElement;
  readonly #reset: HTMLButtonElement;
  readonly #configuration: HTMLButtonElement;

  constructor(words: Words, actions: ToolbarActions) {
    const plot = new Toolbar(words.text("Plot"));
    plot.add({ label: words.text("Zoom in"), icon: ICONS.nearer, press: actions.nearer });
    plot.add({ label: words.text("Zoom out"), icon: ICONS.farther, press: actions.farther });
    this.#reset = plot.add({ label: words.text("Show everything"), icon: ICONS.reset, press: actions.reset });
    const files = new Toolbar(words.text("Save as"));
    const buttons = EXPORTS.map((kind) => files.add({ label: kind, press: () => actions.save(kind) }));
    this.#configuration = buttons.at(-1)!;
    files.element.hidden = true;
    const open = plot.add({
      label: words.text("Save as …"),
      icon: ICONS.save,
      press: () => {
        files.element.hidden = !files.element.hidden;
        setAttributes(open, { "aria-expanded": files.element.hidden ? "false" : "true" });
        if (!files.element.hidden) buttons[0]!.focus();
      },
    });
    setAttributes(open, { "aria-expanded": "false" });
    const help = plot.add({
      label: words.text("Keys of the plot"),
      icon: ICONS.help,
      press: () => setAttributes(help, { "aria-expanded": actions.help() ? "true" : "false" }),
    });
    setAttributes(help, { "aria-expanded": "false" });
    this.#configuration.title = words.text("The selected configuration");
    this.element = element("div", { class: "espalier-tools" }, files.element, plot.element);
  }

  update(scene: FrontierScene, selected: number): void {
    setAttributes(this.#reset, { "aria-disabled": scene.zoom === null ? "true" : null });
    this.#configuration.disabled = selected < 0;
  }
}
