/** What other layers do when one is moved: the choice, and the rule in words. */
import { element } from "../../core/index.js";
import { NEIGHBOURS, type Neighbours } from "../rules/index.js";
import type { ScheduleContext } from "./context.js";

export class NeighbourChoice {
  readonly element: HTMLElement;
  readonly rule = element("span");
  readonly #context: ScheduleContext;
  readonly #select = element("select");
  /** Until the user chooses, the settings do. */
  #chosen = false;

  constructor(context: ScheduleContext) {
    this.#context = context;
    const { host, state } = context;
    const t = host.translate;
    this.#select.addEventListener("change", () => {
      this.#chosen = true;
      state.neighbours = this.#select.value as Neighbours;
      context.redraw("texts");
    });
    this.element = element("label", { class: "espalier-schedule-choice" }, t("Other layers"), " ", this.#select);
  }

  draw(): void {
    const { host, state } = this.#context;
    const { mayRise } = state.data;
    if (!this.#chosen) state.neighbours = host.settings.snapMonotone ? "together" : "stop";
    const choices = NEIGHBOURS.filter((one) => !mayRise || one !== "stop");
    if (mayRise && state.neighbours === "stop") state.neighbours = "together";
    if (this.#select.options.length !== choices.length)
      this.#select.replaceChildren(
        ...choices.map((one) => element("option", { text: this.#name(one), attributes: { value: one } })),
      );
    this.#select.value = state.neighbours;
    this.rule.textContent = this.#ruleText(state.neighbours);
  }

  #name(one: Neighbours): string {
    const t = this.#context.host.translate;
    if (one === "smooth") return t("follow smoothly");
    if (one === "stop" || this.#context.state.data.mayRise) return t("stay");
    return t("move where they must");
  }

  #ruleText(one: Neighbours): string {
    const t = this.#context.host.translate;
    const { mayRise } = this.#context.state.data;
    if (one === "smooth") return t("Neighbours follow, less the farther they are.");
    if (mayRise) return t("Each layer moves by itself.");
    return one === "stop"
      ? t("A layer stops at its neighbours, since no layer may keep more than the one before it.")
      : t("No layer may keep more than the one before it: downwards, later layers go along; upwards, earlier ones.");
  }
}
