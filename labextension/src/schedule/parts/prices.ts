/** Asking for the certificate of the schedule that is edited: what a token is worth at each layer. */
import { element, formatNumber, setAttributes } from "../../core/index.js";
import { type CertificateSide, readCertificateReply } from "../../data/index.js";
import type { ScheduleContext } from "./context.js";
import { Task } from "./task.js";

export class Prices {
  readonly element: HTMLElement;
  readonly #context: ScheduleContext;
  readonly #task: Task;
  readonly #button: HTMLButtonElement;
  readonly #readout = element("p", { class: "espalier-schedule-readout" });
  readonly #verdict = element("p", { class: "espalier-schedule-note" });

  /** @param reason id of the text that says why there are none without a kernel. */
  constructor(context: ScheduleContext, reason: string) {
    this.#context = context;
    const t = context.host.translate;
    this.#button = element("button", {
      class: "espalier-button",
      text: t("Price by layer"),
      attributes: {
        type: "button",
        title: t("Measures what one token more or less is worth at each layer"),
        "aria-describedby": reason,
      },
    });
    this.#button.addEventListener("click", () => {
      if (!this.#idle) this.#ask();
    });
    this.#task = new Task(context.live, t, () => context.redraw("texts"), this.#button);
    this.element = element(
      "div",
      { class: "espalier-schedule-prices" },
      this.#button,
      this.#task.element,
      this.#readout,
      this.#verdict,
    );
    context.disposers.add(() => this.#task.cancel());
  }

  draw(): void {
    const { state, model, host } = this.#context;
    const { certificate, layer } = state;
    this.#button.disabled = !model.get("live");
    setAttributes(this.#button, { "aria-disabled": this.#idle ? "true" : null });
    this.#readout.textContent = certificate === null ? "" : this.#priceText(layer, certificate.more, certificate.less);
    const parts = certificate === null ? [] : [certificate.verdict];
    if (certificate !== null && !this.#known)
      parts.push(
        host.translate("These are prices at {schedule}, not at the edited schedule.", { schedule: this.name }),
      );
    this.#verdict.textContent = parts.filter((part) => part !== "").join(" ");
    this.#readout.hidden = this.#verdict.hidden = certificate === null;
  }

  /** Whether the edited schedule's prices are here. */
  get #known(): boolean {
    const { certificate, evaluated } = this.#context.state;
    return certificate !== null && certificate.schedule === evaluated?.id;
  }

  /** Whether there is nothing to ask for, or not now; prices are of schedules that have been evaluated. */
  get #idle(): boolean {
    return this.#task.busy || this.#known || this.#context.state.evaluated === null;
  }

  /** Of the schedule that the certificate belongs to. */
  get name(): string {
    const { certificate, entries } = this.#context.state;
    return certificate === null ? "" : (entries.find(certificate.schedule)?.row.label ?? certificate.schedule);
  }

  #ask(): void {
    const { state, requests, host, live } = this.#context;
    const { evaluated } = state;
    if (evaluated === null) return;
    const { id } = evaluated;
    void this.#task.run(
      host.translate("Measuring prices at each layer…"),
      async (signal) =>
        readCertificateReply(await requests.ask({ name: "certificate", id }, signal), state.data.layers),
      (certificate) => {
        state.setCertificate(certificate);
        live.say(`${host.translate("Prices by layer are here.")} ${certificate.verdict}`);
      },
    );
  }

  #priceText(layer: number, more: CertificateSide, less: CertificateSide): string {
    const { translate: t, settings } = this.#context.host;
    const { digits } = settings;
    const side = ({ price, low, high }: CertificateSide) => {
      const number = (column: Float64Array) => formatNumber(column[layer]!, digits);
      if (!Number.isFinite(price[layer])) return t("not allowed here");
      if (!Number.isFinite(low[layer])) return number(price);
      return t("{value} ({from} to {to})", { value: number(price), from: number(low), to: number(high) });
    };
    return t("Layer {layer}, nats for a unit of cost: more {more}; less {less}", {
      layer,
      more: side(more),
      less: side(less),
    });
  }
}
