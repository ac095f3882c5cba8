/** From a journal to the document of results: a function of the entries alone. */
import { EspalierError } from "../errors.js";
import {
  type FrontierPoint,
  type GridSummary,
  type Interval,
  RESULTS_FORMAT,
  RESULTS_VERSION,
  type ResultMean,
  type ResultRow,
  type Results,
} from "../export/index.js";
import { nonDominated } from "../pareto/index.js";
import { countsFromShares } from "../schedules/index.js";
import { Pacer } from "../tensor/index.js";
import { certificates } from "./certificateSummary.js";
import { comparisonsOf } from "./comparisons/summary.js";
import { meanOf, type ScoredSplit } from "./context.js";
import { StudyCosts } from "./costs.js";
import { type EvaluationEntry, type HeaderEntry, type JournalEntry, SERIES } from "./entries.js";
import { INTERVALS, intervals } from "./intervals.js";
import { notesOf } from "./notes.js";
import { frontierQuality } from "./quality.js";
import { costOf, evaluations, meanNormalisedCost } from "./reading.js";
import { type SearcherRecord, searcherConfiguration, searcherRecord } from "./searchers/record.js";
import { searcherSummaries } from "./searchers/summary.js";
import { benchmarkResults } from "./taskMeans.js";

function ofKind<K extends JournalEntry["kind"]>(entries: readonly JournalEntry[], kind: K) {
  return entries.filter((entry) => entry.kind === kind) as Extract<JournalEntry, { kind: K }>[];
}

function meanCounts(counts: readonly (readonly number[])[]): number[] {
  return counts[0].map((_, i) => meanOf(counts.map((row) => row[i])));
}

class Assembly {
  readonly entries: readonly JournalEntry[];
  readonly header: HeaderEntry;
  readonly #pacer: Pacer;
  readonly costs: StudyCosts;

  constructor(entries: readonly JournalEntry[], header: HeaderEntry, pacer: Pacer) {
    this.entries = entries;
    this.header = header;
    this.#pacer = pacer;
    this.costs = new StudyCosts(header);
  }

  /** Evaluations that the report shows: those on test samples that are no mere part of a comparison. */
  get shown(): EvaluationEntry[] {
    return evaluations(this.entries, "test").filter(({ series }) => series !== SERIES.matched);
  }

  async rows(): Promise<ResultRow[]> {
    const { ids, text, visual } = this.header.data.test;
    const rows: ResultRow[] = [];
    for (const entry of this.shown) {
      const { series, configuration, budget, beforeTopUp } = entry;
      entry.counts.forEach((counts, s) => {
        const before =
          beforeTopUp === undefined
            ? {}
            : {
                beforeTopUp: {
                  counts: [...beforeTopUp.counts[s]],
                  cost: { ...this.costs.of(beforeTopUp.counts[s], "test", s) },
                  divergence: beforeTopUp.divergence[s],
                  accuracy: beforeTopUp.accuracy[s],
                },
              };
        rows.push({
          series,
          configuration,
          budget,
          unit: this.header.settings.budgetUnit,
          sample: ids[s],
          visualTokens: visual[s],
          textTokens: text[s],
          counts: [...counts],
          cost: { ...this.costs.of(counts, "test", s) },
          divergence: entry.divergence[s],
          accuracy: entry.accuracy[s],
          ...before,
        });
      });
      await this.#pacer.pause();
    }
    return rows;
  }

