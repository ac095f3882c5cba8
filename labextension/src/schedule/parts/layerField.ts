/** The chosen layer and its share, to be read and to be typed: what the handles do, for who would rather not drag. */
import { element } from "../../core/index.js";
import { tokensOf } from "../rules/index.js";
import type { ScheduleContext } from "./context.js";

export class LayerField {
  readonly element: HTMLElement;
  readonly #context: ScheduleContext;
  readonly #layer: HTMLInputElement;
  readonly #share: HTMLInputElement;
  readonly #tokens = element("span");

  constructor(context: ScheduleContext) {
    this.#context = context;
    const { state, host } = context;
    const t = host.translate;
    const number = (label: string, step: string) =>
      element("input", { attributes: { type: "number", min: 0, step, "aria-label": label } });
    this.#layer = number(t("Chosen layer"), "1");
    this.#share = number(t("Share of the visual tokens that it keeps, in percent"), "any");
    this.#share.max = "100";
    this.#layer.addEventListener("change", () => {
      if (this.#layer.value !== "") state.choose(Number(this.#layer.value));
      this.draw();
    });
    this.#share.addEventListener("change", () => {
      if (this.#share.value !== "") {
        state.drag(Number(this.#share.value) / 100);
        state.release();
      }
      this.draw();
    });
    this.element = element(
      "p",
      { class: "espalier-schedule-field" },
      element("label", {}, t("Layer"), " ", this.#layer),
      element("label", {}, t("keeps"), " ", this.#share, " %"),
      this.#tokens,
    );
  }

  draw(): void {
    const { state, host } = this.#context;
    const t = host.translate;
    const { layer, data } = state;
    const share = state.shares[layer]!;
    this.#layer.max = String(data.layers - 1);
    setValue(this.#layer, String(layer));
    setValue(this.#share, String(Number((share * 100).toFixed(2))));
    this.#share.disabled = layer === 0;
    const values = { tokens: tokensOf(share, data.visualTokens), all: tokensOf(1, data.visualTokens) };
    const counts = t("{tokens} of {all} tokens", values);
    this.#tokens.textContent = layer === 0 ? `${counts}; ${t("layer 0 always sees the whole picture")}` : counts;
  }
}

function setValue(input: HTMLInputElement, value: string): void {
  if (input.value !== value) input.value = value;
}
