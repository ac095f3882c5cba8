/** MIME data as somebody would send them who wants to run something in the reader's browser, or to bring it down. */

type Json = Record<string, unknown>;

const SCRIPTS = [
  "<script>globalThis.hacked = true</script>",
  '<img src="http://attacker.test/x.png" onerror="globalThis.hacked = true">',
  "javascript:globalThis.hacked=true",
  "[this.constructor.constructor('globalThis.hacked=true')()]",
  "datum['constructor']['constructor']('globalThis.hacked = true')()",
  `${"$"}{globalThis.hacked = true}`,
  '"; globalThis.hacked = true; "',
];

/** A small frontier without fault. */
export function plainFrontier(): Json {
  return {
    version: 1,
    widget: "plain",
    title: "Frontier",
    subtitle: "",
    costs: [{ key: "normalised", label: "Cost", unit: "", format: "percent", better: "lower", scale: "linear" }],
    metrics: [
      { key: "divergence", label: "Divergence", unit: "nats", format: "number", better: "lower", scale: "auto" },
    ],
    series: [{ name: "search", role: "search", kind: "curve", searchCost: 10 }],
    points: {
      label: ["a", "b", "c"],
      series: [0, 0, 0],
      budget: [0.1, 0.5, 0.9],
      order: [0, 1, 2],
      costs: { normalised: [0.1, 0.5, 0.9] },
      metrics: { divergence: { value: [1, 0.5, 0.1], low: [0.9, 0.4, 0.05], high: [1.1, 0.6, 0.2] } },
    },
    evaluated: 3,
    code: "code({configuration})",
  };
}

function plainSchedule(): Json {
  return {
    version: 1,
    widget: "plain schedule",
    title: "Schedule",
    layers: 3,
    visualTokens: 4,
    schedules: [{ id: "a", label: "a", shares: [1, 0.5, 0.25], cost: 0.5, divergence: 0.1, accuracy: null }],
    pictures: [],
  };
}

/** A copy with something else at a path. */
function changed(data: Json, path: string, value: unknown): Json {
  const copy = structuredClone(data);
  const keys = path.split(".");
  const last = keys.pop()!;
  let place: Json = copy;
  for (const key of keys) place = place[key] as Json;
  // As JSON.parse makes it: a field of this name, and not another prototype.
  Object.defineProperty(place, last, { value, enumerable: true, configurable: true, writable: true });
  return { ...copy, widget: `${path} ${String(value).slice(0, 20)}` };
}

export function hostileFrontiers(): Json[] {
  const plain = plainFrontier();
  const texts = [
    "title",
    "subtitle",
    "code",
    "costs.0.label",
    "costs.0.key",
    "metrics.0.unit",
    "series.0.name",
    "points.label.0",
  ];
  return [
    ...SCRIPTS.flatMap((script) => texts.map((path) => changed(plain, path, script))),
    ...[
      "title",
      "costs",
      "metrics",
      "series",
      "points",
      "points.label",
      "points.costs.normalised",
      "evaluated",
      "points.metrics.divergence",
    ].flatMap((path) => [null, 3, "text", [], {}, [null], true].map((value) => changed(plain, path, value))),
    changed(plain, "__proto__", { polluted: true }),
    changed(plain, "points.costs.__proto__", [1, 2, 3]),
    changed(plain, "costs.0.key", "__proto__"),
    changed(plain, "series.0.name", "constructor"),
    changed(plain, "title", "x".repeat(5_000_000)),
    changed(plain, "points.series", [0, 0, 1e9]),
    changed(plain, "points.costs.normalised", [1e308, -1e308, 0]),
    changed(plain, "$schema", "http://attacker.test/schema.json"),
    changed(plain, "version", 99),
  ];
}

export function hostileSchedules(): Json[] {
  const plain = plainSchedule();
  const picture = {
    id: "p",
    image: "AAAA",
    mime: "image/png",
    rows: 1,
    columns: 1,
    death: { a: "AA==" },
    question: null,
  };
  return [
    ...SCRIPTS.flatMap((script) =>
      ["title", "schedules.0.label", "schedules.0.id"].map((path) => changed(plain, path, script)),
    ),
    ...["layers", "schedules", "schedules.0.shares", "visualTokens", "pictures", "prediction", "certificate"].flatMap(
      (path) => [3, "text", [null], { length: 1e9 }, -1].map((value) => changed(plain, path, value)),
    ),
    changed(plain, "pictures", [{ ...picture, image: 'x" onerror="globalThis.hacked=true' }]),
    changed(plain, "pictures", [{ ...picture, mime: "image/svg+xml" }]),
    changed(plain, "pictures", [{ ...picture, mime: "text/html" }]),
    changed(plain, "pictures", [{ ...picture, rows: 1e6, columns: 1e6 }]),
    changed(plain, "pictures", [picture]),
  ];
}
