/** Data of the schedule widget, made up. */
import { PNG } from "pngjs";

export interface SampleOptions {
  /** L; 12 unless told. */
  readonly layers?: number;
  readonly prediction?: boolean;
  readonly certificate?: boolean;
  readonly pictures?: boolean;
}

const SIDE = 48;

/** Base64 of a PNG: a disc before three stripes. */
export const PICTURE = drawPicture();

function drawPicture(): string {
  const png = new PNG({ width: SIDE, height: SIDE });
  const stripes = [
    [190, 60, 50],
    [70, 150, 80],
    [60, 90, 170],
  ] as const;
  for (let i = 0; i < SIDE * SIDE; i++) {
    const [x, y] = [i % SIDE, Math.floor(i / SIDE)];
    const disc = Math.hypot(x - 26, y - 22) < 11;
    const [red, green, blue] = disc ? [250, 240, 220] : stripes[Math.floor((3 * x) / SIDE)]!;
    png.data.set([red, green, blue, 255], 4 * i);
  }
  return PNG.sync.write(png).toString("base64");
}

export const VISUAL_TOKENS = 144;

const ROWS = 12;
const COLUMNS = 12;

/** Kept shares that fall in steps. */
function steps(layers: number, cuts: readonly (readonly [at: number, share: number])[]): number[] {
  return Array.from({ length: layers }, (_, i) => {
    const cut = cuts.findLast(([at]) => i >= Math.max(1, Math.round(at * layers)));
    return cut === undefined ? 1 : cut[1];
  });
}

/** The rows of the sample: a stepped schedule, an early cut and a late one. */
export function sampleSchedules(layers: number) {
  const row = (id: string, label: string, shares: readonly number[], known: readonly [number, number]) => ({
    ...{ id, label, shares, cost: sampleCost(shares) },
    ...{ divergence: known[0], accuracy: known[1] },
  });
  const stepped = steps(layers, [
    [0.25, 0.75],
    [0.5, 0.41],
    [0.75, 0.125],
  ]);
  return [
    row("search/budget 0.5", "search, budget 50 %", stepped, [0.0123, 0.952]),
    row("fixed/FastV", "FastV, half after layer 2", steps(layers, [[2 / 12, 0.5]]), [0.0871, 0.906]),
    row("fixed/VTW", "VTW, none after layer 6", steps(layers, [[0.5, 0]]), [0.214, 0.734]),
  ];
}

/** Deaths that fit shares: patches farther from a point die first. */
function deaths(shares: readonly number[], centre: readonly [number, number]): string {
  const layers = shares.length;
  const order = Array.from({ length: ROWS * COLUMNS }, (_, patch) => patch).sort((a, b) => far(a) - far(b));
  function far(patch: number): number {
    return Math.hypot(Math.floor(patch / COLUMNS) - centre[0], (patch % COLUMNS) - centre[1]);
  }
  const bytes = new Array<number>(ROWS * COLUMNS).fill(layers);
  order.forEach((patch, rank) => {
    const first = shares.findIndex((share) => Math.floor(share * bytes.length + 0.5) <= rank);
    bytes[patch] = first < 0 ? layers : first;
  });
  const wide = layers > 255;
  return Buffer.from(wide ? bytes.flatMap((one) => [one % 256, Math.floor(one / 256)]) : bytes).toString("base64");
}

/** What the sample's prediction gives, straight from its definition. */
export function sampleCost(shares: readonly number[]): number {
  const layers = shares.length;
  return shares.reduce((sum, share) => sum + (0.9 * share + 0.1 * share ** 2) / layers, -1 / layers);
}

/** @returns MIME data, as JSON has them. */
export function scheduleSample(options: SampleOptions = {}) {
  const { layers = 12, prediction = true, certificate = false, pictures = true } = options;
  const schedules = sampleSchedules(layers);
  const column = (value: number) => new Array<number>(layers).fill(value);
  const picture = (id: string, question: string, centre: readonly [number, number]) => ({
    ...{ id, question, image: PICTURE, mime: "image/png", rows: ROWS, columns: COLUMNS },
    death: Object.fromEntries(schedules.map((row) => [row.id, deaths(row.shares, centre)])),
  });
  return {
    version: 1,
    widget: "w1",
    frontier: "w0",
    title: "Schedule of search at half the cost",
    subtitle: "espalier-tiny on the embedded benchmark · selector fastv · 64 samples",
    layers,
    visualTokens: VISUAL_TOKENS,
    schedules,
    prediction: prediction
      ? { constant: -1 / layers, linear: column(0.9 / layers), quadratic: column(0.1 / layers) }
      : null,
    pictures: pictures
      ? [
          picture("sample 17", "Which third of the flag is green?", [5, 6]),
          picture("sample 18", "What is in the upper left corner?", [1, 2]),
        ]
      : [],
    certificate: certificate ? sampleCertificate(layers, schedules[0]!.id) : null,
    code: "await study.evaluate({ shares: {shares} });",
  };
}

/** Prices that fall with the layers. */
export function sampleCertificate(layers: number, schedule: string) {
  const side = (factor: number) => {
    const price = Array.from({ length: layers }, (_, i) => (i === 0 ? null : factor * (0.05 + 0.4 * Math.exp(-i / 3))));
    return {
      price,
      low: price.map((value) => (value === null ? null : value - 0.06)),
      high: price.map((value) => (value === null ? null : value + 0.08)),
    };
  };
  return { schedule, more: side(1), less: side(1.25), verdict: "The prices differ by a factor of 4." };
}
