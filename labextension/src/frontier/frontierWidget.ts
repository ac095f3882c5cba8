/** The frontier widget: its parts, what each shows of the scene and the model, and when it is drawn. */
import { Disposers, element, Frames, LiveRegion, watchTheme } from "../core/index.js";
import { DataError, type FrontierData, readAppended, readStatus, type WidgetStatus } from "../data/index.js";
import type { Host, WidgetModel } from "../widget.js";
import { comparisonOf, type Sources, sharesOf } from "./answers.js";
import { loadVega, PlotView, vegaNow } from "./drawing/index.js";
import { exportAs } from "./exporting.js";
import type { ExportKind } from "./exportKinds.js";
import { Interaction, type Part } from "./interaction.js";
import { codeOf, FrontierScene } from "./model/index.js";
import {
  AxisPicker,
  BudgetPanel,
  BudgetSlider,
  Details,
  Mirror,
  Pins,
  PlotToolbar,
  Scrubber,
  SeriesKey,
  Sparkline,
  StatusBar,
  Tooltip,
  Words,
} from "./panels/index.js";
import { followKeys } from "./plotKeys.js";
import { followPointer } from "./plotPointer.js";
import { Questions, sentenceOf } from "./questions.js";

/** What may come later comes so long after the plot has been drawn; while it grows, no more often than the second. */
const SETTLE_MS = 150;
const SETTLE_GROWING_MS = 1_000;
const HELP =
  "Left and right arrows go along a frontier, up and down to another series. Enter selects, P pins, B goes to the budget, plus and minus zoom, Shift with arrows moves, 0 or Escape shows everything.";

export class FrontierWidget {
  readonly element: HTMLElement;
  readonly #model: WidgetModel;
  readonly #host: Host;
  readonly #disposers = new Disposers();
  readonly #scene: FrontierScene;
  readonly #words: Words;
  readonly #live = new LiveRegion();
  readonly #frames: Frames<Part>;
  readonly #questions: Questions;
  readonly #interaction: Interaction;
  readonly #plot: PlotView;
  readonly #mirror: Mirror;
  readonly #tooltip: Tooltip;
  readonly #slider: BudgetSlider;
  readonly #budget: BudgetPanel;
  readonly #key: SeriesKey;
  readonly #status: StatusBar;
  readonly #toolbar: PlotToolbar;
  readonly #pickers: readonly [AxisPicker, AxisPicker];
  readonly #scrubber: Scrubber;
  readonly #sparkline: Sparkline;
  readonly #details: Details;
  readonly #pins: Pins;
  readonly #title = element("div", { class: "espalier-title" });
  readonly #subtitle = element("div", { class: "espalier-secondary espalier-subtitle" });
  readonly #message = element("div", { class: "espalier-message", attributes: { hidden: true } });
  #running: WidgetStatus = { running: null, progress: null };
  #settling: ReturnType<typeof setTimeout> | undefined;

