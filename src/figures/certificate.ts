/** The certificate figure: what a unit of cost buys at each layer of a schedule, for one schedule a panel (METHOD §9). */
import { EspalierError } from "../errors.js";
import {
  certifiedName,
  exchangeText,
  formatDivergence,
  formatPercent,
  MOVES,
  meanKey,
  modelLabel,
  priceText,
  printable,
  type ResultCertificate,
  type ResultMean,
  type ResultsHead,
  stepText,
} from "../export/index.js";
import { type CertificateData, certificatePanel, moveFills, moveStyles } from "./certificatePanel.js";
import { type TextStyle, textWidth } from "./fonts.js";
import { fitLines } from "./lines.js";
import type { FigureSpecification } from "./specification.js";
import { CONFIG } from "./theme.js";

/** How certificates are drawn. */
export interface CertificateFigureOptions {
  /** Only certificates of these configurations; all unless told. */
  readonly configurations?: readonly string[];
  /** Width of the whole figure in pixels; 600 unless told, 320 at least. */
  readonly width?: number;
  /** Height of a panel's prices in pixels; 150 unless told. */
  readonly height?: number;
  /** First line above the figure; the model's unless told; null for none. */
  readonly title?: string | null;
}

/** Most panels in one figure; the results hold all certificates. */
const MOST_PANELS = 8;

/** Room right of the plot, for the name of the common price. */
const MARGIN = 78;
const GUTTER = 46;

/** How titles and what stands below them are set (`theme.ts`). */
const HEADING: TextStyle = { fontSize: 13, fontWeight: "bold" };
const PANEL_HEADING: TextStyle = { fontSize: 11, fontWeight: "bold" };
const SMALL: TextStyle = { fontSize: 10.5 };

interface Certified {
  readonly certificate: ResultCertificate;
  /** Of the certified configuration; without it its schedule is not drawn. */
  readonly mean?: ResultMean;
}

/** The certificates to draw, by rising cost, then by the size of their changes. */
function chosen(results: ResultsHead, options: CertificateFigureOptions): Required<Certified>[] {
  const means = new Map(results.means.map((mean) => [meanKey(mean), mean]));
  const all = (results.certificates ?? []).map((certificate) => ({
    certificate,
    mean: means.get(meanKey(certificate))!,
  }));
  const wanted = options.configurations;
  const found = all.filter(({ certificate }) => wanted === undefined || wanted.includes(certificate.configuration));
  if (found.length === 0) {
    const known = [...new Set(all.map(({ certificate }) => printable(certificate.configuration)))].join(", ");
    throw new EspalierError(
      wanted === undefined || known === ""
        ? "There is no certificate to draw: the results hold none. Certify a schedule first."
        : `There is no certificate of ${printable(wanted.join(", "))}; the results hold those of ${known}.`,
    );
  }
  return found.sort((a, b) => a.mean.cost.share - b.mean.cost.share || a.certificate.tokens - b.certificate.tokens);
}

function dataOf({ certificate, mean }: Certified): CertificateData {
  const { samples, tokens } = certificate;
  const moves = certificate.layers.flatMap((one) => MOVES.map((move) => ({ layer: one.layer, move, own: one[move] })));
  const priced = moves.flatMap(({ layer, move, own }) => {
    if (own.price === null) return [];
    const description = `${stepText(tokens)} ${move} at layer ${layer}: ${priceText(own, samples)} nats per unit of cost`;
    return [{ layer, move, price: own.price.mean, low: own.price.low, high: own.price.high, description }];
  });
  return {
    prices: priced,
    absent: moves.filter(({ own }) => own.price === null).map(({ layer, move }) => ({ layer, move })),
    layers: certificate.layers.map(({ layer }) => layer),
    kept: (mean?.meanCounts ?? []).slice(1).map((count, l) => {
      const kept = mean!.visualTokens === 0 ? 0 : count / mean!.visualTokens;
      const tokens = String(Number(count.toFixed(1)));
      return {
        layer: l + 1,
        kept,
        count: tokens,
        description: `layer ${l + 1}: ${tokens} visual tokens, ${formatPercent(kept)}`,
      };
    }),
    common: certificate.commonPrice?.mean ?? null,
  };
}

/** How the figure is read, in sentences. */
export function certificateRemark({ intervals }: ResultsHead): string {
  return (
    `At an optimum all bars are equal. Whiskers: ${formatPercent(intervals.level)} intervals; ×: no sample allows the change. ` +
    "A unit of cost reaches from no visual token after layer 0 to nothing pruned."
  );
}

