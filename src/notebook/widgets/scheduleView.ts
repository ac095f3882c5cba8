/** A layer schedule in a notebook: a widget in which layers are dragged, a figure elsewhere, and a handle in the program. */
import { type CurrentKernel, DisplayHandle } from "../../../kernel/src/api/index.js";
import { SCHEDULE_MIME, type TwoWayState, type WidgetRequest } from "../../../labextension/src/data/index.js";
import { EspalierError } from "../../errors.js";
import { type ResultCertificate, type ResultMean, sparkline } from "../../export/index.js";
import { sharesSpecification } from "../../figures/index.js";
import { type Schedule, validateShares } from "../../schedules/index.js";
import type { Study } from "../../study/index.js";
import { figureBundle } from "../representations/figure.js";
import { certificateJson } from "./certificateJson.js";
import { WidgetChannel } from "./channel.js";
import { frontEndOf, type WidgetFrontEnd } from "./frontEnds.js";
import type { FrontierView } from "./frontierView.js";
import { clean } from "./point.js";
import { pictureJson, scheduleJson } from "./scheduleJson.js";
import {
  distinct,
  type ShowableSchedule,
  type ShownSchedule,
  scheduleRow,
  shownPoint,
  shownSchedule,
} from "./shownSchedule.js";
import { changesOf, demandKernel, Listeners, WidgetOutput } from "./view.js";

export interface ScheduleViewOptions {
  /** What evaluates a schedule when a layer is let go; default the linked frontier's. Without one nothing is evaluated. */
  readonly study?: Study;
  /** Linked: what is evaluated here is a point there, and what is selected there is shown here. Default none. */
  readonly frontier?: FrontierView;
  /** Test samples whose pictures are shown, with the layer at which each patch goes; default 0, which needs no model. */
  readonly pictures?: number;
  /** Prices by layer, as `study.certificate()` gives them; default none until somebody asks for them. */
  readonly certificate?: ResultCertificate;
  /** Default made of what is shown. */
  readonly title?: string;
  /** What draws the widget; default that of `ESPALIER_WIDGETS` in the environment, else JupyterLab's extension. */
  readonly frontEnd?: WidgetFrontEnd;
}

export interface ScheduleEvents {
  /** The user has let a layer go. */
  readonly shares: readonly number[];
  /** What came of it. */
  readonly evaluated: ResultMean;
}

type State = Pick<TwoWayState, "selected" | "budget" | "shares">;

/** Made by `schedule`, which draws it. */
export class ScheduleView extends DisplayHandle {
  readonly #study: Study | null;
  readonly #frontier: FrontierView | null;
  readonly #title: string;
  readonly #schedules: ShownSchedule[];
  readonly #output: WidgetOutput;
  readonly #channel: WidgetChannel;
  readonly #listeners = new Listeners<ScheduleEvents>();
  readonly #wantedPictures: number;
  #pictures: readonly object[] = [];
  #certificate: object | null;
  #state: State;

