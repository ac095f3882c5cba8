/** The element that a view stands in: it says which page that is, and whether it is dark, to the style sheet. */
import { type Disposers, element, placeOf, setAttributes, themeOf, watchTheme } from "../core/index.js";

/** Follows the page's theme until `disposers` end it. */
export function placeElement(el: HTMLElement, disposers: Disposers): HTMLElement {
  const place = element("div", { class: "espalier-place" });
  const follow = (): void =>
    setAttributes(place, { "data-espalier-place": placeOf(), "data-espalier-dark": themeOf(place).dark });
  el.append(place);
  disposers.add(() => place.remove());
  follow();
  watchTheme(disposers, follow);
  return place;
}
