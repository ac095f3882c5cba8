/** Numbers as people read them: the same words in the table, the figures and the page. */
import type { CostUnit, Interval, ResultBudgetUnit } from "./results.js";

/** No-break thin space between a number and its unit, so that neither wraps alone. */
const GAP = "\u202f";

function significant(value: number, digits: number): string {
  if (value === 0) return "0";
  // Rounded first: 0.9996 has three digits as 1.00, not as 1.000.
  const magnitude = Math.abs(Number(value.toPrecision(digits)));
  if (magnitude >= 1e6 || magnitude < 1e-4) return value.toExponential(Math.max(0, digits - 1));
  const decimals = Math.max(0, digits - 1 - Math.floor(Math.log10(magnitude)));
  return value.toFixed(Math.min(decimals, 20));
}

function scaled(value: number, steps: readonly string[], base: number): string {
  let index = 0;
  let rest = value;
  // 999.5 would be written as "1000" of the smaller unit.
  while (Math.abs(rest) >= base - 0.5 && index < steps.length - 1) {
    rest /= base;
    index++;
  }
  return `${index === 0 && Number.isInteger(rest) ? rest : significant(rest, 3)}${GAP}${steps[index]}`;
}

/** A share in 0…1 as a percentage: `7.5%`, `30%`; `digits` decimals at most, 1 unless told. */
export function formatPercent(share: number, digits = 1): string {
  return `${Number((share * 100).toFixed(digits))}%`;
}

/** A divergence in nats, three significant digits, without its unit. */
export function formatDivergence(nats: number): string {
  return significant(nats, 3);
}

/** A cost in words: per cents for the relative units, SI prefixes for MACs and FLOPs, binary ones for bytes. */
export function formatCost(value: number, unit: CostUnit): string {
  switch (unit) {
    case "normalised":
    case "share":
    case "textOnly":
      return formatPercent(value);
    case "paperMacs":
    case "exactMacs":
      return scaled(value, ["MAC", "kMAC", "MMAC", "GMAC", "TMAC", "PMAC"], 1000);
    case "exactFlops":
      return scaled(value, ["FLOP", "kFLOP", "MFLOP", "GFLOP", "TFLOP", "PFLOP"], 1000);
    case "kvBytes":
      return scaled(value, ["B", "KiB", "MiB", "GiB", "TiB"], 1024);
    case "ms":
      return `${significant(value, 3)}${GAP}ms`;
  }
}

/** A budget in its own unit; `null`, a configuration that was given no budget, is a dash. */
export function formatBudget(budget: number | null, unit: ResultBudgetUnit): string {
  return budget === null ? "–" : formatCost(budget, unit);
}

/** `0.0123 [0.0101, 0.0150]` in nats. */
export function formatDivergenceInterval(interval: Interval): string {
  const [mean, low, high] = [interval.mean, interval.low, interval.high].map(formatDivergence);
  return `${mean} [${low}, ${high}]`;
}

/** `78.1% [75.0, 81.0]`; a dash where there is no accuracy. */
export function formatAccuracyInterval(interval: Interval | null): string {
  if (interval === null) return "–";
  const [mean, low, high] = [interval.mean, interval.low, interval.high].map((value) => (value * 100).toFixed(1));
  return `${mean}% [${low}, ${high}]`;
}

/** What each cost unit is called on an axis or above a column. */
export const COST_UNIT_NAMES: Readonly<Record<CostUnit, string>> = {
  paperMacs: "Cost, MACs of the paper's formula",
  exactMacs: "Cost, MACs",
  exactFlops: "Cost, FLOPs",
  kvBytes: "KV cache, bytes",
  normalised: "Cost of the visual tokens (0%: none after layer 0, 100%: unpruned)",
  share: "Cost, share of the unpruned model",
  textOnly: "Cost above text alone, share of the unpruned model",
  ms: "Latency, ms",
};

/** A series' name for people: `control:random` becomes `random (control)`, `recipe:vtw` `vtw (recipe)`, `grid` `reference grid`. */
export function seriesLabel(series: string): string {
  if (series === "grid") return "reference grid";
  const [, kind, name] = /^(control|recipe):(.+)$/s.exec(series) ?? [];
  return kind === undefined ? series : `${name} (${kind})`;
}

/** A model's name, with the remark that it is the one that ships with Espalier. */
export function modelLabel({ name, embedded }: { readonly name: string; readonly embedded: boolean }): string {
  return embedded ? `${name} (embedded model)` : name;
}

/** `64`, or `60–72` where the ends differ. */
export function formatRange({ low, high }: { readonly low: number; readonly high: number }): string {
  return low === high ? String(low) : `${low}–${high}`;
}

/** Text without control characters, so that a name from a file cannot move the cursor or colour a terminal. */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, "�");
}
