/** The widget over data that have been read: its parts, and what each change draws anew. */
import {
  type Disposers,
  element,
  Frames,
  LiveRegion,
  Requests,
  shorten,
  themeOf,
  uniqueId,
  watchTheme,
} from "../core/index.js";
import type { ScheduleData } from "../data/index.js";
import type { Host, WidgetEvent, WidgetModel } from "../widget.js";
import { ChartPanel } from "./chartPanel.js";
import {
  Commands,
  CostBar,
  Evaluation,
  Files,
  LayerField,
  Link,
  MirrorTable,
  NeighbourChoice,
  Prices,
  type ScheduleContext,
  ScheduleList,
} from "./parts/index.js";
import { PicturePanel } from "./picture/index.js";
import { ScheduleState, type StateChange } from "./rules/index.js";

type Part = "chart" | "lines" | "bars" | "texts" | "list" | "pictures" | "mirror";

const REDRAWN: Readonly<Record<StateChange, readonly Part[]>> = {
  shares: ["bars", "texts"],
  released: ["bars", "lines", "texts", "list", "mirror"],
  schedules: ["chart", "texts", "list", "pictures", "mirror"],
  layer: ["bars", "texts", "pictures"],
  result: ["texts", "list"],
  certificate: ["chart", "texts", "mirror"],
  data: ["chart", "texts", "list", "pictures", "mirror"],
};
const ALL: readonly Part[] = REDRAWN.data;

/** Characters of a title and of a sentence. */
const LONGEST_TITLE = 200;
const LONGEST_SENTENCE = 1_000;

export interface ViewOptions {
  readonly el: HTMLElement;
  readonly data: ScheduleData;
  readonly model: WidgetModel;
  readonly host: Host;
  readonly disposers: Disposers;
}

/** Draws into `el` until `disposers` end it. @returns what takes new data of the same output. */
export function mountSchedule({ el, data, model, host, disposers }: ViewOptions): (data: ScheduleData) => void {
  const t = host.translate;
  const root = element("div", { class: "espalier espalier-schedule", attributes: { role: "group" } });
  const [live, requests, state] = [new LiveRegion(), new Requests(model), new ScheduleState(data)];
  disposers.add(() => live.dispose());
  disposers.add(() => requests.dispose());
  // Before all parts, and so ended after them: what they break off asks for a drawing.
  disposers.add(() => frames.dispose());
  let theme = themeOf(el);
  const context: ScheduleContext = {
    root,
    state,
    model,
    host,
    requests,
    live,
    disposers,
    theme: () => theme,
    redraw: (part) => frames.ask(part),
  };

  const reason = element("p", { class: "espalier-schedule-note", attributes: { id: uniqueId("reason") } });
  const keys = element("span", { text: t(KEYS) });
  const help = element("p", { class: "espalier-schedule-note", attributes: { id: uniqueId("keys") } });
  const link = new Link(context);
  const neighbours = new NeighbourChoice(context);
  const cost = new CostBar(context);
  const field = new LayerField(context);
  const evaluation = new Evaluation(context, reason.id);
  const prices = new Prices(context, reason.id);
  const pictures = new PicturePanel(context);
  const mirror = new MirrorTable(context);
  const list = new ScheduleList(context, (id) => {
    state.edit(id);
    link.select(id);
  });
  const chart = new ChartPanel({
    context,
    describedBy: help.id,
    lines: (one) => list.lines(one),
    certified: () => prices.name,
    resized: () => frames.ask("chart"),
  });
  const commands = new Commands(context, new Files(context, (paper) => chart.fileScene(paper)));
  help.append(keys, " ", neighbours.rule);

  const title = element("p", { class: "espalier-schedule-title" });
  const subtitle = element("p", { class: "espalier-schedule-subtitle" });
  const texts = () => {
    const now = state.data;
    title.textContent = shorten(now.title, LONGEST_TITLE);
    subtitle.textContent = shorten(now.subtitle, LONGEST_SENTENCE);
    subtitle.hidden = now.subtitle === "";
    root.setAttribute("aria-label", now.title === "" ? t("Layer schedule") : title.textContent);
    reason.textContent = model.get("live")
      ? ""
      : t("To evaluate, to measure prices and to ask for other schedules a kernel has to run: run the cell again.");
    for (const part of [commands, neighbours, cost, field, evaluation, prices]) part.draw();
  };
  const frames = new Frames<Part>({
    chart: () => chart.draw(),
    lines: () => chart.drawLines(),
    bars: () => chart.drawBars(),
    texts,
    list: () => list.draw(),
    pictures: () => pictures.draw(),
    mirror: () => mirror.draw(),
  });
  let { edited } = state;
  state.onChange((change) => {
    frames.ask(...REDRAWN[change]);
    if (edited === state.edited) return;
    // The schedule that was begun with becomes a line, or bars again.
    edited = state.edited;
    frames.ask("lines", "list");
  });
  watchTheme(disposers, () => {
    theme = themeOf(el);
    frames.ask(...ALL);
  });
  const on = (event: WidgetEvent, callback: () => void) => {
    model.on(event, callback);
    disposers.add(() => model.off(event, callback));
  };
  on("change:budget", () => frames.ask("texts"));
  on("change:live", () => frames.ask("texts"));
  disposers.add(host.onSettings(() => frames.ask("texts", "list")));

  const work = element(
    "div",
    { class: "espalier-schedule-work" },
    element("div", { class: "espalier-schedule-row" }, commands.element, neighbours.element),
    cost.element,
    chart.element,
    field.element,
    help,
    evaluation.element,
    prices.element,
    reason,
  );
  const columns = element("div", { class: "espalier-schedule-columns" }, work, pictures.element);
  root.append(title, subtitle, columns, list.element, link.element, mirror.element, live.element);
  el.append(root);
  disposers.add(() => root.remove());

  link.begin();
  frames.ask(...ALL);
  frames.flush();
  return (next) => state.replaceData(next);
}

const KEYS =
  "Drag a handle, or: ← → choose a layer, ↑ ↓ change it by 1 % (with Shift by one token), Page Up and Page Down by 10 %, Home and End to 0 % and 100 %.";
