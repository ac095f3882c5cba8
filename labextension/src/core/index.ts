/** What both widgets are built with. */
export { Disposers, type ElementOptions, element, setAttributes, svgElement, uniqueId } from "./dom.js";
export { formatNumber, formatSeconds, formatValue, shorten } from "./format.js";
export { Frames } from "./frames.js";
export { fillIn, hostOf } from "./host.js";
export { LiveRegion } from "./liveRegion.js";
export { notice } from "./notice.js";
export { type Place, placeOf } from "./place.js";
export { RequestError, Requests } from "./requests.js";
export { prefersLessMotion, stylesOf, type Theme, themeOf, watchTheme } from "./theme.js";
export { iconOf, Toolbar, type ToolbarButton } from "./toolbar.js";
