/** A layer schedule in a notebook: a widget in which layers are dragged, a figure elsewhere, and a handle in the program. */
import { type CurrentKernel, DisplayHandle } from "../../../kernel/src/api/index.js";
import { SCHEDULE_MIME, type TwoWayState, type WidgetRequest } from "../../../labextension/src/data/index.js";
import { EspalierError } from "../../errors.js";
import { type CostUnit, type ResultCertificate, type ResultMean, sparkline } from "../../export/index.js";
import { sharesSpecification } from "../../figures/index.js";
import { type Schedule, validateShares } from "../../schedules/index.js";
import type { Study } from "../../study/index.js";
import { Stopped } from "../../tensor/index.js";
import { figureBundle } from "../representations/figure.js";
import { certificateJson } from "./certificateJson.js";
import { WidgetChannel } from "./channel.js";
import { frontEndOf, type WidgetFrontEnd } from "./frontEnds.js";
import type { FrontierState, FrontierView } from "./frontierView.js";
import { clean } from "./point.js";
import { scheduleJson } from "./scheduleJson.js";
import { SchedulePictures } from "./schedulePictures.js";
import {
  distinct,
  type ShowableSchedule,
  type ShownSchedule,
  scheduleRow,
  shownPoint,
  shownSchedule,
} from "./shownSchedule.js";
import { changesOf, demandKernel, Listeners, WidgetOutput } from "./view.js";

/** How a schedule is shown. */
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

/** What a shown schedule tells, by the event's name. */
export interface ScheduleEvents {
  /** The user has let a layer go. */
  readonly shares: readonly number[];
  /** What came of it. */
  readonly evaluated: ResultMean;
}

type State = Pick<TwoWayState, "selected" | "budget" | "shares">;

/**
 * Made by `schedule`, which draws it.
 *
 * @example
 * const view: ScheduleView = schedule({ shares: pyramidDropShares(32) });
 * writeScheduleFile("edited.json", { common: { shares: view.shares }, samples: new Map() });
 */
export class ScheduleView extends DisplayHandle {
  readonly #study: Study | null;
  readonly #frontier: FrontierView | null;
  readonly #title: string;
  readonly #schedules: ShownSchedule[];
  readonly #output: WidgetOutput;
  readonly #channel: WidgetChannel;
  readonly #listeners = new Listeners<ScheduleEvents>();
  readonly #pictures: SchedulePictures | null;
  readonly #unit: CostUnit;
  readonly #unfollow: (() => void) | undefined;
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
    const { pictures = 0 } = options;
    this.#pictures = pictures > 0 && this.#study !== null ? new SchedulePictures(this.#study, pictures) : null;
    this.#unit = unitOf(options);
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
    this.#unfollow = this.#frontier?.follow((changed) => this.#follow(changed));
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
    this.#unfollow?.();
    this.#channel.close();
  }

  /** The widget is of use without pictures: why there are none is told below the cell. */
  async #providePictures(): Promise<void> {
    if (this.#study?.closed !== false) return;
    try {
      await this.#pictures?.provide(
        () => this.#schedules,
        () => {
          this.#channel.replaced();
          this.#output.changed(false);
        },
      );
    } catch (error) {
      if (error instanceof Stopped) return;
      if (!(error instanceof EspalierError)) throw error;
      process.stderr.write(`There are no pictures of what the schedules keep. ${error.message}\n`);
    }
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
      unit: this.#unit,
      prediction: this.#study?.costPrediction(this.#unit) ?? null,
      pictures: this.#pictures?.json(this.#schedules) ?? [],
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
        const shown = shownSchedule(mean, this.#unit);
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
    if (at >= 0 && JSON.stringify(this.#schedules[at]) === JSON.stringify(shown)) return;
    if (at >= 0) this.#schedules[at] = shown;
    else if (this.#schedules.length < MOST_SCHEDULES) this.#schedules.push(shown);
    else this.#schedules.splice(1, 1, shown);
    this.#channel.replaced();
    this.#output.changed(false);
    void this.#providePictures();
  }

  /** What is selected on the linked frontier is shown here, and its budget. */
  #follow({ selected, budget }: Partial<FrontierState>): void {
    const point = typeof selected === "string" ? this.#frontier?.configuration(selected) : null;
    if (point != null && point.shares !== null && point.shares.length === this.#schedules[0]!.shares.length)
      this.#add(shownPoint(point, this.#unit));
    this.#change({ ...(selected === undefined ? {} : { selected }), ...(budget === undefined ? {} : { budget }) });
  }

  #receive({ shares, selected }: Partial<TwoWayState>): void {
    if (selected !== undefined) {
      this.#state = { ...this.#state, selected };
      this.#frontier?.choose(selected);
    }
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

/** Of costs: what the linked frontier's budget stands on. */
function unitOf({ frontier }: ScheduleViewOptions): CostUnit {
  return frontier?.unit ?? "normalised";
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
 *
 * @example
 * const edited = schedule(await study.best({ budget: 0.3 }), { pictures: 4 });
 * edited.shares; // as they were dragged
 */
export function schedule(
  of: ShowableSchedule | readonly ShowableSchedule[],
  options: ScheduleViewOptions = {},
): ScheduleView {
  const kernel = demandKernel();
  const frontEnd = frontEndOf(options.frontEnd);
  const given = Array.isArray(of) ? (of as readonly ShowableSchedule[]) : [of as ShowableSchedule];
  const shown = distinct(given.map((one) => shownSchedule(one, unitOf(options))));
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
