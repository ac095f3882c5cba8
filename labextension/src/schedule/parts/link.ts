/** What the widget shares with other views, the kernel and the frontier: kept shares and the selected configuration. */
import { DataError, readEvaluated, readTwoWayState } from "../../data/index.js";
import type { WidgetEvent, WidgetModel } from "../../widget.js";
import type { ScheduleContext } from "./context.js";
import { Task } from "./task.js";

export class Link {
  /** Tells of a schedule that is asked for. */
  readonly element: HTMLElement;
  readonly #context: ScheduleContext;
  readonly #task: Task;
  /** What was set by this view is not news. */
  #setting = false;
  #begun = false;

  constructor(context: ScheduleContext) {
    this.#context = context;
    const { state, model, live, host, disposers } = context;
    this.#task = new Task(live, host.translate, () => {});
    this.element = this.#task.element;
    const on = (event: WidgetEvent, callback: () => void) => {
      model.on(event, callback);
      disposers.add(() => model.off(event, callback));
    };
    on("change:shares", () => {
      if (!this.#setting) this.receiveShares();
    });
    on("change:selected", () => {
      if (!this.#setting) this.receiveSelected();
    });
    state.onChange((change) => {
      if (change === "released" && this.#begun) this.#set((its) => its.set("shares", [...state.shares]));
    });
    disposers.add(() => this.#task.cancel());
  }

  /** Takes what the model holds when the widget is first drawn; nothing of it is news to others. */
  begin(): void {
    const { state, model } = this.#context;
    if (model.get("shares") !== null) this.receiveShares();
    const selected = model.get("selected");
    if (selected !== null && state.entries.find(selected) !== undefined && !state.edited) this.receiveSelected();
    this.#begun = true;
  }

  /** Takes the model's shares, where they are shares of this widget's layers. */
  receiveShares(): void {
    const { state, model } = this.#context;
    try {
      const { shares } = readTwoWayState({ shares: model.get("shares") });
      state.receive(shares ?? null);
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      this.#context.live.say(error.message);
    }
  }

  /** Shows the configuration that is selected on the frontier; asks for it where it is not here. */
  receiveSelected(): void {
    const { state, model, requests, host } = this.#context;
    const id = model.get("selected");
    this.#task.cancel();
    if (typeof id !== "string") return;
    if (state.entries.find(id) !== undefined) {
      this.#show(id);
      return;
    }
    if (!model.get("live")) return;
    void this.#task.run(
      host.translate("Asking for the schedule of the selected configuration…"),
      async (signal) => readEvaluated(await requests.ask({ name: "schedule", id }, signal), state.data.layers).schedule,
      (row) => {
        state.addAsked(row);
        this.#context.live.say(host.translate("{schedule} is shown over the bars.", { schedule: row.label }));
      },
    );
  }

  /** Tells the frontier which configuration was chosen here. */
  select(id: string): void {
    if (this.#context.state.data.frontier !== null) this.#set((its) => its.set("selected", id));
  }

  /** Edits are not thrown away for a selection elsewhere: then it is laid over them. */
  #show(id: string): void {
    const { state, live, host } = this.#context;
    if (state.edited) state.show(id, true);
    else state.edit(id);
    const { label } = state.entries.find(id)!.row;
    live.say(host.translate("{schedule} is shown.", { schedule: label }));
  }

  #set(set: (model: WidgetModel) => void): void {
    const { model } = this.#context;
    this.#setting = true;
    set(model);
    this.#setting = false;
    model.save_changes();
  }
}
