/** One self-contained HTML page of a study's results. */
import { createHash } from "node:crypto";
import {
  formatAccuracyInterval,
  formatBudget,
  formatCost,
  formatDivergenceInterval,
  formatPercent,
  formatRange,
  GRID_ON_VALIDATION,
  meanKey,
  meansCsv,
  modelLabel,
  printable,
  type ResultMean,
  type Results,
  seriesLabel,
  stringifyResults,
  validateResults,
} from "../../export/index.js";
import { frontierSpecification } from "../frontier.js";
import { describeMean } from "../frontierPoints.js";
import { renderSvg } from "../render.js";
import { scheduleSpecification } from "../schedule.js";
import { searchersSpecification } from "../searchers.js";
import { embedJson, escapeHtml, withOwnIds } from "./html.js";
import { certificatesSection } from "./pageCertificates.js";
import { PAGE_SCRIPT } from "./pageScript.js";
import { PAGE_STYLE } from "./pageStyle.js";
import { benchmarksTable, comparisonsTable, listedMeans, meansTable, searchersTable } from "./pageTables.js";

/** What the page of a study contains. */
export interface PageOptions {
  /** Heading of the page; the study's name, or the model's, unless told. */
  readonly title?: string;
  /** Most rows that travel inside the page; with more, none do, and the page says so. 5,000 unless told. */
  readonly maximumRows?: number;
  /** HTML of further sections behind the results, made by the caller so that nothing in it runs or loads; none unless told. */
  readonly appendix?: string;
}

/** Parts of the time that the key numbers name, the longest; the page's end names all of them. */
const MOST_PARTS = 3;

const digest = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

/** What the slider shows for one schedule; every number already in words. */
function scheduleView(mean: ResultMean, results: Results) {
  const tokens = mean.meanCounts.reduce((a, b) => a + b, 0) / mean.meanCounts.length;
  const shares = mean.meanCounts.map((count) => (mean.visualTokens === 0 ? 0 : count / mean.visualTokens));
  const count = (value: number) => String(Number(value.toFixed(1)));
  const label = mean.budget === null ? printable(mean.configuration) : formatBudget(mean.budget, mean.unit);
  return {
    label,
    description: describeMean(mean, results.budgetUnit),
    summary: `Share of the visual tokens kept at layers 0 to ${shares.length - 1}: ${shares.map((share) => formatPercent(share, 0)).join(", ")}`,
    shares: shares.map((share) => Number(share.toFixed(5))),
    layers: shares.map((share, i) => `layer ${i}: ${count(mean.meanCounts[i]!)} tokens, ${formatPercent(share)}`),
    facts: [
      ["series", seriesLabel(printable(mean.series))],
      ["divergence, nats", formatDivergenceInterval(mean.divergence)],
      ...(mean.accuracy === null ? [] : [["accuracy", formatAccuracyInterval(mean.accuracy)]]),
      ["cost", formatCost(mean.cost[results.budgetUnit] ?? mean.cost.share, results.budgetUnit)],
      ["of the full model", formatPercent(mean.cost.share)],
      ["FLOPs", formatCost(mean.cost.exactFlops, "exactFlops")],
      ["KV cache", formatCost(mean.cost.kvBytes, "kvBytes")],
      ...(mean.cost.ms === undefined ? [] : [["latency", formatCost(mean.cost.ms, "ms")]]),
      ["tokens, mean of layers", `${count(tokens)} of ${count(mean.visualTokens)}`],
      ["tokens per layer", mean.meanCounts.map(count).join(" ")],
    ],
  };
}

function keyNumbers(results: Results): string {
  const cards: [string, string, string][] = [];
  const { quality, grid, unpruned } = results;
  if (quality !== null) {
    const small = `hypervolume ${quality.hypervolume.toFixed(4)}, grid ${quality.referenceHypervolume.toFixed(4)}`;
    cards.push(["Regret against the grid", `${(quality.regret * 100).toFixed(2)}%`, small]);
  }
  const search = results.layerForwards["search"];
  if (search !== undefined) {
    const share = grid === null ? "" : `${formatPercent(search / grid.unsharedLayerForwards)} of the unshared grid's`;
    cards.push(["Layer-forwards of the search", Math.round(search).toLocaleString("en"), share]);
  }
  if (grid !== null) {
    const small = `${grid.distinctPrefixes.toLocaleString("en")} distinct prefixes`;
    cards.push(["Reference grid", `${grid.points.toLocaleString("en")} schedules`, small]);
  }
  if (unpruned?.accuracy) {
    const small = `${formatCost(unpruned.cost.exactFlops, "exactFlops")} in the decoder`;
    cards.push(["Accuracy, unpruned", formatPercent(unpruned.accuracy.mean), small]);
  }
  const seconds = Object.entries(results.seconds);
  if (seconds.length > 0) {
    const total = seconds.reduce((sum, [, value]) => sum + value, 0);
    const longest = [...seconds].sort(([, a], [, b]) => b - a).slice(0, MOST_PARTS);
    const small = longest.map(([name, value]) => `${printable(name)} ${Math.round(value)} s`).join(", ");
    cards.push(["Time", total < 600 ? `${Math.round(total)} s` : `${(total / 60).toFixed(0)} min`, small]);
  }
  const html = cards.map(
    ([name, value, small]) =>
      `<div><dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}<small>${escapeHtml(small)}</small></dd></div>`,
  );
  return cards.length === 0 ? "" : `<dl class="numbers">${html.join("")}</dl>`;
}

