/** A search: a training, then the schedules of every budget, executed on the validation and the test samples. */
import { isAbsolute } from "../cost/index.js";
import type { PreparedSample } from "../evaluation/index.js";
import { FRONTIER_BUDGETS } from "../pareto/index.js";
import type { BudgetReading, DifferentiableSearch, Projection } from "../search/index.js";
import type { Pacer } from "../tensor/index.js";
import { absoluteBudgets, checkBudgets, type SampleBudget, sampleBudgets } from "./budgets.js";
import type { ScoredSplit, StudyContext } from "./context.js";
import { demandSamples } from "./data/index.js";
import { SERIES } from "./entries.js";
import { begunOptions, type TrainingOptions, trainedSearch, trainingOf } from "./training.js";
import { evaluateUnpruned } from "./unpruned.js";

/** At which budgets the search is evaluated, and how it is trained. */
export interface StudySearchOptions extends TrainingOptions {
  /** In the study's budget unit; default the twenty at which frontiers are read (METHOD §9), in that unit. */
  readonly budgets?: readonly number[];
  /**
   * Whether what is left out of the training's settings is what the training was begun with, so that further budgets can be
   * evaluated without repeating them. Default false: then it is the search's default, and must not differ.
   */
  readonly asBegun?: boolean;
}

/** Samples whose schedules are worked out between two turns of the event loop. */
const SCHEDULES_AT_ONCE = 8;

/** The configuration of a series at a budget. */
export function configurationAt(series: string, budget: number): string {
  return `${series}@${budget}`;
}

/** The twenty budgets in the study's unit; relative ones are themselves. */
export function defaultBudgets(context: StudyContext): number[] {
  const { budgetUnit } = context.settings;
  if (budgetUnit === "normalised") return [...FRONTIER_BUDGETS];
  const { validation, test } = context.header.data;
  if (isAbsolute(budgetUnit)) return absoluteBudgets(FRONTIER_BUDGETS, context.cost, [validation, test]);
  return FRONTIER_BUDGETS.filter((budget) => {
    try {
      checkBudgets([budget], budgetUnit, context.cost, [validation, test]);
      return true;
    } catch {
      return false;
    }
  });
}

/** Trains, if that is still to be done, and evaluates every budget that is not in the journal yet. */
export async function runSearch(
  context: StudyContext,
  { budgets: wanted, asBegun = false, ...options }: StudySearchOptions,
  pacer: Pacer,
): Promise<void> {
  const { validation, test } = context.header.data;
  for (const split of ["validation", "test"] as const) demandSamples(context.data, split);
  const asked = trainingOf(context, options);
  const training = asBegun ? trainingOf(context, { ...begunOptions(context, asked.series), ...options }) : asked;
  const budgets = checkBudgets(wanted ?? defaultBudgets(context), context.settings.budgetUnit, context.cost, [
    validation,
    test,
  ]);
  const { series } = training;
  // The frontier is chosen on validation samples; the other series are only compared with it.
  const splits: ScoredSplit[] = series === SERIES.search ? ["validation", "test"] : ["test"];
  const jobs = splits.flatMap((split) => budgets.map((budget) => ({ split, budget })));
  const prepared = await context.prepared("test", pacer);
  const search = await trainedSearch(context, training, prepared, pacer);
  const readings = new Map<number, Awaited<ReturnType<typeof readingAt>>>();
  try {
    for (const [done, { split, budget }] of jobs.entries()) {
      context.progress("evaluation", `${series} on ${split} samples`, done, jobs.length);
      const configuration = configurationAt(series, budget);
      if (context.finished({ split, series, configuration })) continue;
      const { samples } = await context.prepared(split, pacer);
      const targets = sampleBudgets(budget, context.settings.budgetUnit, context.cost, context.header.data[split]);
      const known = readings.get(budget);
      const { reading, layerForwards } = known ?? (await readingAt(context, search, budget, pacer));
      readings.set(budget, { reading, layerForwards });
      const projections = await schedules(search, samples, targets, reading, pacer);
      const counts = projections.map((projection) => projection.counts);
      const beforeTopUp = projections.map((projection) => projection.beforeTopUp.counts);
      await context.evaluate(
        {
          ...{ split, series, configuration, budget, counts },
          ...(split === "test" ? { beforeTopUp } : {}),
          // Charged with the first evaluation of the budget.
          searchLayerForwards: split === splits[0] ? layerForwards : 0,
        },
        pacer,
      );
    }
    context.progress("evaluation", `${series} on test samples`, jobs.length, jobs.length);
  } finally {
    search.dispose();
  }
  await evaluateUnpruned(context, pacer);
}

/** How a budget is served, as the validation samples say. */
async function readingAt(context: StudyContext, search: DifferentiableSearch, budget: number, pacer: Pacer) {
  const prepared = await context.prepared("validation", pacer);
  const targets = sampleBudgets(budget, context.settings.budgetUnit, context.cost, context.header.data.validation);
  return search.readingOf(
    prepared,
    targets.map(({ cost }) => cost),
    targets.map(({ normalised }) => normalised),
    pacer,
  );
}

async function schedules(
  search: DifferentiableSearch,
  samples: readonly PreparedSample[],
  targets: readonly SampleBudget[],
  reading: BudgetReading | null,
  pacer: Pacer,
): Promise<Projection[]> {
  const projections: Projection[] = [];
  for (let first = 0; first < samples.length; first += SCHEDULES_AT_ONCE) {
    const members = samples.slice(first, first + SCHEDULES_AT_ONCE);
    const own = targets.slice(first, first + SCHEDULES_AT_ONCE);
    const found = search.schedules(
      members,
      own.map(({ cost }) => cost),
      own.map(({ normalised }) => normalised),
      reading,
    );
    projections.push(...found.projections);
    await pacer.pause();
  }
  return projections;
}
