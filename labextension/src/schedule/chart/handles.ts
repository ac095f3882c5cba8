/** A handle for each layer: a slider each, one stop of the Tab key together. */
import { setAttributes, svgElement } from "../../core/index.js";
import { centreX, shareY } from "./layout.js";
import type { ChartScene } from "./scene.js";
import { valueText } from "./valueText.js";

/** Least height of what a pointer can take, and least width of the chosen layer's. */
const TARGET = 28;

export class Handles {
  readonly element: SVGGElement;
  #drawn: Pick<ChartScene, "layout" | "theme" | "translate"> | null = null;
  #shares: readonly number[] = [];
  #layer: number | null = null;

  /** @param describedBy id of the text that says which keys do what. */
  constructor(describedBy: string, label: string) {
    this.element = svgElement("g", {
      attributes: { role: "group", "aria-label": label, "aria-describedby": describedBy },
    });
  }

  draw(scene: ChartScene): void {
    const { layout, theme, shares, layer, translate } = scene;
    const fresh =
      this.#drawn?.layout !== layout || this.#drawn.theme !== theme || this.#shares.length !== shares.length;
    if (fresh) this.#begin(scene);
    const moved = layer !== this.#layer;
    for (let i = 0; i < shares.length; i++) {
      const marked = moved && (i === layer || i === this.#layer);
      if (fresh || marked || shares[i] !== this.#shares[i]) this.#drawHandle(scene, i);
    }
    this.#drawn = { layout, theme, translate };
    this.#shares = shares;
    this.#layer = layer;
  }

  /** Puts the keyboard's focus on a layer's. */
  focus(layer: number): void {
    const handle = this.element.children[layer];
    if (handle instanceof SVGElement) handle.focus({ preventScroll: true });
  }

  get focused(): boolean {
    return this.element.contains(document.activeElement);
  }

  /** The layer of the handle that an event came from; null for none. */
  layerOf(target: EventTarget | null): number | null {
    const handle = target instanceof Element ? target.closest("[data-layer]") : null;
    return handle !== null && this.element.contains(handle) ? Number(handle.getAttribute("data-layer")) : null;
  }

  #begin({ shares, translate: t }: ChartScene): void {
    if (this.element.childElementCount === shares.length) return;
    const handles = shares.map((_, layer) =>
      svgElement(
        "g",
        {
          class: layer === 0 ? "espalier-schedule-handle espalier-schedule-fixed" : "espalier-schedule-handle",
          attributes: {
            role: "slider",
            "data-layer": layer,
            "aria-label": t("Layer {layer}", { layer }),
            "aria-orientation": "vertical",
            "aria-valuemin": 0,
            "aria-valuemax": 100,
            "aria-disabled": layer === 0 ? "true" : null,
          },
        },
        svgElement("rect", { class: "espalier-schedule-target", attributes: { fill: "transparent" } }),
        svgElement("rect", { class: "espalier-schedule-ring", attributes: { fill: "none", rx: 4 } }),
        svgElement("rect", { class: "espalier-schedule-grip" }),
      ),
    );
    this.element.replaceChildren(...handles);
  }

  #drawHandle(scene: ChartScene, layer: number): void {
    const { layout, theme, shares, visualTokens, translate: t } = scene;
    const handle = this.element.children[layer]!;
    const chosen = layer === scene.layer;
    const share = shares[layer]!;
    setAttributes(handle, {
      tabindex: chosen ? 0 : -1,
      "aria-valuenow": Number((share * 100).toFixed(2)),
      "aria-valuetext": valueText({ layer, share, visualTokens, t }),
    });
    const [target, ring, grip] = handle.children as unknown as [SVGElement, SVGElement, SVGElement];
    const [x, y] = [centreX(layout, layer), shareY(layout, share)];
    const wide = chosen ? Math.max(TARGET, layout.step) : layout.step;
    setAttributes(target, { x: x - wide / 2, y: y - TARGET / 2, width: wide, height: TARGET });
    const ringed = Math.max(18, layout.step + 4);
    setAttributes(ring, {
      x: x - ringed / 2,
      y: y - 10,
      width: ringed,
      height: 20,
      stroke: theme.accent,
      "stroke-width": 2.5,
    });
    const width = chosen ? Math.max(12, Math.min(22, layout.bar)) : Math.min(22, layout.bar * 0.7);
    const height = chosen ? 7 : 3;
    setAttributes(grip, {
      ...{ x: x - width / 2, y: y - height / 2, width, height, rx: Math.min(3, height / 2) },
      fill: layer === 0 ? theme.axis : chosen ? theme.accent : theme.text,
      stroke: chosen ? theme.page : null,
      "stroke-width": chosen ? 1 : null,
      display: chosen || layout.step >= 5 ? null : "none",
    });
  }
}