const rounded = (record: Readonly<Record<string, number>>) =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, Math.round(value * 10) / 10]));

function provenance(results: Results): string {
  const list = (record: Readonly<Record<string, unknown>>) =>
    Object.entries(record)
      .map(([name, value]) => `${name} ${typeof value === "number" ? value.toLocaleString("en") : value}`)
      .join(" · ");
  const { model, data, backend } = results;
  const macs = Object.entries(results.overheadMacs)
    .map(([name, value]) => `${name} ${formatCost(value, "exactMacs")}`)
    .join(" · ");
  const facts: [string, string][] = [
    [
      "model",
      `${modelLabel(model)}, ${model.architecture}, ${model.layers} layers × ${model.hidden}; ${model.fingerprint}`,
    ],
    ["data", `${data.name}, ${data.split}, ${data.samples} samples of ${formatRange(data.visualTokens)} visual tokens`],
    ["selector", results.selector],
    ["kernel function", results.kernelFunction],
    ["cost", `${results.cost}; budgets in ${results.budgetUnit}`],
    [
      "intervals",
      `${formatPercent(results.intervals.level)}, ${results.intervals.method}, ${results.intervals.resamples.toLocaleString("en")} resamples`,
    ],
    ["beside the decoder, a sample", macs],
    ["layer-forwards", list(rounded(results.layerForwards))],
    ["seconds", list(rounded(results.seconds))],
    [
      "seeds",
      Object.entries(results.seeds)
        .map(([name, seed]) => `${name} ${seed}`)
        .join(" · "),
    ],
    ["options", list(results.options ?? {})],
    [
      "backend",
      [backend.name, backend.device, backend.threads === undefined ? undefined : `${backend.threads} threads`]
        .filter((part) => part !== undefined)
        .join(", "),
    ],
    ["versions", list(results.versions)],
    ["created", results.created ?? ""],
  ];
  const rows = facts
    .filter(([, value]) => value !== "")
    .map(([name, value]) => `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(printable(value))}</dd>`);
  const notes = (results.notes ?? []).map((note) => `<p class="note">${escapeHtml(printable(note))}</p>`);
  return `<dl class="rows">${rows.join("")}</dl>${notes.join("")}`;
}

/**
 * Draws the results as one HTML page that needs nothing else: no network, no other file. It holds the figures, a slider
 * over the frontier's schedules, every mean in a sortable table, the benchmarks where there are any, the comparisons, the searchers and the certificates where there are any, and
 * the results themselves to download as CSV and JSON. Its content policy lets nothing run or load but what is in it; names from the results are text.
 *
 * @param input the results, validated first. Rows travel along up to `maximumRows`.
 * @returns the page; the same results give the same bytes.
 * @throws EspalierError for results that are not valid.
 *
 * @example
 * const html = await renderPage(await study.results(), { title: "ChartQA, Qwen2.5-VL-3B" });
 */
