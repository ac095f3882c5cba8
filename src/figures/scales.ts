/** Scales that a figure fixes itself, so that labels can be placed in pixels before anything is drawn. */

export interface AxisScale {
  readonly type: "linear" | "log" | "symlog";
  /** Where a symlog scale turns from linear to logarithmic; only for that type. */
  readonly constant?: number;
  readonly domain: readonly [number, number];
  /** Positions of the labelled ticks, inside the domain. */
  readonly ticks: readonly number[];
}

function niceStep(span: number, wanted: number): number {
  const rough = span / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = [1, 2, 2.5, 5, 10].find((step) => step * power >= rough * 0.999) ?? 10;
  return factor * power;
}

/**
 * A linear scale over the values, its ends on ticks.
 *
 * @param values finite numbers; none gives 0…1.
 * @param options.zero starts the axis at 0 if all values are above; false unless told.
 * @param options.limit the domain's ends never go beyond these (0…1 for shares).
 */
export function linearScale(
  values: readonly number[],
  options: { zero?: boolean; limit?: readonly [number, number]; ticks?: number } = {},
): AxisScale {
  let low = values.length === 0 ? 0 : values.reduce((a, b) => Math.min(a, b));
  let high = values.length === 0 ? 1 : values.reduce((a, b) => Math.max(a, b));
  if (options.zero) low = Math.min(0, low);
  if (high - low < 1e-12 * Math.max(1, Math.abs(high))) {
    const half = Math.max(Math.abs(high) * 0.1, 1e-9);
    low -= options.zero && low === 0 ? 0 : half;
    high += half;
  }
  const step = niceStep(high - low, options.ticks ?? 5);
  const limit = options.limit ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  const start = Math.max(limit[0], Math.floor(low / step + 1e-9) * step);
  const end = Math.min(Math.max(limit[1], high), Math.ceil(high / step - 1e-9) * step);
  const ticks: number[] = [];
  for (let i = Math.ceil(start / step - 1e-9); i * step <= end + step * 1e-9; i++)
    ticks.push(Number((i * step).toPrecision(12)));
  return { type: "linear", domain: [start, end], ticks };
}

/** Round values between two positive ones: powers of ten, and between them where there are few. */
export function logTicks(low: number, high: number): number[] {
  const decades = Math.log10(high / low);
  const factors = decades < 1.2 ? [1, 2, 3, 5, 7] : decades < 2.5 ? [1, 2, 5] : [1];
  const stride = decades > 8 ? 2 : 1;
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++) {
    if (factors.length === 1 && ((power % stride) + stride) % stride !== 0) continue;
    for (const factor of factors) {
      const tick = Number((factor * 10 ** power).toPrecision(12));
      if (tick >= low * (1 - 1e-9) && tick <= high * (1 + 1e-9)) ticks.push(tick);
    }
  }
  return ticks;
}

/** Below this many nats a divergence is rounding noise of float32 and says nothing more than "none". */
const NOISE = 1e-6;

/**
 * A scale for divergences: linear where they span less than a factor of 20; logarithmic beyond; symlog where some of them
 * are zero, negative or noise, as at the full budget.
 *
 * @param values the divergences drawn, in nats.
 * @param type forces one kind; "auto" unless told. A forced logarithm starts at the smallest value above noise.
 */
export function divergenceScale(
  values: readonly number[],
  type: "auto" | "linear" | "log" | "symlog" = "auto",
): AxisScale {
  const positive = values.filter((value) => value > NOISE);
  const largest = positive.reduce((a, b) => Math.max(a, b), 0);
  const smallest = positive.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  if (positive.length === 0 || type === "linear" || (type === "auto" && largest / smallest <= 20)) {
    return linearScale(values, { zero: true });
  }
  const hasNone = positive.length < values.length;
  if (type === "log" || (type === "auto" && !hasNone)) {
    const domain = [smallest / 1.25, largest * 1.25] as const;
    return { type: "log", domain, ticks: logTicks(...domain) };
  }
  const sorted = [...positive].sort((a, b) => a - b);
  const constant = Math.min(largest / 10, 10 ** Math.floor(Math.log10(sorted[Math.floor(sorted.length * 0.05)]!)));
  const bottom = Math.min(0, ...values.filter((value) => value < -NOISE));
  const domain = [bottom, largest * 1.25] as const;
  return { type: "symlog", constant, domain, ticks: [0, ...logTicks(constant * 0.999, domain[1])] };
}

function transform(scale: AxisScale, value: number): number {
  if (scale.type === "log") return Math.log(Math.max(value, Number.MIN_VALUE));
  if (scale.type === "symlog") return Math.sign(value) * Math.log1p(Math.abs(value / scale.constant!));
  return value;
}

/** Position of a value on an axis of `length` pixels, 0 at the domain's start. */
export function toPixel(scale: AxisScale, value: number, length: number): number {
  const [from, to] = scale.domain.map((end) => transform(scale, end)) as [number, number];
  return ((transform(scale, value) - from) / (to - from)) * length;
}

/** The value at a pixel; the inverse of `toPixel`. */
export function fromPixel(scale: AxisScale, pixel: number, length: number): number {
  const [from, to] = scale.domain.map((end) => transform(scale, end)) as [number, number];
  const t = from + (pixel / length) * (to - from);
  if (scale.type === "log") return Math.exp(t);
  if (scale.type === "symlog") return Math.sign(t) * Math.expm1(Math.abs(t)) * scale.constant!;
  return t;
}
