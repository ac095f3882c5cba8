/** Made-up certificates for the tests of documents and drawings. */
import type { MoveName, ResultCertificate, ResultMean, ResultMove, Results } from "../../src/export/index.js";

export interface SyntheticCertificateOptions {
  readonly tokens?: number;
  /** Whether its best exchange is distinguishable from none; true unless told. */
  readonly better?: boolean;
}

/** Prices that fall from layer to layer; legal where the mean counts leave room, and at the first cut in half of the samples. */
export function syntheticCertificate(mean: ResultMean, options: SyntheticCertificateOptions = {}): ResultCertificate {
  const { tokens = 1, better = true } = options;
  const counts = mean.meanCounts;
  const move = (layer: number, name: MoveName): ResultMove => {
    const room = name === "more" ? counts[layer - 1]! - counts[layer]! : counts[layer]! - (counts[layer + 1] ?? 0);
    if (room < tokens) return { samples: 0, divergence: null, cost: null, price: null };
    const samples = layer === 2 ? Math.ceil(mean.samples / 2) : mean.samples;
    const price = 2.4 - layer * 0.45 + (name === "less" ? 0.2 : 0);
    const cost = (name === "more" ? 1 : -1) * 0.002 * tokens;
    const around = (value: number, half: number) => ({ mean: value, low: value - half, high: value + 1.4 * half });
    return { samples, divergence: around(-price * cost, 4e-4), cost, price: around(price, 0.3 + 0.1 * layer) };
  };
  const layers = counts
    .slice(1)
    .map((_, l) => ({ layer: l + 1, more: move(l + 1, "more"), less: move(l + 1, "less") }));
  const priced = layers.flatMap(({ layer, more, less }) =>
    (["more", "less"] as const).flatMap((name) => {
      const { price } = name === "more" ? more : less;
      return price === null ? [] : [{ layer, move: name, price: price.mean }];
    }),
  );
  const sorted = [...priced].sort((a, b) => a.price - b.price);
  const [cheapest, dearest] = [sorted[0], sorted.at(-1)];
  const { series, configuration, budget, unit, samples } = mean;
  const head = { series, configuration, budget, unit, tokens, samples, layers };
  if (cheapest === undefined || dearest === undefined) {
    return { ...head, commonPrice: null, spread: null, exchange: null };
  }
  return {
    ...head,
    commonPrice: { mean: 0.9, low: 0.5, high: 1.4 },
    spread: { dearest, cheapest, difference: dearest.price - cheapest.price },
    exchange: {
      from: counts.length - 1,
      to: 1,
      samples,
      gain: { mean: 2.1, low: better ? 0.4 : -0.4, high: 4 },
      compared: 14,
      verdict: better ? "better" : "not distinguishable",
    },
  };
}

/** The results with certificates of the search at some of its budgets. */
export function withCertificates(
  results: Results,
  budgets: readonly number[],
  options: SyntheticCertificateOptions = {},
): Results {
  const means = results.means.filter((mean) => mean.series === "search" && budgets.includes(mean.budget!));
  return { ...results, certificates: means.map((mean) => syntheticCertificate(mean, options)) };
}
