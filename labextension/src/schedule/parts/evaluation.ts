/** Evaluating the edited schedule: on release where that is wanted, or when told. */
import { element, formatNumber, formatValue, setAttributes } from "../../core/index.js";
import { DataError, readEvaluated, readStatus, type ScheduleRow } from "../../data/index.js";
import type { ScheduleContext } from "./context.js";
import { Task } from "./task.js";

/** After a release, so that several steps of a key are evaluated once. */
const PAUSE_MS = 300;

const percent = { format: "percent", unit: "" } as const;

export class Evaluation {
  readonly element: HTMLElement;
  readonly #context: ScheduleContext;
  readonly #task: Task;
  readonly #result = element("p", { class: "espalier-schedule-result" });
  readonly #automatic: HTMLInputElement;
  readonly #button: HTMLButtonElement;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param reason id of the text that says why there is no evaluation without a kernel. */
  constructor(context: ScheduleContext, reason: string) {
    this.#context = context;
    const { host, live, state, model, disposers } = context;
    const t = host.translate;
    this.#automatic = element("input", { attributes: { type: "checkbox", checked: true, "aria-describedby": reason } });
    this.#button = element("button", {
      class: "espalier-button",
      text: t("Evaluate"),
      attributes: { type: "button", "aria-describedby": reason },
    });
    this.#button.addEventListener("click", () => {
      if (!this.#idle) this.#evaluate();
    });
    this.#task = new Task(live, t, () => context.redraw("texts"), this.#button);
    this.element = element(
      "div",
      { class: "espalier-schedule-evaluation" },
      this.#button,
      element("label", {}, this.#automatic, t("when a handle is let go")),
      this.#task.element,
      this.#result,
    );
    state.onChange((change) => {
      if (change === "shares") this.#breakOff();
      if (change === "released") this.#timer = setTimeout(() => this.#onRelease(), PAUSE_MS);
    });
    const onMessage = (content?: unknown) => this.#onMessage(content);
    model.on("msg:custom", onMessage);
    disposers.add(() => model.off("msg:custom", onMessage));
    disposers.add(() => this.#breakOff());
  }

  draw(): void {
    const live = this.#context.model.get("live");
    this.#automatic.disabled = !live;
    this.#button.disabled = !live;
    setAttributes(this.#button, { "aria-disabled": this.#idle ? "true" : null });
    const text = this.#task.busy ? "" : this.#resultText();
    if (this.#result.textContent !== text) this.#result.textContent = text;
  }

  /** Whether there is nothing to ask for, or not now. The button then still takes the focus, which would be lost else. */
  get #idle(): boolean {
    return this.#task.busy || this.#context.state.evaluated !== null;
  }

  #breakOff(): void {
    clearTimeout(this.#timer);
    this.#task.cancel();
    this.#task.clear();
  }

  #onRelease(): void {
    const { model, state } = this.#context;
    if (this.#automatic.checked && model.get("live") && state.evaluated === null && !state.dragging) this.#evaluate();
  }

  #evaluate(): void {
    const { requests, state, host } = this.#context;
    const shares = [...state.shares];
    void this.#task.run(
      host.translate("Evaluating…"),
      async (signal) =>
        readEvaluated(await requests.ask({ name: "evaluate", shares }, signal), state.data.layers).schedule,
      (row) => {
        state.addEvaluated(row, shares);
        this.#context.live.say(this.#resultText());
      },
    );
  }

  #onMessage(content: unknown): void {
    if (!this.#task.busy || (content as { type?: unknown } | null)?.type !== "status") return;
    try {
      const { progress } = readStatus(content);
      if (progress === null) return;
      const values = { label: progress.label, done: progress.done, total: progress.total };
      this.#task.progress(this.#context.host.translate("{label}: {done} of {total}", values));
    } catch (error) {
      // How far it is would be good to know, and no more than that.
      if (!(error instanceof DataError)) throw error;
    }
  }

  #resultText(): string {
    const { state, host } = this.#context;
    const t = host.translate;
    const row = state.evaluated;
    if (row === null) return t("Not evaluated yet.");
    const { digits } = host.settings;
    const parts: string[] = [];
    if (row.divergence !== null)
      parts.push(t("divergence {nats} nats", { nats: formatNumber(row.divergence, digits) }) + this.#change(row));
    if (row.accuracy !== null) parts.push(t("accuracy {share}", { share: formatValue(percent, row.accuracy, digits) }));
    if (row.cost !== null) parts.push(t("cost {share}", { share: formatValue(state.data.costAxis, row.cost, digits) }));
    return parts.length === 0 ? t("Evaluated.") : t("Evaluated: {values}.", { values: parts.join(", ") });
  }

  /** Against the one evaluated before. */
  #change(row: ScheduleRow): string {
    const { state, host } = this.#context;
    if (state.result?.row.id !== row.id || row.divergence === null) return "";
    const { before } = state.result;
    if (before.divergence === null || before.id === row.id) return "";
    const change = row.divergence - before.divergence;
    const values = {
      change: `${change > 0 ? "+" : ""}${formatNumber(change, host.settings.digits)}`,
      label: before.label,
    };
    return host.translate(" ({change} against {label})", values);
  }
}
