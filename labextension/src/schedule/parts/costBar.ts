/** The predicted cost of the edited schedule, as a number and as a bar from nothing to the unpruned cost, with the budget's mark. */
import { element, formatValue, setAttributes } from "../../core/index.js";
import type { ScheduleContext } from "./context.js";

export class CostBar {
  readonly element: HTMLElement;
  readonly #context: ScheduleContext;
  readonly #value = element("strong");
  readonly #remark = element("span", { class: "espalier-schedule-remark" });
  readonly #fill = element("span", { class: "espalier-schedule-costfill" });
  readonly #base = element("span", { class: "espalier-schedule-costbase" });
  readonly #budget = element("span", { class: "espalier-schedule-costbudget" });
  readonly #track: HTMLElement;

  constructor(context: ScheduleContext) {
    this.#context = context;
    const t = context.host.translate;
    this.#track = element(
      "div",
      {
        class: "espalier-schedule-cost",
        attributes: { role: "meter", "aria-label": t("Predicted cost"), "aria-valuemin": 0, "aria-valuemax": 100 },
      },
      this.#fill,
      this.#base,
      this.#budget,
    );
    this.element = element(
      "div",
      { class: "espalier-schedule-costs" },
      element("p", {}, t("Predicted cost") + " ", this.#value, this.#remark),
      this.#track,
    );
  }

  draw(): void {
    const { state, model, host } = this.#context;
    const { predictedCost: cost, fullCost: full } = state;
    this.element.hidden = cost === null;
    if (cost === null || full === null) return;
    const { costAxis } = state.data;
    const share = (value: number) => (full > 0 ? Math.min(1, Math.max(0, value / full)) : 1);
    const given = model.get("budget");
    const budget = typeof given === "number" && Number.isFinite(given) ? given : null;
    const text = formatValue(costAxis, cost, host.settings.digits);
    const remark = this.#remarkText(cost, budget);
    this.#value.textContent = text;
    this.#value.title = costAxis.label;
    this.#remark.textContent = remark === "" ? "" : ` · ${remark}`;
    const over = budget !== null && cost > budget;
    this.element.classList.toggle("espalier-schedule-over", over);
    place(this.#fill, "width", share(cost));
    const begun = state.base.cost;
    this.#base.hidden = begun === null || !state.edited;
    if (begun !== null) place(this.#base, "left", share(begun));
    this.#budget.hidden = budget === null;
    if (budget !== null) place(this.#budget, "left", share(budget));
    setAttributes(this.#track, {
      "aria-valuenow": Number((share(cost) * 100).toFixed(2)),
      "aria-valuetext": `${text}${remark === "" ? "" : `, ${remark}`}`,
    });
  }

  #remarkText(cost: number, budget: number | null): string {
    const { host, state } = this.#context;
    const t = host.translate;
    if (budget === null) return "";
    const { costAxis } = state.data;
    const difference = formatValue(costAxis, Math.abs(cost - budget), 2);
    const values = { budget: formatValue(costAxis, budget, host.settings.digits), difference };
    return cost > budget
      ? t("{difference} over the budget of {budget}", values)
      : t("{difference} below the budget of {budget}", values);
  }
}

function place(target: HTMLElement, property: "left" | "width", share: number): void {
  target.style.setProperty(property, `${(share * 100).toFixed(2)}%`);
}
