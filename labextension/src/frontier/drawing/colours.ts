/** Colours as a canvas takes them: the system's own are looked up, for a canvas does not follow forced colours. */
import { element, type Theme } from "../../core/index.js";

/** @param el where the widget stands. */
export function canvasTheme(theme: Theme, el: HTMLElement): Theme {
  if (!theme.forced) return theme;
  const probe = element("span", { class: "espalier-hidden" });
  el.append(probe);
  const resolved = (colour: string) => {
    probe.style.color = colour;
    return getComputedStyle(probe).color;
  };
  const [text, page, accent] = [theme.text, theme.page, theme.accent].map(resolved) as [string, string, string];
  probe.remove();
  return { ...theme, text, secondary: text, axis: text, grid: page, page, accent };
}