  async means(): Promise<ResultMean[]> {
    const { shown } = this;
    const vectors = shown.flatMap(({ divergence, accuracy, beforeTopUp }) => [
      divergence,
      accuracy,
      ...(beforeTopUp === undefined ? [] : [beforeTopUp.divergence, beforeTopUp.accuracy]),
    ]);
    const found = await intervals(vectors, this.#pacer);
    let next = 0;
    const means: ResultMean[] = [];
    for (const entry of shown) {
      const [divergence, accuracy] = [found[next++], found[next++]];
      const benchmarks = benchmarkResults(entry.accuracy, this.header.data.test);
      const mean = {
        ...this.#mean(entry, "test"),
        divergence,
        accuracy,
        ...(benchmarks === undefined ? {} : { benchmarks }),
      };
      if (entry.beforeTopUp === undefined) means.push(mean);
      else {
        const cost = this.costs.mean(entry.beforeTopUp.counts, "test");
        means.push({ ...mean, beforeTopUp: { cost, divergence: found[next++], accuracy: found[next++] } });
      }
      await this.#pacer.pause();
    }
    return [...means, ...(await this.#gridMeans())];
  }

  #mean(
    { series, configuration, budget, counts }: Pick<EvaluationEntry, "series" | "configuration" | "budget" | "counts">,
    split: ScoredSplit,
  ) {
    return {
      series,
      configuration,
      budget,
      unit: this.header.settings.budgetUnit,
      samples: counts.length,
      visualTokens: meanOf(this.header.data[split].visual),
      meanCounts: meanCounts(counts),
      cost: this.costs.mean(counts, split),
    };
  }

  /** The grid, once all of it has been measured; null before. */
  #finishedGrid(): SearcherRecord | null {
    const grid = searcherRecord(this.entries, this.header, SERIES.grid);
    return grid === null || grid.measured.length === 0 || grid.measured.length < grid.shares.length ? null : grid;
  }

  /** The whole grid on the validation samples, from which its best were chosen. */
  async #gridMeans(): Promise<ResultMean[]> {
    const grid = this.#finishedGrid();
    if (grid === null) return [];
    const found = await intervals(
      grid.measured.map(({ divergence }) => divergence),
      this.#pacer,
    );
    const means: ResultMean[] = [];
    for (const [c, { index, shares }] of grid.measured.entries()) {
      const counts = this.header.data.validation.visual.map((visual) => countsFromShares(shares, visual));
      const configuration = searcherConfiguration(SERIES.grid, index);
      const key = { series: SERIES.gridOnValidation, configuration, budget: null, counts };
      means.push({ ...this.#mean(key, "validation"), divergence: found[c], accuracy: null });
      await this.#pacer.pause();
    }
    return means;
  }

  /** The search's configurations that none of its others dominates on validation samples; of evaluated schedules without one. */
  frontier(means: readonly ResultMean[]): FrontierPoint[] {
    const chosenFrom = evaluations(this.entries, "validation", SERIES.search);
    const cost = costOf(this.header);
    const points = chosenFrom.map((entry) => [meanNormalisedCost(entry, this.header, cost), meanOf(entry.divergence)]);
    const names = new Set(nonDominated(points).map((i) => chosenFrom[i].configuration));
    const own = means.filter(({ series, configuration }) => series === SERIES.search && names.has(configuration));
    const listed = own.length > 0 ? own : undominated(means.filter(({ series }) => series === SERIES.schedule));
    return [...listed]
      .sort((a, b) => a.cost.normalised - b.cost.normalised)
      .map((mean) => ({
        series: mean.series,
        configuration: mean.configuration,
        budget: mean.budget,
        cost: mean.cost,
        divergence: mean.divergence,
        accuracy: mean.accuracy,
      }));
  }

  grid(): GridSummary | null {
    const grid = this.#finishedGrid();
    if (grid === null) return null;
    const { blocks, entry } = grid;
    const sum = (of: (block: (typeof blocks)[number]) => number) =>
      blocks.reduce((total, block) => total + of(block), 0);
    return {
      points: grid.measured.length,
      singleStep: Number(entry.settings["singleStep"]),
      randomMonotone: Number(entry.settings["random"]),
      seed: entry.seed,
      distinctPrefixes: distinctPrefixes(grid.shares, this.header.data.validation.visual),
      layerForwards: sum((block) => block.layerForwards),
      unsharedLayerForwards: sum((block) => block.unsharedLayerForwards),
    };
  }

  /** Layer-forwards and seconds by part. */
  effort(): { layerForwards: Record<string, number>; seconds: Record<string, number> } {
    const layerForwards: Record<string, number> = {};
    const seconds: Record<string, number> = {};
    const add = (part: string, entry: { layerForwards: number; seconds: number }) => {
      layerForwards[part] = (layerForwards[part] ?? 0) + entry.layerForwards;
      seconds[part] = (seconds[part] ?? 0) + entry.seconds;
    };
    for (const entry of this.entries) {
      if (entry.kind === "training") add(entry.series, entry);
      else if (entry.kind === "searcherBlock") add(entry.series, entry);
      else if (entry.kind === "teacher") add(`teacher on ${entry.split}`, entry);
      else if (entry.kind === "certificateBlock") add("certificate", entry);
      else if (entry.kind === "evaluation")
        add(entry.series === SERIES.search ? `${entry.split} evaluation` : `${entry.series} evaluation`, entry);
    }
    return { layerForwards, seconds };
  }
}

/** How many prefixes of counts there are in all, over every picture size once. */
function distinctPrefixes(shares: readonly (readonly number[])[], visual: readonly number[]): number {
  const seen = new Set<string>();
  for (const tokens of new Set(visual)) {
    for (const row of shares) {
      let prefix = "";
      for (const count of countsFromShares(row, tokens)) {
        prefix += `${count},`;
        seen.add(prefix);
      }
    }
  }
  return seen.size;
}

function undominated(means: readonly ResultMean[]): ResultMean[] {
  return nonDominated(means.map((mean) => [mean.cost.normalised, mean.divergence.mean])).map((i) => means[i]);
}

function range(values: readonly number[]): { low: number; high: number } {
  return { low: Math.min(...values), high: Math.max(...values) };
}

/** Options of the study's own training, where it has ended. */
function trainingOptions(entries: readonly JournalEntry[]): Record<string, number | string | boolean> {
  const training = ofKind(entries, "training").find(({ series }) => series === SERIES.search);
  if (training === undefined) return {};
  const settings = Object.fromEntries(
    Object.entries(training.settings).map(([key, value]) => [`training.${key}`, value]),
  );
  return { ...settings, "training.converged": training.converged };
}

/**
 * The document of results.
 *
 * @param entries of a study's journal; the first is its header.
 * @throws EspalierError when there is no header, or nothing has been evaluated on test samples yet; Stopped.
 */
export async function assembleResults(entries: readonly JournalEntry[], pacer: Pacer = new Pacer()): Promise<Results> {
  const header = entries[0];
  if (header?.kind !== "header")
    throw new EspalierError("The journal has no header; it is empty or belongs to no study.");
  if (header.data.test.ids.length === 0) {
    throw new EspalierError(`The study ${header.name} has no samples to score; give it some.`);
  }
  const assembly = new Assembly(entries, header, pacer);
  const means = await assembly.means();
  const { layerForwards, seconds } = assembly.effort();
  const { model, settings, data } = header;
  const { shape } = model;
  const session = ofKind(entries, "session").at(-1);
  const unpruned = ofKind(entries, "unpruned").at(0);
  const full = data.test.visual.map((visual) => new Array<number>(shape.layers).fill(visual));
  const unprunedAccuracy: Interval | null = unpruned ? (await intervals([unpruned.accuracy], pacer))[0] : null;
  const unprunedBenchmarks = unpruned ? benchmarkResults(unpruned.accuracy, data.test) : undefined;
  const grid = assembly.grid();
  const searchers = searcherSummaries(entries, header);
  const certified = await certificates(entries, header, pacer);
  return {
    format: RESULTS_FORMAT,
    version: RESULTS_VERSION,
    study: header.name,
    model: {
      name: model.name,
      architecture: model.architecture,
      layers: shape.layers,
      hidden: shape.hidden,
      mlpWidth: shape.intermediate,
      heads: shape.heads,
      keyValueHeads: shape.kvHeads,
      headSize: shape.headDim,
      embedded: model.embedded,
      fingerprint: settings.model,
    },
    data: {
      name: data.name,
      split: data.split,
      samples: data.test.ids.length,
      visualTokens: range(data.test.visual),
      textTokens: range(data.test.text),
      fingerprint: settings.test,
    },
    selector: settings.selector,
    kernelFunction: settings.kernel,
    cost: settings.cost,
    budgetUnit: settings.budgetUnit,
    accuracyMetric: header.accuracyMetric,
    intervals: { ...INTERVALS },
    seeds: {
      study: settings.seed,
      ...(grid?.seed === undefined ? {} : { grid: grid.seed }),
      bootstrap: INTERVALS.seed,
    },
    seconds,
    layerForwards,
    overheadMacs: header.overheadMacs,
    backend: session?.backend ?? { name: "unknown" },
    versions: session?.versions ?? {},
    options: {
      conditioning: settings.conditioning,
      trainSamples: data.trainSamples,
      validationSamples: data.validation.ids.length,
      ...(unpruned ? { divergenceAtBudget0: meanOf(unpruned.floorDivergence) } : {}),
      ...trainingOptions(entries),
    },
    notes: notesOf(entries, header),
    unpruned: {
      cost: assembly.costs.mean(full, "test"),
      accuracy: unprunedAccuracy,
      ...(unprunedBenchmarks === undefined ? {} : { benchmarks: unprunedBenchmarks }),
    },
    means,
    frontier: assembly.frontier(means),
    grid,
    comparisons: await comparisonsOf(entries, header, pacer),
    quality: await frontierQuality(entries, header, pacer),
    ...(searchers.length === 0 ? {} : { searchers }),
    ...(certified.length === 0 ? {} : { certificates: certified }),
    rows: await assembly.rows(),
  };
}
