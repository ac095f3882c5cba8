/**
 * The best schedule with one cut at a given cost, for runtimes that prune once: every visual token up to a layer, one share of
 * them from there on. It is chosen on the validation samples, by the reference grid, and its loss is stated on the test samples.
 */
import { EspalierError } from "../../errors.js";
import { countsFromShares } from "../../schedules/index.js";
import { bootstrapDifference } from "../../statistics/index.js";
import { Random } from "../../tensor/index.js";
import { GRID_ON_VALIDATION, type Interval, type ResultMean, type ResultRow, type Results } from "../results.js";
import { meanKey } from "../validate.js";

/** Every visual token before `layer`, the share of them from there on. */
export interface SingleCut {
  /** From 1 up. */
  readonly layer: number;
  /** 0 … 1 */
  readonly share: number;
  /** The schedule, [L]. */
  readonly shares: readonly number[];
}

/** What a cut costs in nats, sample by sample, against the schedule in whose place it stands. */
export interface SingleCutLoss {
  /** Mean divergence with the cut minus that without. */
  readonly difference: Interval;
  /** Of the interval. */
  readonly level: number;
  /** Pairs. */
  readonly samples: number;
  /** Mean divergences in nats, of the cut and of the schedule. */
  readonly divergence: readonly [cut: number, schedule: number];
  /** Mean normalised costs, of the cut and of the schedule. */
  readonly cost: readonly [cut: number, schedule: number];
}

/** One point of a layer's curve: what remains behind the cut, and what it costs on the validation samples. */
interface Point {
  readonly share: number;
  readonly cost: number;
  readonly divergence: number;
}

/** Layer and share of a mean with one cut; null of others, and where nothing is cut. */
function cutOf({ meanCounts, visualTokens }: ResultMean): { layer: number; share: number } | null {
  const layer = meanCounts.findIndex((count) => count < meanCounts[0]);
  if (layer < 1 || meanCounts.slice(layer).some((count) => count !== meanCounts[layer])) return null;
  return { layer, share: meanCounts[layer] / visualTokens };
}

/** The largest share at which a curve costs no more, with the divergence there; null where it always costs more. */
function readAt(points: readonly Point[], cost: number): Point | null {
  const next = points.findIndex((point) => point.cost > cost);
  if (next < 0) return points[points.length - 1];
  if (next === 0) return null;
  const [low, high] = [points[next - 1], points[next]];
  // Costs are convex in the share: a straight line between two points lies above them, so its reading is never over the cost.
  const part = (cost - low.cost) / (high.cost - low.cost);
  return {
    share: low.share + part * (high.share - low.share),
    cost,
    divergence: low.divergence + part * (high.divergence - low.divergence),
  };
}

/**
 * The cut of least divergence at a cost, read between the grid's schedules with one cut.
 *
 * @param results of a study with a reference grid.
 * @param cost normalised.
 * @throws EspalierError where the results have no reference grid, and where no cut is that cheap.
 *
 * @example
 * await study.grid();
 * const { layer, share, shares } = chooseSingleCut(await study.results(), 0.3);
 * writeScheduleFile("single-cut.json", { common: { shares }, samples: new Map(), about: { layer, share } });
 */
export function chooseSingleCut(results: Results, cost: number): SingleCut {
  const { layers } = results.model;
  const curves = new Map<number, Point[]>();
  for (const mean of results.means) {
    const cut = mean.series === GRID_ON_VALIDATION ? cutOf(mean) : null;
    if (cut === null) continue;
    const curve = curves.get(cut.layer) ?? [];
    curves.set(cut.layer, curve);
    curve.push({ share: cut.share, cost: mean.cost.normalised, divergence: mean.divergence.mean });
  }
  if (curves.size === 0) {
    throw new EspalierError(
      "A single cut is chosen among the reference grid's, and these results have no grid; give the study one with espalier search --grid.",
    );
  }
  const read = [...curves].flatMap(([layer, points]) => {
    const whole = { share: 1, cost: 1, divergence: 0 };
    const point = readAt([...points.sort((a, b) => a.share - b.share), whole], cost);
    return point === null ? [] : [{ layer, ...point }];
  });
  if (read.length === 0) {
    throw new EspalierError(
      `No single cut costs ${Number(cost.toPrecision(4))} (normalised) or less; ask for a larger budget.`,
    );
  }
  const best = read.reduce((least, one) => (one.divergence < least.divergence ? one : least));
  // Whole tokens of the largest pictures, so that executed counts do not round up above the cost.
  const most = Math.max(1, results.data.visualTokens.high);
  const share = Math.floor(best.share * most + 1e-9) / most;
  const shares = Array.from({ length: layers }, (_, i) => (i < best.layer ? 1 : share));
  return { layer: best.layer, share, shares };
}

/** Series whose schedules are run on the test samples with the study's own selector, as they stand. */
const OWN_SERIES: readonly string[] = ["grid", "schedule"];

/** Rows of whatever was executed with just these shares; null where nothing was. */
function rowsOf(results: Results, shares: readonly number[]): ResultRow[] | null {
  const groups = new Map<string, ResultRow[]>();
  for (const row of results.rows) {
    if (!OWN_SERIES.includes(row.series)) continue;
    const key = meanKey(row);
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  const same = ({ counts, visualTokens }: ResultRow) =>
    countsFromShares(shares, visualTokens).every((count, i) => count === counts[i]);
  return [...groups.values()].find((rows) => rows.every(same)) ?? null;
}

const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * What a cut loses against one of the study's configurations, paired by test sample.
 *
 * @param results of the study, after the cut was run with it.
 * @param cut what `chooseSingleCut` chose.
 * @param against the configuration, such as a point of the frontier.
 * @returns null where the cut was not run on the test samples.
 *
 * @example
 * const { point } = await study.best({ budget: 0.3 });
 * const cut = chooseSingleCut(await study.results(), point.cost.normalised);
 * await study.evaluate({ shares: cut.shares });
 * console.log(singleCutLoss(await study.results(), cut, point)?.difference); // nats, with an interval
 */
export function singleCutLoss(
  results: Results,
  cut: SingleCut,
  against: Pick<ResultMean, "series" | "configuration" | "budget">,
): SingleCutLoss | null {
  const found = rowsOf(results, cut.shares);
  const key = meanKey(against);
  const schedule = results.rows.filter((row) => meanKey(row) === key);
  const bySample = new Map(found?.map((row) => [row.sample, row]));
  const pairs = schedule.flatMap((row) => {
    const own = bySample.get(row.sample);
    return own === undefined ? [] : [[own, row] as const];
  });
  if (pairs.length === 0) return null;
  const of = (side: 0 | 1, value: (row: ResultRow) => number) => pairs.map((pair) => value(pair[side]));
  const divergence = [of(0, (row) => row.divergence), of(1, (row) => row.divergence)] as const;
  const cost = [of(0, (row) => row.cost.normalised), of(1, (row) => row.cost.normalised)] as const;
  const { level, resamples, seed = 0 } = results.intervals;
  const { mean, interval } = bootstrapDifference(...divergence, { random: new Random(seed), resamples, level });
  return {
    difference: { mean, low: interval?.low ?? mean, high: interval?.high ?? mean },
    level,
    samples: pairs.length,
    divergence: [meanOf(divergence[0]), meanOf(divergence[1])],
    cost: [meanOf(cost[0]), meanOf(cost[1])],
  };
}
