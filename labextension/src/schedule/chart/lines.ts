/** Other schedules as step lines over the bars, each with its colour, its dash and, where there is room, its name. */
import { element, shorten, svgElement } from "../../core/index.js";
import { text } from "./axes.js";
import { shareY, spreadApart, stepPath } from "./layout.js";
import type { ChartScene, SceneLine } from "./scene.js";

const BETWEEN_NAMES = 13;
/** Pixels of a name's character, about, and of what stands before a name. */
const CHARACTER = 7.1;
const BEFORE_NAME = 16;

export function drawLines({ layout, theme, lines }: ChartScene): SVGGElement {
  const group = svgElement("g", { attributes: { "aria-hidden": "true", fill: "none" } });
  // A line of the page's colour below each keeps it apart from bars and other lines.
  for (const { shares, style } of lines) {
    const d = stepPath(layout, shares);
    group.append(
      svgElement("path", { attributes: { d, stroke: theme.page, "stroke-width": 3.5, "stroke-opacity": 0.7 } }),
    );
    group.append(
      svgElement("path", {
        attributes: { d, stroke: style.colour, "stroke-width": 2, "stroke-dasharray": dashOf(style.dash) },
      }),
    );
  }
  if (layout.names > 0) group.append(...drawNames({ layout, lines }));
  return group;
}

function drawNames({ layout, lines }: Pick<ChartScene, "layout" | "lines">): SVGElement[] {
  const ends = lines.map(({ shares }) => shareY(layout, shares.at(-1)!));
  const places = spreadApart(ends, BETWEEN_NAMES, layout.top + 2, layout.bottom - 2);
  const longest = Math.floor((layout.names - BEFORE_NAME) / CHARACTER);
  return lines.flatMap(({ label, style }, i) => {
    const [x, end, y] = [layout.right, ends[i]!, places[i]!];
    const name = text(shorten(label, longest), {
      x: x + BEFORE_NAME - 2,
      y: y + 3.5,
      fill: style.ink,
      "font-size": 10.5,
      "font-weight": "bold",
    });
    if (label.length > longest) name.append(svgElement("title", { text: label }));
    const d = `M${x + 2} ${end}L${x + 11} ${y}`;
    return [svgElement("path", { attributes: { d, stroke: style.colour, "stroke-width": 1 } }), name];
  });
}

/** A sample of a line's look, for a list of schedules. */
export function lineSwatch({ style }: Pick<SceneLine, "style">): HTMLElement {
  const line = svgElement("path", {
    attributes: {
      d: "M1 6H27",
      fill: "none",
      stroke: style.colour,
      "stroke-width": 2.5,
      "stroke-dasharray": dashOf(style.dash),
    },
  });
  const svg = svgElement("svg", { attributes: { width: 28, height: 12, "aria-hidden": "true" } }, line);
  return element("span", { class: "espalier-schedule-swatch" }, svg);
}

function dashOf(dash: readonly number[]): string | null {
  return dash[1] === 0 ? null : dash.join(" ");
}