export async function renderPage(input: Results, options: PageOptions = {}): Promise<string> {
  const results = validateResults(input);
  const rowsFit = results.rows.length <= (options.maximumRows ?? 5_000);
  const title = printable(options.title ?? results.study ?? `${modelLabel(results.model)} on ${results.data.name}`);
  const means = new Map(results.means.map((mean) => [meanKey(mean), mean]));
  const schedules = [...results.frontier]
    .sort((a, b) => a.cost.share - b.cost.share)
    .map((point) => scheduleView(means.get(meanKey(point))!, results));
  const listed = listedMeans(results);
  const seriesNames = [...new Set(listed.map((mean) => mean.series))];

  const frontierSvg =
    results.means.length === 0
      ? ""
      : withOwnIds(await renderSvg(frontierSpecification(results, { title: null })), "frontier");
  const schedulesSvg =
    schedules.length === 0
      ? ""
      : withOwnIds(await renderSvg(scheduleSpecification(results, { width: 1000, title: null })), "schedules");

  const certificates = await certificatesSection(results);
  const searchersFigure = searchersSpecification(results, { width: 1000 });
  const searchersSvg = searchersFigure === null ? "" : withOwnIds(await renderSvg(searchersFigure), "searchers");
  const facts = [
    modelLabel(results.model),
    `${results.data.name}/${results.data.split}, ${results.data.samples} samples`,
    `selector ${results.selector}`,
    `kernel function ${results.kernelFunction}`,
  ].map((fact) => escapeHtml(printable(fact)));
  const filters = seriesNames.map(
    (name) =>
      `<label><input type="checkbox" data-series="${escapeHtml(name)}"${name === GRID_ON_VALIDATION ? "" : " checked"}> ${escapeHtml(seriesLabel(printable(name)))}</label>`,
  );
  const middle = Math.floor((schedules.length - 1) / 2);
  const slider =
    schedules.length === 0
      ? '<div class="panel"><p class="facts">The frontier is empty: nothing has been evaluated yet.</p></div>'
      : `<div class="panel"><label for="budget">Budget</label>
<input class="slider" type="range" id="budget" min="0" max="${schedules.length - 1}" step="1" value="${middle}">
<output id="chosen" for="budget"></output>
<div class="bars" id="bars" role="img"></div>
<div class="axis"><span>layer 0</span><span>share of visual tokens kept</span><span>${results.model.layers - 1}</span></div>
<dl class="rows" id="facts"></dl></div>`;
  const left =
    listed.length < results.means.length
      ? ` ${listed.length} of ${results.means.length} configurations are listed; the downloads hold all.`
      : "";
  const rowsNote = rowsFit
    ? ""
    : ` The ${results.rows.length.toLocaleString("en")} rows per sample are in the file that --json wrote, not in this page.`;
  const comparisons = comparisonsTable(results);
  const benchmarks = benchmarksTable(results);
  const searchers = searchersTable(results);
  const policy = `default-src 'none'; script-src ${digest(PAGE_SCRIPT)}; style-src ${digest(PAGE_STYLE)}; img-src data:; base-uri 'none'; form-action 'none'`;
  const block = (id: string, json: string) => `<script type="application/json" id="${id}">${embedJson(json)}</script>`;

  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="Espalier">
<title>${escapeHtml(title)}</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
<header>
<h1>${escapeHtml(title)}</h1>
<p class="facts">${facts.join(" · ")}</p>
${keyNumbers(results)}
</header>
<main>
<section>
<h2>Frontier</h2>
<div class="pair">
<figure id="frontier-figure">${frontierSvg}</figure>
${slider}
</div>
</section>
<section><h2>Schedules: visual tokens kept at each layer</h2><figure id="schedules-figure">${schedulesSvg}</figure></section>
${benchmarks === "" ? "" : `<section><h2>Benchmarks: score in percent</h2><div class="scroll" tabindex="0" role="region" aria-label="Benchmarks">${benchmarks}</div></section>`}${certificates}${comparisons === "" ? "" : `<section><h2>Paired comparisons</h2><div class="scroll" tabindex="0" role="region" aria-label="Paired comparisons">${comparisons}</div></section>`}
${searchers === "" ? "" : `<section><h2>Searchers at what they cost</h2><figure id="searchers-figure">${searchersSvg}</figure><div class="scroll" tabindex="0" role="region" aria-label="Searchers">${searchers}</div></section>`}
<section>
<h2>Configurations</h2>
<div class="tools">${filters.join("")}<button class="button" type="button" id="download-csv">CSV</button><button class="button" type="button" id="download-json">JSON</button></div>
<div class="scroll" tabindex="0" role="region" aria-label="Configurations">${meansTable(results)}</div>
<p class="note">[low, high]: ${escapeHtml(`${formatPercent(results.intervals.level)}, ${printable(results.intervals.method)}`)}. Bold: on the frontier.${left}${rowsNote}</p>
</section>
<section><h2>How this was measured</h2>${provenance(results)}</section>
${options.appendix ?? ""}</main>
<footer>Made by Espalier. This page needs no network.</footer>
${block("view", JSON.stringify({ schedules }))}
${block("csv", JSON.stringify(meansCsv(results.means)))}
${block("results", stringifyResults(rowsFit ? results : { ...results, rows: [] }))}
<script>${PAGE_SCRIPT}</script>
</body>
</html>
`;
}
