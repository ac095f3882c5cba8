/** A study, while it works and after: its evaluations as they come, with intervals once an operation is over. */
import type { Results } from "../../export/index.js";
import { modelLabel } from "../../export/index.js";
import { Pace, type Study } from "../../study/index.js";
import { headOfResults } from "./fixedSource.js";
import type { FrontierConstraint, FrontierHead, TaskHead } from "./frontierJson.js";
import { idOf, ON_VALIDATION, pointOfEvaluation, pointsOfResults, type WidgetPoint } from "./point.js";
import type { FrontierSource, SourceChange, SourceStatus } from "./source.js";

/** Series that are parts of comparisons, and no configurations that anybody proposed. */
const HIDDEN: readonly string[] = ["matched"];
/** Benchmarks with an axis of their own: more could not be chosen among. */
const MOST_TASKS = 40;

export class StudySource implements FrontierSource {
  readonly study: Study;
  readonly #constraints: readonly FrontierConstraint[];
  readonly #code: string;
  readonly #listeners = new Set<(change: SourceChange) => void>();
  readonly #pace = new Pace();
  #points: WidgetPoint[];
  #head: FrontierHead;
  #status: SourceStatus;
  /** Raised with each look at everything, so that an older one that ends later is passed over. */
  #look = 0;
  /** Points that the last look has not seen, because they came while it went on. */
  #arrived: WidgetPoint[] = [];

  constructor(study: Study, constraints: readonly FrontierConstraint[], code: string) {
    this.study = study;
    this.#constraints = constraints;
    this.#code = code;
    this.#points = shown(study.evaluations().map(pointOfEvaluation));
    this.#head = this.#headOfFacts();
    this.#status = { running: study.running, progress: null };
    study.on("evaluation", (evaluation) => {
      const added = shown([pointOfEvaluation(evaluation)]);
      if (added.length === 0) return;
      this.#points.push(...added);
      this.#arrived.push(...added);
      this.#tell("points");
    });
    study.on("progress", (event) => {
      const { left } = this.#pace.at(event, performance.now());
      const { label, done, total } = event;
      this.#status = { running: study.running, progress: { label, done, total, left } };
      this.#tell("status");
    });
    study.on("state", ({ running, operation, reused }) => {
      this.#status = { running: running ? operation : null, progress: null };
      this.#tell("status");
      if (!running && !reused) this.#tell("ended");
    });
    study.on("closed", () => {
      this.#status = { running: null, progress: null };
      this.#tell("status");
    });
  }

  head(): FrontierHead {
    return this.#head;
  }

  points(): readonly WidgetPoint[] {
    return this.#points;
  }

  status(): SourceStatus {
    return this.#status;
  }

  results(): Promise<Results> {
    return this.study.snapshot();
  }

  on(listener: (change: SourceChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Then the points have intervals, and the comparisons are there. */
  async refresh(): Promise<void> {
    const look = ++this.#look;
    this.#arrived = [];
    const results = await this.study.snapshot();
    if (look !== this.#look) return;
    const tasks = new Map(
      this.study.evaluations().flatMap((one) => (one.split === "test" ? [[idOf(one), one.taskAccuracy]] : [])),
    );
    const scored = shown(pointsOfResults(results)).map((point) => ({
      ...point,
      tasks: tasks.get(idOf(point)) ?? null,
    }));
    const known = new Set(scored.map(({ configuration }) => configuration));
    const waiting = this.#points.filter(
      (point) => point.series === ON_VALIDATION && !known.has(point.configuration) && !this.#arrived.includes(point),
    );
    this.#points = [...waiting, ...scored, ...this.#arrived];
    this.#head = {
      ...headOfResults(results, this.#constraints, this.#code),
      tasks: this.#tasks(),
      hypervolume: this.study.hypervolumeCurve(),
    };
    this.#tell("everything");
  }

  #headOfFacts(): FrontierHead {
    const { model, embedded, data, samples, selector, kernelFunction, budgetUnit, accuracyMetric } = this.study.facts;
    return {
      title: `${modelLabel({ name: model, embedded })} on ${data}`,
      subtitle: `${samples.toLocaleString("en")} samples · selector ${selector} · kernel function ${kernelFunction}`,
      unit: budgetUnit,
      accuracyMetric,
      unprunedAccuracy: null,
      tasks: this.#tasks(),
      searchCosts: new Map(),
      comparisons: [],
      hypervolume: null,
      constraints: this.#constraints,
      code: this.#code,
    };
  }

  #tasks(): TaskHead[] {
    const { tasks } = this.study.facts;
    if (tasks.length < 2) return [];
    const unpruned = this.study.unprunedTaskAccuracy();
    return tasks.slice(0, MOST_TASKS).map((name) => ({ name, unprunedAccuracy: unpruned.get(name) ?? null }));
  }

  #tell(change: SourceChange): void {
    for (const listener of [...this.#listeners]) listener(change);
  }
}

function shown(points: readonly WidgetPoint[]): WidgetPoint[] {
  return points.filter(({ series }) => !HIDDEN.includes(series));
}
