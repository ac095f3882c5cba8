/** The frontier in a notebook: a widget where there is one, a figure elsewhere, and a handle in the program. */

import type { CurrentKernel } from "../../../kernel/src/api/index.js";
import { DisplayHandle } from "../../../kernel/src/api/index.js";
import { FRONTIER_MIME, type TwoWayState } from "../../../labextension/src/data/index.js";
import { EspalierError } from "../../errors.js";
import { type CostUnit, type FrontierPoint, type Results, renderPoints, renderTable } from "../../export/index.js";
import { frontierSpecification, pointsSpecification } from "../../figures/index.js";
import { nonDominated } from "../../pareto/index.js";
import { Study } from "../../study/index.js";
import { figureBundle } from "../representations/figure.js";
import { WidgetChannel } from "./channel.js";
import { fixedSource } from "./fixedSource.js";
import { frontEndOf, type WidgetFrontEnd } from "./frontEnds.js";
import { answerFrontier } from "./frontierAnswers.js";
import { FrontierEncoder } from "./frontierEncoder.js";
import type { FrontierConstraint } from "./frontierJson.js";
import { clean, hasInterval, idOf, type WidgetPoint } from "./point.js";
import type { FrontierSource } from "./source.js";
import { StudySource } from "./studySource.js";
import { changesOf, demandKernel, Listeners, WidgetOutput } from "./view.js";

/** How a frontier is shown. */
export interface FrontierViewOptions {
  /** Limits that are drawn as lines: the most a configuration may cost, the least it must be right. Default none. */
  readonly constraints?: readonly FrontierConstraint[];
  /** First of the cost axes; default the budget's unit. */
  readonly unit?: CostUnit;
  /** What draws the widget; default that of `ESPALIER_WIDGETS` in the environment, else JupyterLab's extension. */
  readonly frontEnd?: WidgetFrontEnd;
}

/** A configuration that was chosen in the widget. */
export interface SelectedConfiguration {
  readonly series: string;
  readonly configuration: string;
  /** In the study's unit; null where none was asked for. */
  readonly budget: number | null;
  /** Mean over samples, in every unit. */
  readonly cost: WidgetPoint["cost"];
  /** Nats. `low` and `high` are null while the interval is not known yet. */
  readonly divergence: WidgetPoint["divergence"];
  /** 0 … 1. */
  readonly accuracy: WidgetPoint["accuracy"];
  /** [L] Kept at each layer, mean over samples: `study.evaluate({ shares })` takes them. Null where the points have none. */
  readonly shares: readonly number[] | null;
}

/** What a shown frontier tells, by the event's name. */
export interface FrontierEvents {
  /** What the user chose; null where nothing is. */
  readonly selected: SelectedConfiguration | null;
  /** In the study's unit; null where none is set. */
  readonly budget: number | null;
  /** Two at most. */
  readonly pinned: readonly SelectedConfiguration[];
  /** Within the brush, without order. */
  readonly brushed: readonly SelectedConfiguration[];
}

/** What is drawn of dominated points where there is no widget: the cloud keeps its shape, the notebook stays small. */
const MOST_DOMINATED = 60;
/** Pastes into a cell. */
const CODE =
  "const chosen = results.means.find(({ series, configuration }) => series === {series} && configuration === {configuration});";

/** What a view holds beside its points; configurations by their ids. */
export type FrontierState = Pick<TwoWayState, "selected" | "budget" | "pinned" | "brushed">;

type State = FrontierState;

/**
 * Made by `show` and `frontier`, which draw it. Its state is the notebook's: what the user does in the widget is read here, and
 * what the program sets is shown there.
 *
 * @example
 * const view: FrontierView = show(study);
 * const shares = (await view.selected())?.shares; // of what is clicked
 */
export class FrontierView extends DisplayHandle {
  readonly #source: FrontierSource;
  readonly #options: FrontierViewOptions;
  readonly #encoder: FrontierEncoder;
  readonly #output: WidgetOutput;
  readonly #channel: WidgetChannel;
  readonly #listeners = new Listeners<FrontierEvents>();
  readonly #stop: () => void;
  readonly #followers = new Set<(changed: Partial<FrontierState>) => void>();
  #state: State = { selected: null, budget: null, pinned: [], brushed: [] };

