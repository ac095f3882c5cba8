/** Pictures of bar charts, made by Vega-Lite and Vega and painted straight onto the picture's canvas. */
import * as vega from "vega";
import { compile, type TopLevelSpec } from "vega-lite";
import type { Random } from "../../tensor/random.js";
import { fontFamilies } from "./fonts.js";
import { PICTURE_SIDE, rectangle } from "./labels.js";
import type { Draft, PictureKind, Question } from "./question.js";
import { ink, type Surface, vary } from "./surface.js";
import { COLORS, type Color } from "./vocabulary.js";

interface Bar {
  readonly color: Color;
  /** 1 … 9. */
  readonly value: number;
}

const HIGHEST = 9;

function specification(random: Random, bars: readonly Bar[]): TopLevelSpec {
  const left = random.integer(20, 32);
  const top = random.integer(8, 20);
  const font = random.choice(fontFamilies());
  const lines = ink(random, 110);
  const padding = { left, top, right: random.integer(4, 14), bottom: random.integer(10, 26) };
  return {
    width: PICTURE_SIDE - padding.left - padding.right,
    height: PICTURE_SIDE - padding.top - padding.bottom,
    padding,
    autosize: "none",
    data: { values: bars.map(({ color, value }) => ({ color, value })) },
    mark: { type: "bar", tooltip: false },
    encoding: {
      x: {
        field: "color",
        type: "nominal",
        sort: null,
        scale: { paddingInner: random.between(0.1, 0.4), paddingOuter: random.between(0.1, 0.3) },
        axis: { labels: false, ticks: random.uniform() < 0.5, title: null },
      },
      y: {
        field: "value",
        type: "quantitative",
        scale: { domain: [0, HIGHEST], nice: false },
        axis: { values: Array.from({ length: HIGHEST + 1 }, (_, i) => i), title: null, grid: random.uniform() < 0.5 },
      },
      color: {
        field: "color",
        type: "nominal",
        legend: null,
        scale: { domain: bars.map(({ color }) => color), range: bars.map(({ color }) => vary(random, color)) },
      },
    },
    config: {
      view: { stroke: random.uniform() < 0.5 ? null : "#ccc" },
      axis: {
        labelFont: font,
        labelFontSize: random.integer(11, 14),
        labelColor: lines,
        labelOverlap: false,
        domainColor: lines,
        tickColor: lines,
        gridColor: "#bbb",
      },
    },
  };
}

/** A drawn rectangle in Vega's scene. */
interface SceneBar {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** As much of Vega's scene as is read here; its typings describe the scene without its root. */
interface SceneRoot {
  readonly items: readonly {
    readonly items: readonly { readonly name?: string; readonly items: readonly SceneBar[] }[];
  }[];
}

/** The bars in the order of the data, in the coordinates of the plot. */
function sceneBars(root: SceneRoot): readonly SceneBar[] {
  return root.items.flatMap((group) => group.items).find(({ name }) => name === "marks")?.items ?? [];
}

interface CanvasRenderer {
  initialize(el: null, width: number, height: number, origin: readonly number[], scale: number, options: object): this;
  render(root: SceneRoot): this;
}

/** Vega's renderer for a canvas of one's own, which its typings leave out: a view would paint only asynchronously. */
const { CanvasRenderer: Renderer } = vega as unknown as { CanvasRenderer: new (loader: null) => CanvasRenderer };

function draw(random: Random, surface: Surface, bars: readonly Bar[]): void {
  const view = new vega.View(vega.parse(compile(specification(random, bars)).spec), { renderer: "none" }).run();
  const { left: marginLeft, top: marginTop } = view.padding() as { left: number; top: number };
  // Without automatic sizing the view's own origin is (0, 0) and the padding comes on top.
  const origin = [view.origin()[0] + marginLeft, view.origin()[1] + marginTop];
  const { root } = view.scenegraph() as unknown as { root: SceneRoot };
  const { context, labels } = surface;
  context.save();
  new Renderer(null).initialize(null, PICTURE_SIDE, PICTURE_SIDE, origin, 1, { externalContext: context }).render(root);
  context.restore();
  sceneBars(root).forEach(({ x, y, width, height }, i) => {
    const [left, top] = [x + origin[0], y + origin[1]];
    labels.cover(rectangle(left, top, left + width, top + height), bars[i].color);
    // The value is to be read at the bar's upper end.
    labels.mark(`${bars[i].value}`, left + width / 2, top);
  });
  view.finalize();
}

function ask(random: Random, bars: readonly Bar[], task: string): Question | undefined {
  if (task === "describe") {
    return { task, question: "read the bar ?", answer: bars.map(({ color, value }) => `${color} ${value}`).join(" ") };
  }
  if (task !== "chart") return undefined;
  if (random.uniform() < 0.7) {
    const { color, value } = random.choice(bars);
    return { task, question: `value of the ${color} bar ?`, answer: `${value}` };
  }
  const highest = random.uniform() < 0.5;
  const values = bars.map(({ value }) => value);
  const extreme = highest ? Math.max(...values) : Math.min(...values);
  const found = bars.filter(({ value }) => value === extreme);
  if (found.length > 1) return undefined;
  return { task, question: `which bar is ${highest ? "highest" : "lowest"} ?`, answer: found[0].color };
}

function imagine(random: Random): Draft {
  const colors = random.sample(COLORS, random.integer(3, 5));
  const bars = colors.map((color): Bar => ({ color, value: random.integer(1, HIGHEST) }));
  return {
    key: `chart ${bars.map(({ color, value }) => `${color} ${value}`).join(", ")}`,
    blur: 0,
    draw: (drawing, surface) => draw(drawing, surface, bars),
    ask: (asking, task) => ask(asking, bars, task),
  };
}

export const chartPictures: PictureKind = { name: "chart", tasks: ["chart", "describe"], imagine };
