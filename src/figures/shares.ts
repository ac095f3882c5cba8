/** One schedule by itself: the share of the visual tokens that each layer keeps. */
import { printable } from "../export/index.js";
import { type LayerRecord, multiples } from "./schedule.js";
import type { FigureSpecification } from "./specification.js";
import { CONFIG } from "./theme.js";

/** Size and texts of the figure of one schedule. */
export interface SharesOptions {
  /** Above the bars; default "Visual tokens kept at each layer". */
  readonly title?: string;
  /** Tokens at each layer, [L], for the tooltips; default none. */
  readonly counts?: readonly number[];
  /** Width of the whole figure in pixels; 600 unless told, 280 at least. */
  readonly width?: number;
}

/**
 * The Vega-Lite specification of one schedule. Data are inside; nothing is loaded.
 *
 * @param shares [L], 0 … 1.
 *
 * @example
 * const svg = await renderSvg(sharesSpecification(pyramidDropShares(32)));
 */
export function sharesSpecification(shares: readonly number[], options: SharesOptions = {}): FigureSpecification {
  const panel = printable(options.title ?? "Visual tokens kept at each layer");
  const layers = shares.map((kept, layer): LayerRecord => {
    const count = options.counts?.[layer];
    const tokens = count === undefined ? "" : `${Number(count.toFixed(1))} visual tokens, `;
    const description = `layer ${layer}: ${tokens}${(kept * 100).toFixed(1)}%`;
    return { panel, order: 0, layer, kept, count: count ?? 0, low: null, high: null, description };
  });
  const specification = {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    description: "Visual tokens kept per layer.",
    padding: 8,
    config: CONFIG,
    datasets: { layers },
    ...multiples([panel], shares.length, Math.max(280, options.width ?? 600)),
  };
  return specification;
}