  /** @param root where it will stand, which has the theme. */
  constructor(root: HTMLElement, model: WidgetModel, host: Host, data: FrontierData) {
    this.#model = model;
    this.#host = host;
    const scene = new FrontierScene(data);
    const words = new Words(host);
    this.#scene = scene;
    this.#words = words;
    this.#frames = new Frames<Part>({
      plot: () => this.#drawPlot(),
      mirror: () => this.#mirror.update(scene, [this.#interaction.selected, ...this.#interaction.pinned]),
      marks: () => this.#drawMarks(),
      panels: () => this.#drawPanels(),
    });
    const ask = (...parts: readonly Part[]) => this.#frames.ask(...parts);
    this.#questions = new Questions(model, () => ask("panels"), this.#disposers);
    const interaction = new Interaction({ scene, model, words, ask, say: (text) => this.#live.say(text) });
    this.#interaction = interaction;

    this.#mirror = new Mirror(words, words.text(HELP));
    this.#tooltip = new Tooltip(words);
    const moved = {
      change: (budget: number | null) => interaction.setBudget(budget),
      settle: () => interaction.settleBudget(),
    };
    this.#slider = new BudgetSlider(words, scene, moved, this.#disposers);
    this.#plot = new PlotView(root, this.#mirror.element, this.#slider.element);
    this.#plot.element.append(this.#tooltip.element);
    this.#budget = new BudgetPanel(words, {
      select: () => interaction.select(interaction.best),
      evaluate: () => void this.#evaluateBudget(),
      cancel: () => this.#questions.cancelEvaluation(),
      clear: () => {
        interaction.setBudget(null);
        interaction.settleBudget();
        this.#slider.element.focus();
      },
    });
    this.#key = new SeriesKey(words, (series) => {
      scene.setHidden(series, !scene.isHidden(series));
      ask("plot", "mirror", "marks", "panels");
    });
    this.#status = new StatusBar(words, () => model.send({ type: "stop" }));
    this.#toolbar = new PlotToolbar(words, {
      nearer: () => interaction.nearer(),
      farther: () => interaction.farther(),
      reset: () => interaction.resetZoom(),
      save: (kind) => void this.#save(kind),
      help: () => this.#mirror.toggleHelp(),
    });
    this.#pickers = [
      new AxisPicker(
        words.text("Metric on the vertical axis"),
        data.metrics,
        (axis) => words.direction(axis),
        (key) => interaction.setAxes(scene.costAxis.key, key),
      ),
      new AxisPicker(
        words.text("Cost on the horizontal axis"),
        data.costs,
        (axis) => `${words.axis(axis)} →`,
        (key) => interaction.setAxes(key, scene.metricAxis.key),
      ),
    ];
    const scrub = (length: number) => {
      scene.setTime(length);
      ask("plot", "mirror", "marks", "panels");
    };
    this.#scrubber = new Scrubber(words, scrub, this.#disposers);
    this.#sparkline = new Sparkline(words);
    this.#details = new Details(words, {
      pin: () => interaction.togglePin(interaction.selected),
      copyCode: () => void this.#copyCode(),
      close: () => {
        interaction.select(-1);
        this.#mirror.element.focus();
      },
    });
    this.#pins = new Pins(words, (point) => interaction.togglePin(point));
    this.element = this.#compose(data);
    this.#listen();
  }

  /** Draws for the first time, once the element is in the page. */
  start(): void {
    this.#plot.restyle(this.#scene);
    this.#frames.ask("plot", "mirror", "marks", "panels");
    this.#frames.flush();
    if (vegaNow() !== null) return;
    let isThere = true;
    this.#disposers.add(() => {
      isThere = false;
    });
    loadVega().then(
      () => {
        if (!isThere) return;
        this.#frames.ask("plot", "marks");
        this.#frames.flush();
      },
      () => this.#tell(this.#words.text("The part that draws lines and axes could not be loaded; reload the page.")),
    );
  }

  /** @returns false where the data want another widget. */
  replace(data: FrontierData): boolean {
    if (!this.#scene.replace(data)) return false;
    this.#showHead(data);
    this.#frames.ask("plot", "mirror", "marks", "panels");
    return true;
  }

  dispose(): void {
    clearTimeout(this.#settling);
    this.#frames.dispose();
    this.#disposers.dispose();
    this.#live.dispose();
    this.#plot.dispose();
    this.element.remove();
  }

  #compose(data: FrontierData): HTMLElement {
    this.#showHead(data);
    const [metric, cost] = this.#pickers;
    return element(
      "div",
      { class: "espalier-frontier", attributes: { role: "group", "aria-label": data.title } },
      element("div", { class: "espalier-head" }, element("div", {}, this.#title, this.#subtitle), this.#status.element),
      this.#key.element,
      element("div", { class: "espalier-bar" }, metric.element, this.#toolbar.element),
      this.#plot.element,
      this.#mirror.help,
      cost.element,
      this.#budget.element,
      element("div", { class: "espalier-foot" }, this.#scrubber.element, this.#sparkline.element),
      this.#message,
      element("div", { class: "espalier-panels" }, this.#details.element, this.#pins.element),
      this.#live.element,
    );
  }

  #listen(): void {
    const { element: target } = this.#mirror;
    const interaction = this.#interaction;
    const pointer = followPointer(
      target,
      {
        hover: (place) => interaction.hover(place),
        click: (place, pin) => interaction.click(place, pin),
        brush: (rectangle) => interaction.drawBrush(rectangle),
        brushed: (rectangle) => interaction.zoomInto(rectangle),
        reset: () => interaction.resetZoom(),
      },
      this.#disposers,
    );
    followKeys(
      target,
      {
        step: (step) => interaction.step(step),
        select: () => interaction.select(interaction.current),
        pin: () => interaction.togglePin(interaction.current),
        budget: () => this.#slider.element.focus(),
        zoom: (factor) => interaction.zoomBy(factor),
        pan: (across, up) => interaction.pan(across, up),
        reset: () => interaction.resetZoom(),
        escape: () => {
          interaction.hover(null);
          return pointer.cancel();
        },
      },
      this.#disposers,
    );
    this.#disposers.listen(target, "focus", () => interaction.enter(target.matches(":focus-visible")));
    this.#disposers.listen(target, "blur", () => interaction.leave());
    this.#onModel("change:selected", () => this.#frames.ask("marks", "panels", "mirror"));
    this.#onModel("change:pinned", () => this.#frames.ask("marks", "panels", "mirror"));
    this.#onModel("change:budget", () => this.#frames.ask("marks", "panels"));
    this.#onModel("change:live", () => {
      this.#questions.forgetErrors();
      this.#frames.ask("panels");
    });
    this.#onModel("msg:custom", (content) => this.#receive(content));
    const redraw = () => {
      this.#plot.restyle(this.#scene);
      this.#frames.ask("plot", "mirror", "marks", "panels");
    };
    watchTheme(this.#disposers, redraw);
    this.#disposers.add(this.#host.onSettings(redraw));
    const observer = new ResizeObserver(() => {
      // What has not had a width yet, as in a hidden tab, has not drawn anything.
      if (this.#plot.width > 0) this.#frames.ask("plot", "marks");
      else this.#frames.ask("plot", "mirror", "marks", "panels");
    });
    observer.observe(this.#plot.element);
    this.#disposers.add(() => observer.disconnect());
  }

  #onModel(event: Parameters<WidgetModel["on"]>[0], callback: (content?: unknown) => void): void {
    this.#model.on(event, callback);
    this.#disposers.add(() => this.#model.off(event, callback));
  }

  #receive(content: unknown): void {
    const type = typeof content === "object" && content !== null && "type" in content ? content.type : undefined;
    try {
      if (type === "append") {
        this.#scene.append(readAppended(content, this.#scene.data));
        this.#frames.ask("plot", "marks", "panels");
      } else if (type === "status") {
        const status = readStatus(content);
        const ended = this.#running.running;
        if (status.running === null && ended !== null) this.#live.say(this.#ending(ended));
        this.#running = status;
        this.#frames.ask("panels");
      }
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      this.#tell(this.#words.text("A message of the kernel cannot be read. {detail}", { detail: error.message }));
    }
  }

  #ending(name: string): string {
    const count = this.#words.count(this.#scene.data.evaluated);
    return this.#words.text("{name} has ended, {count} configurations evaluated", { name, count });
  }

  #drawPlot(): void {
    const scene = this.#scene;
    const words = this.#words;
    const drawn = this.#plot.draw(scene, this.#host.settings.frontierHeight, {
      xTicks: (ticks) => words.ticks(scene.costAxis, ticks),
      yTicks: (ticks) => words.ticks(scene.metricAxis, ticks),
      unpruned: words.text("unpruned"),
    });
    if (drawn === "nothing") return;
    if (drawn === "everything") clearTimeout(this.#settling);
    else if (this.#settling !== undefined) return;
    this.#settling = setTimeout(() => this.#settle(), drawn === "everything" ? SETTLE_MS : SETTLE_GROWING_MS);
  }

  #settle(): void {
    this.#settling = undefined;
    this.#plot.settle(this.#scene);
    this.#scene.points.prepare();
    this.#frames.ask("mirror", "marks");
  }

  #drawMarks(): void {
    const { hovered, focused, selected, pinned, best, budget, brush } = this.#interaction;
    const scene = this.#scene;
    const marks = { hovered, focused, selected, pinned, best, brush };
    this.#plot.drawMarks(scene, { ...marks, budget: scene.showsBudget ? budget : null });
    this.#slider.update(scene, budget, best);
    if (focused >= 0 && !this.#mirror.lists(scene, focused)) this.#mirror.update(scene, [focused, selected, ...pinned]);
    this.#mirror.mark(scene, focused, selected, pinned);
    const { left, top } = this.#plot.margins;
    this.#tooltip.show(scene, hovered >= 0 ? hovered : focused, left, top, this.#plot.width);
  }

  #drawPanels(): void {
    const scene = this.#scene;
    const { selected, pinned, budget, best } = this.#interaction;
    const live = this.#model.get("live");
    this.#status.update(scene, this.#running, live);
    this.#key.update(scene, this.#plot.styles, this.#plot.theme);
    this.#pickers[0].show(scene.data.metrics.indexOf(scene.metricAxis));
    this.#pickers[1].show(scene.data.costs.indexOf(scene.costAxis));
    this.#toolbar.update(scene, selected);
    this.#budget.update(scene, { budget, best, live, asking: this.#questions.evaluating });
    this.#scrubber.update(scene);
    this.#sparkline.update(scene.data.hypervolume, this.#plot.theme);
    const isPinned = pinned.includes(selected);
    this.#details.update(scene, { point: selected, isPinned, ...sharesOf(this.#sources, selected) });
    this.#pins.update(scene, { pinned, ...comparisonOf(this.#sources, pinned) });
  }

  get #sources(): Sources {
    return { scene: this.#scene, questions: this.#questions, words: this.#words, live: this.#model.get("live") };
  }

  async #evaluateBudget(): Promise<void> {
    const { budget } = this.#interaction;
    if (budget === null) return;
    this.#message.hidden = true;
    try {
      const id = await this.#questions.evaluate(budget);
      if (id === null) return;
      this.#model.set("selected", id);
      this.#model.save_changes();
      this.#frames.ask("marks", "panels", "mirror");
    } catch (error) {
      this.#tell(sentenceOf(error));
    }
  }

  async #copyCode(): Promise<void> {
    const { selected } = this.#interaction;
    const code = selected < 0 ? null : codeOf(this.#scene, selected, sharesOf(this.#sources, selected).shares);
    if (code === null) return;
    try {
      await this.#host.copyText(code);
      this.#tell(this.#words.text("The code has been copied."));
    } catch {
      this.#tell(this.#words.text("The browser did not let the code be copied: {code}", { code }));
    }
  }

  async #save(kind: ExportKind): Promise<void> {
    const { selected } = this.#interaction;
    const shares = selected < 0 ? null : sharesOf(this.#sources, selected).shares;
    try {
      await exportAs(kind, { scene: this.#scene, words: this.#words, host: this.#host, selected, shares });
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      this.#tell(this.#words.text("The file could not be made: {detail}", { detail }));
    }
  }

  /** Says something that concerns no part alone. */
  #tell(text: string): void {
    this.#message.textContent = text;
    this.#message.hidden = false;
    this.#live.say(text);
  }

  #showHead({ title, subtitle }: FrontierData): void {
    this.#title.textContent = title;
    this.#subtitle.textContent = subtitle;
    this.#subtitle.hidden = subtitle === "";
  }
}
