/** Every searcher at what its search cost (METHOD §8): chosen on validation samples, scored on test samples. */
import type { ResultSearcher } from "../../export/index.js";
import { type CostedPoint, FRONTIER_BUDGETS, normalisedHypervolume } from "../../pareto/index.js";
import { SEARCHERS } from "../../search/index.js";
import { meanOf } from "../context.js";
import { type HeaderEntry, type JournalEntry, SERIES } from "../entries.js";
import { type Reading, searcherReading, searchReading } from "../quality.js";
import { costOf, evaluatedBudgets, evaluations, meanNormalisedCost } from "../reading.js";
import { searcherPoints, searcherRecord, searcherSeriesOf } from "./record.js";
import { validationCosts } from "./validationCosts.js";

/** Points of a curve at most. */
const MOST = 60;

type Summary = Omit<ResultSearcher, "hypervolume" | "curve"> & {
  /** Validation points in the order in which they were known, each with the layer-forwards spent until then. */
  readonly known: readonly { readonly point: CostedPoint; readonly work: number }[];
  readonly reading: Reading | null;
};

function teacherOn(entries: readonly JournalEntry[]): { layerForwards: number; seconds: number } {
  const teacher = entries.find((entry) => entry.kind === "teacher" && entry.split === "validation");
  return teacher?.kind === "teacher" ? teacher : { layerForwards: 0, seconds: 0 };
}

/** The differentiable search: its training, and the evaluations among which the validation samples choose. */
function searchSummary(
  entries: readonly JournalEntry[],
  header: HeaderEntry,
  budgets: readonly number[],
): Summary | null {
  const training = entries.find((entry) => entry.kind === "training" && entry.series === SERIES.search);
  const evaluated = evaluations(entries, "validation", SERIES.search);
  if (training?.kind !== "training" || evaluated.length === 0) return null;
  const cost = costOf(header);
  const teacher = teacherOn(entries);
  let work = teacher.layerForwards + training.layerForwards;
  const known = evaluated.map((entry) => {
    work += entry.layerForwards;
    return {
      point: { cost: meanNormalisedCost(entry, header, cost), divergence: meanOf(entry.divergence) },
      work,
    };
  });
  return {
    series: SERIES.search,
    title: "differentiable search",
    seed: header.settings.seed,
    configurations: evaluated.length,
    layerForwards: work,
    seconds: teacher.seconds + training.seconds + evaluated.reduce((sum, { seconds }) => sum + seconds, 0),
    known,
    reading: searchReading(entries, header, budgets),
  };
}

function rivalSummary(
  entries: readonly JournalEntry[],
  header: HeaderEntry,
  series: string,
  budgets: readonly number[],
): Summary | null {
  const record = searcherRecord(entries, header, series)!;
  const { entry, blocks, measured } = record;
  if (measured.length === 0) return null;
  const teacher = teacherOn(entries);
  const points = searcherPoints(record, header, validationCosts(header));
  // A configuration is known with the last block that measured it.
  let work = teacher.layerForwards;
  const workAt = new Map<number, number>();
  for (const block of blocks) {
    work += block.layerForwards;
    for (const configuration of block.configurations) workAt.set(configuration, work);
  }
  const known = measured
    .map(({ index }, i) => ({ point: points[i], work: workAt.get(index)! }))
    .sort((a, b) => a.work - b.work);
  return {
    series,
    title: SEARCHERS[entry.method]?.title ?? entry.method,
    seed: entry.seed,
    configurations: measured.length,
    layerForwards: work,
    seconds: blocks.reduce((sum, { seconds }) => sum + seconds, teacher.seconds),
    known,
    reading: searcherReading(entries, header, series, budgets),
  };
}

/** How the hypervolume grew on the validation samples, at no more than `MOST` places. */
function curveOf(
  { known, layerForwards }: Pick<Summary, "known" | "layerForwards">,
  atZero: number,
  budgets: readonly number[],
): ResultSearcher["curve"] {
  // What was run last may have completed nothing.
  const works = [...new Set([...known.map(({ work }) => work), layerForwards])];
  const step = Math.max(1, works.length / MOST);
  const places = works.filter((_, i) => i === works.length - 1 || Math.floor(i / step) !== Math.floor((i - 1) / step));
  return {
    layerForwards: places,
    hypervolume: places.map((place) => {
      const points = known.filter(({ work }) => work <= place).map(({ point }) => point);
      return normalisedHypervolume(points, atZero, budgets);
    }),
  };
}

/**
 * One summary for the differentiable search and for each searcher that has measured something. Empty while no rival has, or
 * the divergence at budget 0 is not known or 0.
 *
 * Both hypervolumes are read at the search's budgets, or those of METHOD §9 without one, and divided by the test samples'
 * divergence at budget 0.
 */
export function searcherSummaries(entries: readonly JournalEntry[], header: HeaderEntry): ResultSearcher[] {
  const series = searcherSeriesOf(entries);
  const unpruned = entries.find((entry) => entry.kind === "unpruned");
  const atZero = unpruned?.kind === "unpruned" ? meanOf(unpruned.floorDivergence) : 0;
  if (series.length === 0 || !(atZero > 0)) return [];
  const searched = evaluatedBudgets(entries, header).map(({ normalised }) => normalised);
  const budgets = searched.length > 0 ? searched : FRONTIER_BUDGETS;
  return [
    searchSummary(entries, header, budgets),
    ...series.map((one) => rivalSummary(entries, header, one, budgets)),
  ].flatMap((summary): ResultSearcher[] => {
    if (summary === null) return [];
    const { known: _known, reading, ...rest } = summary;
    const scored = reading?.flatMap((entry, i) =>
      entry === null ? [] : [{ cost: budgets[i], divergence: meanOf(entry.divergence) }],
    );
    return [
      {
        ...rest,
        hypervolume: scored === undefined ? null : normalisedHypervolume(scored, atZero, budgets),
        curve: curveOf(summary, atZero, budgets),
      },
    ];
  });
}
