/** What leaves the widget as text: a table of all points, a configuration, code that recreates it. */
import type { FrontierScene } from "./frontierScene.js";
import { ABSENT, DOMINATED, ON_FRONTIER, PROBABLY_DOMINATED } from "./standings.js";

const STANDING_NAMES: Readonly<Record<number, string>> = {
  [ABSENT]: "absent",
  [ON_FRONTIER]: "frontier",
  [PROBABLY_DOMINATED]: "probably dominated",
  [DOMINATED]: "dominated",
};

/** All points that are there at the time looked at, one a line, with a head (RFC 4180). */
export function csvOf(scene: FrontierScene): string {
  scene.update();
  const { points, data } = scene;
  const metrics = data.metrics.flatMap(({ key }) => {
    const column = points.metric(key);
    return [
      { name: key, column: column.value },
      { name: `${key}_low`, column: column.low },
      { name: `${key}_high`, column: column.high },
    ];
  });
  const numbers = [
    { name: "budget", column: points.budget },
    ...data.costs.map(({ key }) => ({ name: `cost_${key}`, column: points.cost(key) })),
    ...metrics,
  ];
  const lines = [["series", "configuration", ...numbers.map(({ name }) => name), "standing"].map(cell).join(",")];
  for (let i = 0; i < scene.length; i++) {
    const values = numbers.map(({ column }) => (Number.isFinite(column[i]!) ? String(column[i]) : ""));
    const texts = [data.series[points.series[i]!]!.name, points.label(i)].map(cell);
    lines.push([...texts, ...values, STANDING_NAMES[scene.standing(i)]!].join(","));
  }
  return lines.join("\r\n") + "\r\n";
}

/** A configuration as plain data. @param shares null where they are not known. */
export function configurationOf(scene: FrontierScene, point: number, shares: readonly number[] | null): object {
  const { points, data } = scene;
  const number = (value: number) => (Number.isFinite(value) ? value : null);
  return {
    id: points.id(point),
    series: data.series[points.series[point]!]!.name,
    configuration: points.label(point),
    budget: number(points.budget[point]!),
    costs: Object.fromEntries(data.costs.map(({ key }) => [key, number(points.cost(key)[point]!)])),
    metrics: Object.fromEntries(
      data.metrics.map(({ key }) => {
        const { value, low, high } = points.metric(key);
        return [key, { value: number(value[point]!), low: number(low[point]!), high: number(high[point]!) }];
      }),
    ),
    shares: shares ?? points.shares(point),
  };
}

/** The data's code with a point's values in their places, as JSON; null where there is none. */
export function codeOf(scene: FrontierScene, point: number, shares: readonly number[] | null): string | null {
  const { code, series } = scene.data;
  if (code === null) return null;
  const { points } = scene;
  const budget = points.budget[point]!;
  const values: Readonly<Record<string, unknown>> = {
    id: points.id(point),
    series: series[points.series[point]!]!.name,
    configuration: points.label(point),
    budget: Number.isFinite(budget) ? budget : null,
    shares: shares ?? points.shares(point),
  };
  return code.replace(/\{(id|series|configuration|budget|shares)\}/g, (_, name: string) =>
    JSON.stringify(values[name]),
  );
}

/** Texts of others stand in a spreadsheet as texts, never as formulas. */
function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
