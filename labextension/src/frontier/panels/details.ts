/** The selected configuration: its numbers with their intervals, and what it keeps at each layer. */
import { element, svgElement } from "../../core/index.js";
import type { FrontierScene } from "../model/index.js";
import { ActionButton } from "./actionButton.js";
import type { Words } from "./words.js";

export interface DetailsEvents {
  readonly pin: () => void;
  readonly copyCode: () => void;
  readonly close: () => void;
}

export interface DetailsState {
  /** −1 for none. */
  readonly point: number;
  readonly isPinned: boolean;
  /** Kept shares; null where they are not known. */
  readonly shares: readonly number[] | null;
  /** What to say in the place of shares. */
  readonly sharesNote: string;
}

const BAR_HEIGHT = 36;
/** Metrics that are always listed; of those behind them, which may be a benchmark each, the one that is drawn. */
const LISTED = 2;

export class Details {
  readonly element: HTMLElement;
  readonly #words: Words;
  readonly #heading = element("strong", { class: "espalier-panel-title" });
  readonly #list = element("dl", { class: "espalier-values" });
  readonly #shares = element("div", { class: "espalier-shares" });
  readonly #pin: ActionButton;
  readonly #copy: ActionButton;

  constructor(words: Words, events: DetailsEvents) {
    this.#words = words;
    this.#pin = new ActionButton(words.text("Pin"), events.pin);
    this.#copy = new ActionButton(words.text("Copy code"), events.copyCode);
    const close = new ActionButton(words.text("Deselect"), events.close);
    const buttons = [this.#pin, this.#copy, close].map((button) => button.element);
    this.element = element(
      "section",
      { class: "espalier-panel", attributes: { "aria-label": words.text("Selected configuration") } },
      this.#heading,
      this.#list,
      this.#shares,
      element("div", { class: "espalier-actions" }, ...buttons),
    );
  }

  update(scene: FrontierScene, { point, isPinned, shares, sharesNote }: DetailsState): void {
    this.element.hidden = point < 0;
    if (point < 0) return;
    const words = this.#words;
    this.#heading.textContent = words.name(scene, point);
    this.#heading.title = scene.points.label(point);
    const rows: [string, string][] = [
      [words.text("Series"), `${words.series(scene, scene.points.series[point]!)}, ${words.standing(scene, point)}`],
      ...scene.data.metrics
        .filter((axis, i) => i < LISTED || axis === scene.metricAxis)
        .map((axis): [string, string] => [axis.label, words.metric(scene, axis, point)]),
      ...scene.data.costs.map((axis): [string, string] => [axis.label, words.cost(scene, axis, point)]),
    ];
    const budget = scene.points.budget[point]!;
    if (Number.isFinite(budget)) rows.push([words.text("Budget asked for"), words.value(scene.data.costs[0]!, budget)]);
    this.#list.replaceChildren(
      ...rows.map(([name, value]) => element("div", {}, element("dt", { text: name }), element("dd", { text: value }))),
    );
    if (shares === null)
      this.#shares.replaceChildren(element("span", { class: "espalier-secondary", text: sharesNote }));
    else this.#shares.replaceChildren(...this.#bars(shares));
    this.#shares.hidden = shares === null && sharesNote === "";
    this.#pin.label = isPinned ? words.text("Unpin") : words.text("Pin");
    this.#copy.reason = scene.data.code === null ? words.text("These data came without code.") : null;
  }

  #bars(shares: readonly number[]): Node[] {
    const percent = (share: number) => this.#words.value(PERCENT, share);
    const text = this.#words.text("Visual tokens kept: {first} at the first of {layers} layers, {last} at the last", {
      first: percent(shares[0] ?? Number.NaN),
      last: percent(shares.at(-1) ?? Number.NaN),
      layers: shares.length,
    });
    const bars = shares.map((share, layer) =>
      svgElement("rect", {
        attributes: { x: layer + 0.1, width: 0.8, y: BAR_HEIGHT * (1 - share), height: BAR_HEIGHT * share },
      }),
    );
    return [
      svgElement(
        "svg",
        {
          attributes: {
            class: "espalier-share-bars",
            viewBox: `0 0 ${Math.max(1, shares.length)} ${BAR_HEIGHT}`,
            preserveAspectRatio: "none",
            role: "img",
            "aria-label": text,
          },
        },
        ...bars,
      ),
      element("span", { class: "espalier-secondary", text, attributes: { "aria-hidden": "true" } }),
    ];
  }
}

const PERCENT = { unit: "", format: "percent" } as const;
