/** What the user does: the two-way state, which is the model's, and what passes, which is the widget's own. */
import type { WidgetModel } from "../widget.js";
import type { FrontierScene, Rectangle, Step } from "./model/index.js";
import { stepFrom } from "./model/index.js";
import type { Words } from "./panels/index.js";
import { ZOOM_FACTOR } from "./plotKeys.js";

/** What has to be drawn again. */
export type Part = "plot" | "mirror" | "marks" | "panels";

/** What stands around it. */
export interface Surroundings {
  readonly scene: FrontierScene;
  readonly model: WidgetModel;
  readonly words: Words;
  /** Has parts drawn. */
  readonly ask: (...parts: readonly Part[]) => void;
  /** Says something to who cannot see it. */
  readonly say: (text: string) => void;
}

/** Two at most are pinned: a third takes the place of the first. */
const MOST_PINNED = 2;

export class Interaction {
  readonly #around: Surroundings;
  #hovered = -1;
  #focused = -1;
  #isFocusShown = false;
  #brush: Rectangle | null = null;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  /** Points; −1 for none. */
  get hovered(): number {
    return this.#hovered;
  }

  /** The point that the keys have gone to, while the plot has the focus. */
  get focused(): number {
    return this.#isFocusShown ? this.#focused : -1;
  }

  get selected(): number {
    const { scene, model } = this.#around;
    return scene.points.indexOf(model.get("selected"));
  }

  /** Those that are there. */
  get pinned(): number[] {
    const { scene, model } = this.#around;
    return model
      .get("pinned")
      .map((id) => scene.points.indexOf(id))
      .filter((point) => point >= 0);
  }

  get budget(): number | null {
    return this.#around.model.get("budget");
  }

  /** The best point within the budget, where its axis is drawn. */
  get best(): number {
    const { scene } = this.#around;
    return this.budget === null || !scene.showsBudget ? -1 : scene.bestWithin(this.budget);
  }

  get brush(): Rectangle | null {
    return this.#brush;
  }

  hover(place: readonly [number, number] | null): void {
    const point = place === null ? -1 : this.#around.scene.hit(...place);
    if (point === this.#hovered) return;
    this.#hovered = point;
    this.#around.ask("marks");
  }

  select(point: number): void {
    const { scene, model, words } = this.#around;
    model.set("selected", point < 0 ? null : scene.points.id(point));
    model.save_changes();
    if (point >= 0) this.#around.say(words.text("Selected {what}", { what: words.describe(scene, point) }));
    this.#around.ask("marks", "panels", "mirror");
  }

  /** Pins a point, or takes it off. */
  togglePin(point: number): void {
    if (point < 0) return;
    const { scene, model, words } = this.#around;
    const id = scene.points.id(point);
    const before = model.get("pinned");
    const isPinned = before.includes(id);
    model.set("pinned", isPinned ? before.filter((one) => one !== id) : [...before, id].slice(-MOST_PINNED));
    model.save_changes();
    const text = isPinned ? "Unpinned {what}" : "Pinned {what}";
    this.#around.say(words.text(text, { what: words.name(scene, point) }));
    this.#around.ask("marks", "panels", "mirror");
  }

  /** What the keys are on: the point that has the focus, else the selected one. */
  get current(): number {
    return this.focused >= 0 ? this.focused : this.selected;
  }

  step(step: Step): void {
    this.#focused = stepFrom(this.#around.scene, this.#focused, step);
    this.#showFocus();
    this.#around.ask("marks");
  }

  /** The plot has got the focus. @param byKeys whether the point that they are on is to be seen. */
  enter(byKeys: boolean): void {
    this.#isFocusShown = byKeys;
    if (!this.#around.scene.isShown(this.#focused)) this.#focused = this.selected;
    if (byKeys && this.#focused < 0) this.#focused = stepFrom(this.#around.scene, -1, "first");
    this.#around.ask("marks");
  }

  leave(): void {
    this.#isFocusShown = false;
    this.#around.ask("marks");
  }

  /** Clicks the plot. @param pin with the key held that pins. */
  click(place: readonly [number, number], pin: boolean): void {
    const point = this.#around.scene.hit(...place);
    if (point < 0) return;
    this.#focused = point;
    if (pin) this.togglePin(point);
    else this.select(point);
  }

  setBudget(budget: number | null): void {
    this.#around.model.set("budget", budget);
    this.#around.ask("marks", "panels");
  }

  settleBudget(): void {
    this.#around.model.save_changes();
  }

  drawBrush(rectangle: Rectangle | null): void {
    this.#brush = rectangle;
    this.#around.ask("marks");
  }

  zoomInto(rectangle: Rectangle): void {
    if (this.#around.scene.zoomInto(rectangle)) this.#zoomed();
  }

  /** @param factor below 1 is nearer; about the current point, or the middle. */
  zoomBy(factor: number): void {
    const { scene } = this.#around;
    const { plot, places } = scene;
    const at = this.current;
    const isThere = at >= 0 && scene.isShown(at) && places.isInside(at);
    scene.zoomBy(factor, isThere ? [places.x(at), places.y(at)] : [plot.width / 2, plot.height / 2]);
    this.#zoomed();
  }

  nearer(): void {
    this.zoomBy(ZOOM_FACTOR);
  }

  farther(): void {
    this.zoomBy(1 / ZOOM_FACTOR);
  }

  /** By shares of the plot. */
  pan(across: number, up: number): void {
    const { scene } = this.#around;
    if (scene.zoom === null) return;
    scene.panBy(across * scene.plot.width, up * scene.plot.height);
    this.#zoomed();
  }

  resetZoom(): void {
    const { scene } = this.#around;
    if (scene.zoom === null) return;
    scene.setZoom(null);
    this.#zoomed();
  }

  setAxes(cost: string, metric: string): void {
    const wasZoomed = this.#around.scene.zoom !== null;
    this.#around.scene.setAxes(cost, metric);
    if (wasZoomed) this.#zoomed();
    this.#around.ask("plot", "mirror", "marks", "panels");
  }

  #zoomed(): void {
    const { scene, model, words } = this.#around;
    this.#hovered = -1;
    const ids = scene.brushed();
    model.set("brushed", ids);
    model.save_changes();
    const text =
      scene.zoom === null
        ? words.text("Everything is shown")
        : words.text("Zoomed in, {count} configurations in view", { count: words.count(ids.length) });
    this.#around.say(text);
    this.#around.ask("plot", "marks", "panels");
  }

  /** A point that is not in view comes into view. */
  #showFocus(): void {
    this.#isFocusShown = true;
    const { scene } = this.#around;
    if (this.#focused >= 0 && scene.zoom !== null && !scene.places.isInside(this.#focused)) this.resetZoom();
  }
}
