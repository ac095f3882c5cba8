/** Made-up but plausible results for the tests of documents and drawings: a search, a grid, controls, with their rows. */
import type { Interval, ResultCost, ResultMean, ResultRow, Results } from "../../src/export/index.js";
import { Random } from "../../src/tensor/random.js";

const LAYERS = 8;
const HIDDEN = 128;
const TEXT = 32;

/** Cost of counts in every unit, by the paper's formula and a plain exact one. */
function costOf(counts: readonly number[], visualTokens: number): ResultCost {
  const layer = (n: number) => 4 * n * HIDDEN ** 2 + 2 * n * n * HIDDEN + 3 * n * HIDDEN * 4 * HIDDEN;
  const macs = (list: readonly number[]) => list.reduce((sum, count) => sum + layer(TEXT + count), 0);
  const full = macs(counts.map(() => visualTokens));
  const least = macs(counts.map((_, i) => (i === 0 ? visualTokens : 0)));
  const text = macs(counts.map(() => 0));
  const exactMacs = macs(counts);
  return {
    paperMacs: Math.round(exactMacs * 0.9),
    exactMacs,
    exactFlops: 2 * exactMacs,
    kvBytes: counts.reduce((sum, count) => sum + (TEXT + count) * 2 * HIDDEN * 4, 0),
    normalised: (exactMacs - least) / (full - least),
    share: exactMacs / full,
    textOnly: (exactMacs - text) / (full - text),
  };
}

function scheduleOf(budget: number, bend: number, visualTokens: number): number[] {
  const counts = [visualTokens];
  for (let i = 1; i < LAYERS; i++) {
    const fall = 1 / (1 + Math.exp((i - LAYERS * budget) * bend));
    counts.push(Math.min(counts[i - 1]!, Math.round(visualTokens * Math.min(1, fall * (0.6 + budget * 0.45)))));
  }
  return counts;
}

function intervalOf(values: readonly number[], limit = Number.POSITIVE_INFINITY): Interval {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / Math.max(1, values.length - 1);
  const half = 1.96 * Math.sqrt(variance / values.length);
  return { mean, low: Math.max(0, mean - half), high: Math.min(limit, mean + half) };
}

function meanOf(rows: readonly ResultRow[]): ResultMean {
  const first = rows[0]!;
  const average = (pick: (row: ResultRow) => number) => rows.reduce((sum, row) => sum + pick(row), 0) / rows.length;
  const units = Object.keys(first.cost) as (keyof ResultCost)[];
  return {
    series: first.series,
    configuration: first.configuration,
    budget: first.budget,
    unit: first.unit,
    samples: rows.length,
    visualTokens: average((row) => row.visualTokens),
    meanCounts: first.counts.map((_, i) => average((row) => row.counts[i]!)),
    cost: Object.fromEntries(units.map((unit) => [unit, average((row) => row.cost[unit]!)])) as unknown as ResultCost,
    divergence: intervalOf(rows.map((row) => row.divergence)),
    accuracy: intervalOf(
      rows.map((row) => row.accuracy!),
      1,
    ),
  };
}

export interface SyntheticOptions {
  readonly gridPoints?: number;
  readonly samples?: number;
  readonly budgets?: readonly number[];
  readonly controls?: readonly string[];
  readonly keepRows?: boolean;
}

