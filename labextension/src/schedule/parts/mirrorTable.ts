/** The same as the chart, as a table for screen readers. */
import { element, formatNumber, formatValue } from "../../core/index.js";
import { tokensOf } from "../rules/index.js";
import type { ScheduleContext } from "./context.js";

const percent = { format: "percent", unit: "" } as const;

export class MirrorTable {
  readonly element: HTMLElement;
  readonly #context: ScheduleContext;
  readonly #head = element("thead");
  readonly #body = element("tbody");

  constructor(context: ScheduleContext) {
    this.#context = context;
    const caption = element("caption", { text: context.host.translate("Visual tokens kept at each layer") });
    // A table takes the width of its cells whatever it is told, and would widen the page.
    this.element = element("div", { class: "espalier-hidden" }, element("table", {}, caption, this.#head, this.#body));
  }

  draw(): void {
    const { state, host } = this.#context;
    const t = host.translate;
    const { certificate, data, shares, base } = state;
    const others = state.entries.shown.filter(({ row }) => row.id !== base.id || state.edited);
    const heads = [
      t("Layer"),
      state.edited ? t("{schedule}, edited", { schedule: base.label }) : base.label,
      t("Tokens"),
      ...others.map(({ row }) => row.label),
      ...(certificate === null ? [] : [t("Price of more, nats for a unit of cost"), t("Price of less")]),
    ];
    this.#head.replaceChildren(
      element("tr", {}, ...heads.map((text) => element("th", { text, attributes: { scope: "col" } }))),
    );
    this.#body.replaceChildren(
      ...shares.map((share, layer) => {
        const cells = [
          formatValue(percent, share, 3),
          String(tokensOf(share, data.visualTokens)),
          ...others.map(({ row }) => formatValue(percent, row.shares[layer]!, 3)),
          ...(certificate === null
            ? []
            : [certificate.more, certificate.less].map(({ price }) => formatNumber(price[layer]!, 3))),
        ];
        return element(
          "tr",
          {},
          element("th", { text: String(layer), attributes: { scope: "row" } }),
          ...cells.map((text) => element("td", { text })),
        );
      }),
    );
  }
}
