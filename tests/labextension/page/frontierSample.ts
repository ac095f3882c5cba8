/** Frontiers for tests, made from a seed: MIME data as a kernel writes them. */

/** Rising from 0; the same seed, the same numbers (mulberry32). */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export interface SampleOptions {
  readonly points?: number;
  readonly seed?: number;
  /** Number of the first; rising from there. */
  readonly first?: number;
}

const NAMES = ["search", "grid", "uniformStride", "random"] as const;
const LAYERS = 12;

/** Columns of points, as of a file or an `append` message; a point's number decides what it is. */
export function sampleColumns({ points = 120, seed = 1, first = 0 }: SampleOptions = {}) {
  const series: number[] = [];
  const cost: number[] = [];
  const divergence: number[] = [];
  for (let i = 0; i < points; i++) {
    // By its number alone, so that points are the same in whatever batches they come.
    const next = random(seed * 1_000_003 + first + i);
    const own = (first + i) % NAMES.length;
    const c = 0.05 + 0.95 * next();
    const late = Math.exp(-(first + i) / 60);
    const handicap = [1, 1.8, 6, 8][own]!;
    series.push(own);
    cost.push(c);
    divergence.push(2.4 * Math.exp(-7.5 * c) * handicap * 10 ** ((1 + 0.4 * late) * next()));
  }
  const around = (factor: number) => divergence.map((value) => value * factor);
  const accuracy = divergence.map((value) => Math.max(0, Math.min(1, 0.98 - 0.35 * value)));
  return {
    label: series.map((own, i) => `${NAMES[own]}-${first + i}`),
    series,
    budget: series.map((own, i) => (own === 0 ? Number(cost[i]!.toFixed(2)) : null)),
    order: series.map((_, i) => first + i),
    costs: { normalised: cost, kvBytes: cost.map((c) => Math.round(c * 6.4e8)) },
    metrics: {
      divergence: { value: divergence, low: around(0.72), high: around(1.36) },
      accuracy: {
        value: accuracy,
        low: accuracy.map((a) => a - 0.03),
        high: accuracy.map((a) => Math.min(1, a + 0.03)),
      },
    },
    shares: series.map((own, i) =>
      own === 0 ? Array.from({ length: LAYERS }, (_, l) => Math.max(0.02, 1 - (l / LAYERS) * (1.4 - cost[i]!))) : null,
    ),
  };
}

/** Data of a frontier with four series, two costs and two metrics. */
export function sampleFrontier(options: SampleOptions = {}) {
  const points = sampleColumns(options);
  return {
    version: 1,
    widget: "sample",
    title: "espalier-tiny on the embedded benchmark",
    subtitle: "64 samples · selector fastv · 95 % intervals",
    costs: [
      {
        key: "normalised",
        label: "Cost of the visual tokens",
        unit: "",
        format: "percent",
        better: "lower",
        scale: "linear",
      },
      { key: "kvBytes", label: "KV cache", unit: "B", format: "si", better: "lower", scale: "linear" },
    ],
    metrics: [
      {
        key: "divergence",
        label: "Divergence from the unpruned model",
        unit: "nats",
        format: "number",
        better: "lower",
        scale: "auto",
      },
      { key: "accuracy", label: "Accuracy", unit: "", format: "percent", better: "higher", scale: "linear" },
    ],
    series: [
      { name: "search", label: "search", role: "search", kind: "curve", searchCost: 18_400 },
      { name: "grid", label: "reference grid", role: "grid", kind: "cloud", searchCost: 61_000 },
      {
        name: "control:uniformStride",
        label: "uniformStride (control)",
        role: "control",
        kind: "curve",
        searchCost: null,
      },
      { name: "control:random", label: "random (control)", role: "control", kind: "curve", searchCost: null },
    ],
    points,
    evaluated: points.label.length,
    unpruned: { accuracy: 0.984 },
    constraints: [{ axis: "divergence", value: 0.05, label: "at most 0.05 nats" }],
    comparisons: [] as object[],
    hypervolume: {
      cost: Array.from({ length: 30 }, (_, i) => i * 620),
      value: Array.from({ length: 30 }, (_, i) => 0.9 - 0.6 * Math.exp(-i / 6)),
      unit: "layer-forwards",
    },
    selected: null as string | null,
    budget: null as number | null,
    pinned: [] as string[],
    code: "const chosen = results.find(({ series, configuration }) => series === {series} && configuration === {configuration});",
  };
}
