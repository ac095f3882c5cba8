/** The row of buttons: undo, redo, reset, copies and files. */
import { setAttributes, Toolbar, type ToolbarButton } from "../../core/index.js";
import type { ScheduleContext } from "./context.js";
import type { Files } from "./files.js";

/** Path data on a field of 16 × 16. */
const ICONS = {
  undo: "M6 3 2.5 6.5 6 10M3 6.5h6.5a4 4 0 0 1 0 8H7",
  redo: "M10 3l3.5 3.5L10 10M13 6.5H6.5a4 4 0 0 0 0 8H9",
  reset: "M3 8a5 5 0 1 0 1.6-3.7M3 2.5V5h2.6",
} as const;

export class Commands {
  readonly element: HTMLElement;
  readonly #context: ScheduleContext;
  readonly #undo: HTMLButtonElement;
  readonly #redo: HTMLButtonElement;
  readonly #reset: HTMLButtonElement;
  readonly #code: HTMLButtonElement;
  readonly #json: HTMLButtonElement;

  constructor(context: ScheduleContext, files: Files) {
    this.#context = context;
    const { state, host, live, disposers } = context;
    const t = host.translate;
    const toolbar = new Toolbar(t("Edit and export the schedule"));
    const undo = () => this.#step(state.canUndo, t("Undone."), () => state.undo());
    const redo = () => this.#step(state.canRedo, t("Redone."), () => state.redo());
    // Not `disabled`: a button that loses the focus while it is used would send the reader back to the page's beginning.
    const add = (button: ToolbarButton) => toolbar.add(button);
    this.#undo = add({ label: t("Undo (Ctrl+Z)"), icon: ICONS.undo, press: undo });
    this.#redo = add({ label: t("Redo (Ctrl+Shift+Z)"), icon: ICONS.redo, press: redo });
    this.#reset = add({
      label: t("Reset to the schedule that was begun with"),
      icon: ICONS.reset,
      press: () => this.#step(state.edited, t("Reset."), () => state.reset()),
    });
    this.#code = add({
      label: t("Copy code"),
      press: () =>
        void files.copyCode().then(
          () => live.say(t("Code copied.")),
          () => live.say(t("The browser did not allow to copy.")),
        ),
    });
    this.#json = add({ label: t("Schedule file"), press: () => files.saveSchedule() });
    add({ label: "CSV", press: () => files.saveTable() });
    add({ label: "SVG", press: () => files.saveSvg() });
    add({
      label: "PNG",
      press: () => void files.savePng().catch(() => live.say(t("The browser could not draw the PNG."))),
    });
    for (const [button, what] of [
      [this.#json, t("Save the schedule for espalier evaluate --schedule")],
      [this.#code, t("Copy code that recreates this schedule")],
    ] as const)
      setAttributes(button, { title: what });
    this.element = toolbar.element;
    this.#listen(undo, redo, disposers);
  }

  draw(): void {
    const { state } = this.#context;
    setAttributes(this.#undo, { "aria-disabled": state.canUndo ? null : "true" });
    setAttributes(this.#redo, { "aria-disabled": state.canRedo ? null : "true" });
    setAttributes(this.#reset, { "aria-disabled": state.edited ? null : "true" });
    this.#code.hidden = state.data.code === null;
    this.#json.disabled = state.data.mayRise;
  }

  #step(possible: boolean, said: string, step: () => void): void {
    if (!possible) return;
    step();
    this.#context.live.say(said);
  }

  #listen(undo: () => void, redo: () => void, disposers: ScheduleContext["disposers"]): void {
    disposers.listen(this.#context.root, "keydown", (event) => {
      const { key, shiftKey, ctrlKey, metaKey, altKey, target } = event as KeyboardEvent;
      // A notebook takes single letters and arrows for commands of its own.
      if (!ctrlKey && !metaKey && !altKey && key !== "Escape" && key !== "Tab") event.stopPropagation();
      if (!(ctrlKey || metaKey) || altKey) return;
      // What is typed into a field has an undo of its own.
      if (target instanceof HTMLInputElement && target.type === "number") return;
      const pressed = key.toLowerCase();
      if (pressed !== "z" && pressed !== "y") return;
      event.preventDefault();
      event.stopPropagation();
      if (pressed === "y" || shiftKey) redo();
      else undo();
    });
  }
}