  /** Called by `schedule`. */
  constructor(
    kernel: CurrentKernel,
    schedules: readonly ShownSchedule[],
    options: ScheduleViewOptions & { readonly frontEnd: WidgetFrontEnd },
  ) {
    super("", () => this.show());
    const [first] = schedules;
    this.#schedules = [...schedules];
    this.#frontier = options.frontier ?? null;
    this.#study = options.study ?? this.#frontier?.study ?? null;
    this.#wantedPictures = options.pictures ?? 0;
    this.#title = options.title ?? `Visual tokens kept at each layer, ${first!.label}`;
    this.#certificate = options.certificate === undefined ? null : certificateJson(options.certificate, first!.id);
    this.#state = { selected: null, budget: this.#frontier?.budget ?? null, shares: first!.shares };
    this.#channel = new WidgetChannel(kernel.comms, options.frontEnd, "schedule", {
      data: () => this.#json(),
      added: () => undefined,
      answer: (request, signal) => this.#answer(request, signal),
      set: (state) => this.#receive(state),
      state: () => this.#state,
      status: () => ({ running: this.#study?.running ?? null, progress: null }),
      stop: () => this.#study?.stop(),
    });
    this.#output = new WidgetOutput(kernel, this.#channel, () => this.#quick());
    this.#frontier?.on("budget", (budget) => this.#change({ budget }));
    this.#frontier?.on("selected", (selected) => {
      if (selected !== null) this.#add(shownPoint(selected));
    });
  }

  /** The comm's id. */
  get id(): string {
    return this.#channel.id;
  }

  /** [L] The shares as they are edited now. Assign to them. */
  get shares(): readonly number[] {
    return this.#state.shares!;
  }

  set shares(value: readonly number[]) {
    validateShares(value, this.#schedules[0]!.shares.length);
    this.#change({ shares: [...value] });
  }

  /** What `study.evaluate` and `writeScheduleFile` take. */
  schedule(): Schedule {
    return { shares: [...this.shares] };
  }

  /** Listens to what the user does. @returns listens no longer. */
  on<E extends keyof ScheduleEvents>(event: E, listener: (value: ScheduleEvents[E]) => void): () => void {
    return this.#listeners.on(event, listener);
  }

  /** Shows it at the cell that runs, also again: all views are one. */
  show(): void {
    this.#output.show();
    this.#output.settle(async () => {
      await this.#providePictures();
      return this.#figure();
    });
  }

  /** Ends the connection; what is drawn stays. */
  close(): void {
    this.#channel.close();
  }

  async #providePictures(): Promise<void> {
    if (this.#wantedPictures === 0 || this.#pictures.length > 0 || this.#study === null) return;
    const [{ id, shares }] = this.#schedules as [ShownSchedule];
    const survivals = await this.#study.survival({ shares }, { samples: this.#wantedPictures });
    this.#pictures = await Promise.all(survivals.map((one) => pictureJson(one, id, shares.length)));
    this.#channel.replaced();
  }

  async #figure(): Promise<Record<string, unknown>> {
    const [{ shares }] = this.#schedules as [ShownSchedule];
    const text = `${clean(this.#title)}\n${sparkline(shares, { width: 64 })}  ${shares.map(percent).join(" ")}`;
    return figureBundle(sharesSpecification(shares, { title: this.#title }), text);
  }

  #json(): object {
    const { facts } = this.#study ?? { facts: null };
    return scheduleJson({
      widget: this.#channel.id,
      frontier: this.#frontier?.id ?? null,
      title: this.#title,
      subtitle: facts === null ? "" : `${facts.model}, ${facts.samples.toLocaleString("en")} samples of ${facts.data}`,
      visualTokens: facts?.visualTokens ?? 0,
      schedules: this.#schedules,
      prediction: this.#study?.costPrediction() ?? null,
      pictures: this.#pictures,
      certificate: this.#certificate,
    });
  }

  #quick(): Record<string, unknown> {
    return {
      [SCHEDULE_MIME]: this.#json(),
      "text/plain": `${clean(this.#title)}: ${this.shares.map(percent).join(" ")}`,
    };
  }

  async #answer(request: WidgetRequest, signal: AbortSignal): Promise<object> {
    switch (request.name) {
      case "evaluate": {
        const mean = await this.#demandStudy().evaluate({ shares: request.shares }, { signal });
        const shown = shownSchedule(mean);
        this.#add(shown);
        this.#listeners.emit("evaluated", mean);
        return { schedule: scheduleRow(shown) };
      }
      case "schedule": {
        const found = this.#schedules.find(({ id }) => id === request.id);
        if (found === undefined) throw new EspalierError("This configuration is not among the schedules shown.");
        return { schedule: scheduleRow(found) };
      }
      case "certificate": {
        const found = this.#schedules.find(({ id }) => id === request.id);
        if (found === undefined) throw new EspalierError("This configuration is not among the schedules shown.");
        const certificate = await this.#demandStudy().certificate({ shares: found.shares }, { signal });
        this.#certificate = certificateJson(certificate, request.id);
        this.#output.changed(false);
        return { certificate: this.#certificate };
      }
      case "compare":
      case "evaluateBudget":
        throw new EspalierError("The frontier answers this; link one: espalier.schedule(…, { frontier: view }).");
    }
  }

  #demandStudy(): Study {
    if (this.#study !== null && !this.#study.closed) return this.#study;
    throw new EspalierError(
      this.#study === null
        ? "Nothing is here to evaluate it with; give the study: espalier.schedule(…, { study })."
        : `The study ${this.#study.name} is closed; open it again with createStudy to evaluate something new.`,
    );
  }

  /** What has been evaluated stays among the schedules; the most recent replaces what it equals. */
  #add(shown: ShownSchedule): void {
    const at = this.#schedules.findIndex(({ id }) => id === shown.id);
    if (at >= 0) this.#schedules[at] = shown;
    else if (this.#schedules.length < MOST_SCHEDULES) this.#schedules.push(shown);
    else this.#schedules.splice(1, 1, shown);
    this.#channel.replaced();
    this.#output.changed(false);
  }

  #receive({ shares }: Partial<TwoWayState>): void {
    if (shares === undefined || shares === null || !isSchedule(shares, this.#schedules[0]!.shares.length)) return;
    const changed = changesOf<Partial<State>>(this.#state, { shares });
    if (changed === undefined) return;
    this.#state = { ...this.#state, ...changed };
    this.#output.changed(false);
    this.#listeners.emit("shares", shares);
  }

  #change(wanted: Partial<State>): void {
    const changed = changesOf(this.#state, wanted);
    if (changed === undefined) return;
    this.#state = { ...this.#state, ...changed };
    this.#channel.told(changed);
    this.#output.changed(false);
  }
}

/** Schedules of one widget: more could not be told apart. */
const MOST_SCHEDULES = 8;

function isSchedule(shares: readonly number[], layers: number): boolean {
  try {
    validateShares(shares, layers);
    return true;
  } catch {
    return false;
  }
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(1))}%`;
}

/**
 * Shows schedules layer by layer; the first can be edited.
 *
 * In JupyterLab it is a widget: drag a layer, see what the schedule will cost, let go and see what comes of it; with pictures,
 * which of their patches go at which layer. Elsewhere, and in the saved notebook, it is a figure.
 *
 * @param of one schedule, or several to compare.
 * @throws EspalierError in a program that is no notebook, for schedules of different length, none, and a front end that is none.
 */
export function schedule(
  of: ShowableSchedule | readonly ShowableSchedule[],
  options: ScheduleViewOptions = {},
): ScheduleView {
  const kernel = demandKernel();
  const frontEnd = frontEndOf(options.frontEnd);
  const given = Array.isArray(of) ? (of as readonly ShowableSchedule[]) : [of as ShowableSchedule];
  const shown = distinct(given.map(shownSchedule));
  const [first] = shown;
  if (first === undefined) throw new EspalierError("There is no schedule to show; give one.");
  const other = shown.find(({ shares }) => shares.length !== first.shares.length);
  if (other !== undefined) {
    throw new EspalierError(
      `${first.label} has ${first.shares.length} layers and ${other.label} has ${other.shares.length}; show schedules of one model together.`,
    );
  }
  const view = new ScheduleView(kernel, shown, { ...options, frontEnd });
  view.show();
  return view;
}
