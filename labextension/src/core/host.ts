/** What a widget does by itself where nothing else is offered. */
import { DEFAULT_SETTINGS, type Host, type RenderContext } from "../widget.js";
import { element } from "./dom.js";

/** Long enough for a browser to have begun the download. */
const REVOKE_MS = 60_000;

const STANDALONE: Host = {
  translate: fillIn,
  settings: DEFAULT_SETTINGS,
  onSettings: () => () => {},
  saveFile(name, content) {
    const address = URL.createObjectURL(content);
    const link = element("a", { attributes: { href: address, download: name } });
    // VS Code saves what a click on a link of its page names; a link that is in no page is not heard.
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(address), REVOKE_MS);
  },
  copyText: (text) => navigator.clipboard.writeText(text),
};

export function hostOf({ host }: Pick<RenderContext, "host">): Host {
  return host ?? STANDALONE;
}

/** Puts values into the places of a text that name them. */
export function fillIn(text: string, values: Readonly<Record<string, string | number>> = {}): string {
  return text.replace(/\{(\w+)\}/g, (place, name: string) =>
    Object.hasOwn(values, name) ? String(values[name]) : place,
  );
}
