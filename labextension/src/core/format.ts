/** Numbers as readers see them. */
import type { Axis } from "../data/index.js";

const SI: readonly (readonly [number, string])[] = [
  [1e15, "P"],
  [1e12, "T"],
  [1e9, "G"],
  [1e6, "M"],
  [1e3, "k"],
];

/** @param digits significant ones. */
export function formatNumber(value: number, digits: number): string {
  if (!Number.isFinite(value)) return "–";
  return String(Number(value.toPrecision(digits))).replace("-", "−");
}

/** A value of a quantity, with its unit. */
export function formatValue({ format, unit }: Pick<Axis, "format" | "unit">, value: number, digits: number): string {
  if (!Number.isFinite(value)) return "–";
  if (format === "percent") return `${formatNumber(value * 100, digits)} %`;
  const suffix = unit === "" ? "" : ` ${unit}`;
  if (format === "number") return `${formatNumber(value, digits)}${suffix}`;
  const [factor, prefix] = SI.find(([least]) => Math.abs(value) >= least) ?? [1, ""];
  return `${formatNumber(value / factor, digits)} ${prefix}${unit}`.trimEnd();
}

/** A long name, cut for where there is little room. */
export function shorten(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, Math.max(1, most - 1))}…`;
}

/** Seconds as "8 s", "3 min", "1 h 5 min". */
export function formatSeconds(seconds: number): string {
  if (seconds < 60) return `${Math.ceil(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