/** Results as a search of the embedded model would give them; the same options give the same results. */
export function syntheticResults(options: SyntheticOptions = {}): Results {
  const random = new Random(20);
  const samples = options.samples ?? 24;
  const budgets = options.budgets ?? [0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];
  const controls = options.controls ?? ["control:random", "control:uniform stride", "control:downsampled"];
  const difficulty = Array.from({ length: samples }, () => Math.exp(0.5 * random.normal()));
  const groups: ResultRow[][] = [];

  const evaluate = (
    series: string,
    configuration: string,
    budget: number | null,
    bend: number,
    level: number,
    at: number,
  ) => {
    const rows = difficulty.map((hard, s): ResultRow => {
      const visualTokens = s % 2 === 0 ? 64 : 48;
      const counts = scheduleOf(Math.min(0.99, at * (1 + 0.04 * random.normal())), bend, visualTokens);
      const cost = costOf(counts, visualTokens);
      const kept = Math.max(0, Math.min(1, cost.normalised));
      const divergence = level * hard * 1.6 * Math.exp(-6.5 * kept) * (1 - kept) * Math.exp(0.25 * random.normal());
      const accuracy = random.uniform() < 0.93 * Math.exp(-0.55 * divergence) ? 1 : 0;
      const row = { series, configuration, budget, unit: "normalised", sample: `shapes-${s}`, visualTokens } as const;
      return { ...row, textTokens: TEXT, counts, cost, divergence, accuracy };
    });
    groups.push(rows);
  };

  for (const budget of budgets) evaluate("search", `predictor@${budget}`, budget, 1.6, 0.55, budget);
  controls.forEach((control, i) => {
    for (const budget of budgets) evaluate(control, `${control}@${budget}`, budget, 1.6, 1.3 + i * 0.9, budget);
  });
  for (let i = 0; i < (options.gridPoints ?? 120); i++) {
    const level = 0.62 + Math.abs(random.normal()) * 1.1;
    evaluate("grid", `grid-${i}`, null, random.between(0.3, 4), level, random.uniform());
  }

  const means = groups.map(meanOf);
  const bySearch = means.filter((mean) => mean.series === "search").sort((a, b) => a.cost.share - b.cost.share);
  let least = Number.POSITIVE_INFINITY;
  const frontier = bySearch.filter((mean) => {
    if (mean.divergence.mean >= least) return false;
    least = mean.divergence.mean;
    return true;
  });
  const full = costOf(new Array<number>(LAYERS).fill(64), 64);
  return {
    format: "espalier.results",
    version: 1,
    study: "quickstart",
    model: {
      name: "espalier-shapes",
      architecture: "Qwen2_5_VLForConditionalGeneration",
      layers: LAYERS,
      hidden: HIDDEN,
      embedded: true,
      fingerprint: "sha256:5b1d",
    },
    data: { name: "shapes", split: "test", samples, visualTokens: { low: 48, high: 64 } },
    selector: "fastv",
    kernelFunction: "multiStep",
    cost: "exact",
    budgetUnit: "normalised",
    accuracyMetric: "accuracy",
    intervals: { level: 0.95, method: "paired bootstrap over samples", resamples: 10_000, seed: 7 },
    seeds: { search: 1, grid: 2 },
    seconds: { search: 212.5, grid: 318.25 },
    layerForwards: { search: 52_000, teacher: 4_096, grid: 980_000 },
    overheadMacs: { visionTower: 1.2e9, selector: 3e5, predictor: 1e6, head: 2e7 },
    backend: { name: "tensorflow-cpu", threads: 2 },
    versions: { espalier: "0.1.0", node: "20.20.0" },
    unpruned: { cost: full, accuracy: { mean: 0.93, low: 0.9, high: 0.96 } },
    means,
    frontier: frontier.map(({ series, configuration, budget, cost, divergence, accuracy }) => ({
      ...{ series, configuration, budget, cost, divergence, accuracy },
    })),
    grid: {
      points: options.gridPoints ?? 120,
      seed: 2,
      distinctPrefixes: 3_001,
      layerForwards: 980_000,
      unsharedLayerForwards: 1_400_000,
    },
    comparisons: controls.map((control, i) => ({
      a: "search",
      b: control,
      metric: "divergence" as const,
      budget: 0.3,
      unit: "normalised" as const,
      difference: -0.12 - 0.1 * i,
      low: -0.2 - 0.1 * i,
      high: i === 0 ? 0.01 : -0.05,
      pValue: i === 0 ? 0.09 : 0.001,
      pHolm: i === 0 ? 0.09 : 0.003,
      samples,
      matched: true,
      verdict: i === 0 ? ("not distinguishable" as const) : ("a better" as const),
    })),
    quality: { hypervolume: 0.912, referenceHypervolume: 0.915, regret: 0.0033 },
    rows: options.keepRows === false ? [] : groups.flat(),
  };
}