  /** Called by `show` and `frontier`. */
  constructor(
    kernel: CurrentKernel,
    source: FrontierSource,
    options: FrontierViewOptions & { readonly frontEnd: WidgetFrontEnd },
  ) {
    super("", () => this.show());
    this.#source = source;
    this.#options = options;
    this.#channel = new WidgetChannel(kernel.comms, options.frontEnd, "frontier", {
      data: () => this.#encoder.everything(this.#state),
      added: () => this.#added(),
      answer: (request, signal) =>
        answerFrontier(
          { source, unit: this.#encoder.unit, select: (point) => this.#change({ selected: point }) },
          request,
          signal,
        ),
      set: (state) => this.#receive(state),
      state: () => this.#state,
      status: () => source.status(),
      stop: () => source.study?.stop(),
    });
    this.#encoder = new FrontierEncoder(source, () => this.id, options.unit);
    this.#output = new WidgetOutput(kernel, this.#channel, () => this.#quick());
    this.#stop = source.on((change) => {
      if (change === "status") this.#channel.changed("status");
      else if (change === "ended") this.#settle();
      else if (change === "everything") this.#channel.replaced();
      else {
        this.#channel.changed("points");
        this.#output.changed(true);
      }
    });
  }

  /** The comm's id, by which a schedule is linked. */
  get id(): string {
    return this.#channel.id;
  }

  /** Of the first cost axis, on which the budget stands. */
  get unit(): CostUnit {
    return this.#encoder.unit;
  }

  /** The study that is shown; null for results and points. */
  get study(): Study | null {
    return this.#source.study;
  }

  /** Shows it at the cell that runs, also again: all views are one. */
  show(): void {
    this.#output.show();
    this.#settle();
  }

  /** The configuration that is selected in the widget; null where none is. */
  async selected(): Promise<SelectedConfiguration | null> {
    // What the user has done before this cell is on its way in messages.
    await new Promise<void>((resolve) => setImmediate(resolve));
    return this.#describe(this.#state.selected);
  }

  /**
   * Selects a configuration; null for none.
   *
   * @throws EspalierError where there is none of this name.
   */
  select(wanted: { readonly series?: string; readonly configuration: string } | null): void {
    this.#change({ selected: wanted === null ? null : this.#idOf(wanted) });
  }

  /** Where the budget line stands, on the first cost axis; null where none is drawn. Assign to it. */
  get budget(): number | null {
    return this.#state.budget;
  }

  set budget(value: number | null) {
    if (value !== null && !Number.isFinite(value)) {
      throw new EspalierError(`A budget of ${value} is not a number; give one on the first cost axis, or null.`);
    }
    this.#change({ budget: value });
  }

  /** The pinned configurations, two at most. */
  get pinned(): readonly SelectedConfiguration[] {
    return this.#describeAll(this.#state.pinned);
  }

  /** @throws EspalierError for more than two, and for names that are none. */
  pin(...wanted: readonly { readonly series?: string; readonly configuration: string }[]): void {
    if (wanted.length > 2) throw new EspalierError("Two configurations can be pinned at a time; give two at most.");
    this.#change({ pinned: wanted.map((one) => this.#idOf(one)) });
  }

  /** The configurations within the brush, without order. */
  get brushed(): readonly SelectedConfiguration[] {
    return this.#describeAll(this.#state.brushed);
  }

  /** Listens to what the user does in the widget. @returns listens no longer. */
  on<E extends keyof FrontierEvents>(event: E, listener: (value: FrontierEvents[E]) => void): () => void {
    return this.#listeners.on(event, listener);
  }

  /** Tells a linked view what changes, whoever changes it. @returns tells no longer. */
  follow(listener: (changed: Partial<FrontierState>) => void): () => void {
    this.#followers.add(listener);
    return () => this.#followers.delete(listener);
  }

  /** The user selects something in a linked view. An id that is none here is passed over. */
  choose(id: string | null): void {
    if (id !== null && this.configuration(id) === null) return;
    const changed = this.#change({ selected: id });
    if (changed !== undefined) this.#emit(changed);
  }

  /** What an id names; null for none. */
  configuration(id: string): SelectedConfiguration | null {
    return this.#describe(id);
  }

  /** Ends the connection; what is drawn stays, as in a notebook that is opened without its kernel. */
  close(): void {
    this.#stop();
    this.#channel.close();
  }

  get #points(): readonly WidgetPoint[] {
    return this.#source.points();
  }

  #settle(): void {
    this.#output.settle(async () => {
      await this.#source.refresh();
      return this.#figure();
    });
  }

  #added(): object | undefined {
    const added = this.#encoder.added();
    if (added !== "everything") return added;
    queueMicrotask(() => this.#channel.replaced());
    return undefined;
  }

  #quick(): Record<string, unknown> {
    return { [FRONTIER_MIME]: this.#encoder.inFile(this.#state), "text/plain": this.#text() };
  }

  /** The drawings for other front ends; nothing where there is nothing to draw. */
  async #figure(): Promise<Record<string, unknown>> {
    const results = await this.#source.results();
    const options = this.#options.unit === undefined ? {} : { unit: this.#options.unit };
    if (results === null) {
      const points = this.#frontierPoints();
      if (points.length === 0) return {};
      return figureBundle(pointsSpecification(points, options), renderPoints(points));
    }
    if (results.means.length === 0) return {};
    const specification = frontierSpecification(results, { maximumDominated: MOST_DOMINATED, ...options });
    return figureBundle(specification, renderTable(results));
  }

  /** Points alone are a frontier as they are, unless they are so many that only the best can be one. */
  #frontierPoints(): FrontierPoint[] {
    const points = this.#points;
    const listed = points.filter((point) => point.listed);
    const drawn =
      listed.length > 0
        ? listed
        : nonDominated(points.map((point) => [point.cost.normalised, point.divergence.mean])).map((i) => points[i]!);
    return drawn.flatMap(({ shares, listed, tasks, divergence, accuracy, ...point }) =>
      hasInterval(divergence) && (accuracy === null || hasInterval(accuracy))
        ? [{ ...point, divergence, accuracy }]
        : [],
    );
  }

  #text(): string {
    const { title } = this.#source.head();
    const { running } = this.#source.status();
    const count = this.#points.length;
    const state = `${count.toLocaleString("en")} ${count === 1 ? "configuration" : "configurations"} evaluated${running === null ? "" : `, ${running} is running`}`;
    return title === "" ? state : `${clean(title)}: ${state}`;
  }

  /** The user has set something. */
  #receive(given: Partial<TwoWayState>): void {
    const known = new Set(this.#points.map(idOf));
    const { selected, budget, pinned, brushed } = given;
    const wanted: Partial<State> = {
      ...(selected === undefined || (selected !== null && !known.has(selected)) ? {} : { selected }),
      ...(budget === undefined ? {} : { budget }),
      ...(pinned === undefined ? {} : { pinned: pinned.filter((id) => known.has(id)) }),
      ...(brushed === undefined ? {} : { brushed: brushed.filter((id) => known.has(id)) }),
    };
    const changed = changesOf(this.#state, wanted);
    if (changed === undefined) return;
    this.#state = { ...this.#state, ...changed };
    this.#output.changed(false);
    this.#tellFollowers(changed);
    this.#emit(changed);
  }

  /** The program sets something, or a linked view. @returns what has changed by it. */
  #change(wanted: Partial<State>): Partial<State> | undefined {
    const changed = changesOf(this.#state, wanted);
    if (changed === undefined) return undefined;
    this.#state = { ...this.#state, ...changed };
    this.#channel.told(changed);
    this.#output.changed(false);
    this.#tellFollowers(changed);
    return changed;
  }

  #tellFollowers(changed: Partial<State>): void {
    for (const listener of [...this.#followers]) listener(changed);
  }

  #emit(changed: Partial<State>): void {
    const { selected, budget, pinned, brushed } = changed;
    if (selected !== undefined) this.#listeners.emit("selected", this.#describe(selected));
    if (budget !== undefined) this.#listeners.emit("budget", budget);
    if (pinned !== undefined) this.#listeners.emit("pinned", this.#describeAll(pinned));
    if (brushed !== undefined) this.#listeners.emit("brushed", this.#describeAll(brushed));
  }

  #idOf({ series, configuration }: { readonly series?: string; readonly configuration: string }): string {
    const found = this.#points.find(
      (point) => point.configuration === configuration && (series === undefined || point.series === series),
    );
    if (found !== undefined) return idOf(found);
    throw new EspalierError(
      `There is no configuration "${configuration}"${series === undefined ? "" : ` of the series "${series}"`}; choose one that has been evaluated.`,
    );
  }

  #describe(id: string | null): SelectedConfiguration | null {
    const point = id === null ? undefined : this.#points.find((one) => idOf(one) === id);
    if (point === undefined) return null;
    const { listed, tasks, ...described } = point;
    return described;
  }

  #describeAll(ids: readonly string[]): SelectedConfiguration[] {
    return ids.flatMap((id) => this.#describe(id) ?? []);
  }
}

