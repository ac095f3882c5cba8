/** What JupyterLab offers the widgets: its language and the user's settings. */
import type { ISettingRegistry } from "@jupyterlab/settingregistry";
import type { TranslationBundle } from "@jupyterlab/translation";
import { fillIn, hostOf } from "../core/index.js";
import { DEFAULT_SETTINGS, type Host, type WidgetSettings } from "../widget.js";

export class LabHost implements Host {
  readonly #texts: TranslationBundle;
  readonly #listeners = new Set<() => void>();
  readonly #standalone = hostOf({});
  #settings: WidgetSettings = DEFAULT_SETTINGS;

  constructor(texts: TranslationBundle) {
    this.#texts = texts;
  }

  get settings(): WidgetSettings {
    return this.#settings;
  }

  // Widgets take it out of its host and call it as a function.
  readonly translate: Host["translate"] = (text, values = {}) => fillIn(this.#texts.__(text), values);

  onSettings(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  saveFile(name: string, content: Blob): void {
    this.#standalone.saveFile(name, content);
  }

  copyText(text: string): Promise<void> {
    return this.#standalone.copyText(text);
  }

  /** Follows the user's settings. */
  follow(settings: ISettingRegistry.ISettings): void {
    const read = (): void => {
      const { frontierHeight, snapMonotone, digits } = settings.composite;
      this.#settings = {
        frontierHeight: typeof frontierHeight === "number" ? frontierHeight : DEFAULT_SETTINGS.frontierHeight,
        snapMonotone: typeof snapMonotone === "boolean" ? snapMonotone : DEFAULT_SETTINGS.snapMonotone,
        digits: typeof digits === "number" ? digits : DEFAULT_SETTINGS.digits,
      };
      for (const listener of [...this.#listeners]) listener();
    };
    settings.changed.connect(read);
    read();
  }
}
