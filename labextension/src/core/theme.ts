/** Colours of the place where a widget stands: its themes, light and dark, and forced colours. */
import { DARK, INK, type SeriesStyle, seriesStyles } from "../../../src/figures/browser.js";
import type { Disposers } from "./dom.js";
import { isPageDark, isPageStill, PLACE_ATTRIBUTES } from "./place.js";

export interface Theme {
  readonly dark: boolean;
  /** The system's own colours replace all others: shapes and dashes alone tell things apart. */
  readonly forced: boolean;
  readonly text: string;
  readonly secondary: string;
  readonly axis: string;
  readonly grid: string;
  readonly page: string;
  /** Of the selection and everything that is dragged. */
  readonly accent: string;
}

/** The theme at an element; read it anew when `watchTheme` says so. */
export function themeOf(el: Element): Theme {
  const forced = matchMedia("(forced-colors: active)").matches;
  if (forced) {
    const [text, page, accent] = ["CanvasText", "Canvas", "Highlight"];
    return { dark: false, forced, text, secondary: text, axis: text, grid: page, page, accent };
  }
  const dark = isDark(el);
  const ink = (colour: string) => (dark ? (DARK[colour] ?? colour) : colour);
  return {
    dark,
    forced,
    text: ink(INK.text),
    secondary: ink(INK.secondary),
    axis: ink(INK.axis),
    grid: ink(INK.grid),
    page: ink(INK.page),
    accent: dark ? "#ffb454" : "#b35900",
  };
}

/** Colours, shapes and dashes of series, for a theme. */
export function stylesOf(series: readonly string[], theme: Theme): Map<string, SeriesStyle> {
  const styles = seriesStyles(series);
  if (!theme.dark && !theme.forced) return styles;
  const colour = (one: string) => (theme.forced ? theme.text : (DARK[one] ?? one));
  return new Map(
    [...styles].map(([name, style]) => [name, { ...style, colour: colour(style.colour), ink: colour(style.ink) }]),
  );
}

/** Calls back when the theme may be another. */
export function watchTheme(disposers: Disposers, changed: () => void): void {
  for (const query of ["(forced-colors: active)", "(prefers-color-scheme: dark)"])
    disposers.listen(matchMedia(query), "change", changed);
  const observer = new MutationObserver(changed);
  observer.observe(document.body, { attributes: true, attributeFilter: [...PLACE_ATTRIBUTES.body] });
  observer.observe(document.documentElement, { attributes: true, attributeFilter: [...PLACE_ATTRIBUTES.root] });
  disposers.add(() => observer.disconnect());
}

/** Whether motion is unwelcome. */
export function prefersLessMotion(): boolean {
  return isPageStill() || matchMedia("(prefers-reduced-motion: reduce)").matches;
}

function isDark(el: Element): boolean {
  const dark = isPageDark();
  if (dark !== null) return dark;
  const scheme = getComputedStyle(el).colorScheme;
  if (/\bdark\b/.test(scheme) && !/\blight\b/.test(scheme)) return true;
  return scheme.includes("normal") ? false : matchMedia("(prefers-color-scheme: dark)").matches;
}