/**
 * Shows a study as it works: each configuration at its cost and divergence, as soon as it has been evaluated.
 *
 * In JupyterLab it is a widget: select, pin, compare, move the budget, evaluate what is missing. Elsewhere, and in the saved
 * notebook, it is a figure.
 *
 * @throws EspalierError in a program that is no notebook, and for a front end that is none.
 *
 * @example
 * const view = show(study); // drawn as the search goes on
 * await study.search();
 */
export function show(study: Study, options: FrontierViewOptions = {}): FrontierView {
  return frontier(study, options);
}

/**
 * Shows a frontier: of a study, of results, or of points as `study.frontier()` gives them.
 *
 * @throws EspalierError in a program that is no notebook; for results without a mean, no points, and a front end that is none.
 *
 * @example
 * const view = frontier(await readStudy("runs", "first")); // of results, or of points
 * view.budget = 0.3;
 */
export function frontier(
  of: Study | Results | readonly FrontierPoint[],
  options: FrontierViewOptions = {},
): FrontierView {
  const kernel = demandKernel();
  const frontEnd = frontEndOf(options.frontEnd);
  const { constraints = [] } = options;
  const source = of instanceof Study ? new StudySource(of, constraints, CODE) : fixedSource(of, constraints, CODE);
  const view = new FrontierView(kernel, source, { ...options, frontEnd });
  view.show();
  return view;
}