/** What the bars mean, above the panels: one of each kind with its name. */
function keyPanel(step: string, width: number) {
  const [styles, fills] = [moveStyles(), moveFills()];
  const names = { more: `${step} more: what it would save`, less: `${step} less: what it would lose` };
  const begin = 4 - GUTTER;
  let [x, row] = [begin, 0];
  const places = MOVES.map((move) => {
    const length = 16 + textWidth(names[move], { fontSize: 10.5 });
    if (x > begin && x + length > width + MARGIN) [x, row] = [begin, row + 1];
    const [top, bottom] = [16 * row + 1, 16 * row + 11];
    const place = { move, name: names[move], x, end: x + 10, top, bottom, text: x + 16, middle: 16 * row + 6 };
    x += length + 22;
    return place;
  });
  const at = (field: string) => ({ field, type: "quantitative", scale: null, axis: null });
  const byMove = (range: string[]) => ({
    field: "move",
    type: "nominal",
    scale: { domain: [...MOVES], range },
    legend: null,
  });
  return {
    width,
    height: 16 * row + 12,
    data: { values: places },
    layer: [
      {
        mark: { type: "rect", strokeWidth: 1.3, aria: false },
        encoding: {
          ...{ x: at("x"), x2: { field: "end" }, y: at("top"), y2: { field: "bottom" } },
          fill: byMove(MOVES.map((move) => fills[move])),
          stroke: byMove(MOVES.map((move) => styles[move].colour)),
        },
      },
      {
        mark: { type: "text", align: "left", baseline: "middle" },
        encoding: { x: at("text"), y: at("middle"), text: { field: "name", type: "nominal" } },
      },
    ],
  };
}

/**
 * The Vega-Lite specification of the certificates: for each, two bars a layer, what a unit of cost buys with some tokens more
 * and what it was worth with as many less, with their intervals; a dashed line at the price of all changes together; the
 * schedule below. At an optimum the bars are equal. A change that no sample allows has a cross and no bar. Data are inside;
 * nothing is loaded.
 *
 * @param results their `certificates` and `means` are drawn.
 * @throws EspalierError when there is no certificate, or none of the configurations asked for.
 *
 * @example
 * await study.certificate({ budget: 0.3 });
 * const svg = await renderSvg(certificateSpecification(await study.results()));
 */
export function certificateSpecification(
  results: ResultsHead,
  options: CertificateFigureOptions = {},
): FigureSpecification {
  const all = chosen(results, options);
  const drawn = all.slice(0, MOST_PANELS);
  const left = drawn.length < all.length ? ` ${drawn.length} of ${all.length} certificates are drawn.` : "";
  const facts = `${results.data.samples.toLocaleString("en")} samples · selector ${results.selector}`;
  const title = options.title ?? `What a token is worth at each layer of ${modelLabel(results.model)}`;
  const subtitle = [`${results.data.name} · ${facts}`, certificateRemark(results) + left];
  return draw(drawn, options, options.title === null ? null : { title, subtitle });
}

/**
 * The same figure of one certificate alone, as a study's `certificate` gives it, without its schedule, which it does not hold.
 *
 * @param options.title default none.
 *
 * @example
 * const svg = await renderSvg(oneCertificateSpecification(await study.certificate({ budget: 0.3 })));
 */
export function oneCertificateSpecification(
  certificate: ResultCertificate,
  options: Omit<CertificateFigureOptions, "configurations"> = {},
): FigureSpecification {
  const { title = null } = options;
  return draw([{ certificate }], options, title === null ? null : { title, subtitle: [] });
}

function draw(
  drawn: readonly Certified[],
  options: CertificateFigureOptions,
  heading: { readonly title: string; readonly subtitle: readonly string[] } | null,
): FigureSpecification {
  const total = Math.max(320, options.width ?? 600);
  const width = Math.round(total - GUTTER - MARGIN);
  const lines = (text: string, style: TextStyle) => fitLines(printable(text), total - 10, style);
  const steps = [...new Set(drawn.map(({ certificate }) => certificate.tokens))];
  const panels = drawn.map(({ certificate, mean }, p) => {
    const own = steps.length > 1 ? `  ·  ${stepText(certificate.tokens)}` : "";
    const distance = mean === undefined ? "" : `  ·  ${formatDivergence(mean.divergence.mean)} nats`;
    return {
      title: {
        text: lines(`${certifiedName(certificate)}${distance}${own}`, PANEL_HEADING),
        subtitle: lines(exchangeText(certificate), SMALL),
        fontSize: PANEL_HEADING.fontSize,
        offset: 10,
      },
      ...certificatePanel(dataOf(mean === undefined ? { certificate } : { certificate, mean }), {
        width,
        height: options.height ?? 150,
        gutter: GUTTER,
        lowest: p === drawn.length - 1,
      }),
    };
  });
  const text = heading === null ? [] : lines(heading.title, HEADING);
  const subtitle = (heading?.subtitle ?? []).flatMap((line) => lines(line, SMALL));
  const specification = {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    description: `What a unit of cost buys at each layer of ${drawn.length} schedules.`,
    ...(heading === null ? {} : { title: { text, subtitle } }),
    padding: 8,
    config: CONFIG,
    vconcat: [keyPanel(steps.length === 1 ? stepText(steps[0]!) : "tokens", width), ...panels],
    spacing: 28,
  };
  return specification;
}
