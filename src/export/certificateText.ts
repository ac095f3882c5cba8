/** What a certificate says, in words: the same ones in the table, the figure and the page. */
import { formatBudget, formatDivergence, formatDivergenceInterval, printable, seriesLabel } from "./format.js";
import type { MoveName, ResultCertificate, ResultMove } from "./results.js";

/** What was certified: `search at 30%`, or a schedule's name. */
export function certifiedName({ series, configuration, budget, unit }: ResultCertificate): string {
  return budget === null
    ? printable(configuration)
    : `${seriesLabel(printable(series))} at ${formatBudget(budget, unit)}`;
}

/** The size of a change: `one token`, `3 tokens`. */
export function stepText(tokens: number): string {
  return tokens === 1 ? "one token" : `${tokens} tokens`;
}

/** A move's price with its interval, and in how many samples where not in all; a dash where there is none. */
export function priceText(move: ResultMove, samples: number): string {
  if (move.price === null) return "–";
  const part = move.samples < samples ? ` (${move.samples} of ${samples})` : "";
  return `${formatDivergenceInterval(move.price)}${part}`;
}

/** The best exchange, or that there is none to speak of, in one sentence. */
export function exchangeText({ exchange, tokens, samples, spread }: ResultCertificate): string {
  const step = stepText(tokens);
  if (spread === null) {
    const wayOut = tokens === 1 ? "" : "; ask for smaller changes";
    return `No sample allows a change of ${step} at any layer${wayOut}.`;
  }
  if (exchange === null) {
    return `No exchange of ${step} between two layers is possible in half of the samples.`;
  }
  const { from, to, gain, compared, verdict } = exchange;
  const part = exchange.samples < samples ? `, possible in ${exchange.samples} of ${samples} samples,` : "";
  const amount = `${formatDivergenceInterval(gain)} nats per unit of cost`;
  if (verdict === "better") {
    return `Moving ${step} from layer ${from} to layer ${to}${part} would gain ${amount}.`;
  }
  const best = compared === 1 ? "the only one" : `the best of ${compared}`;
  return `No exchange is distinguishable from none: ${best}, ${step} from layer ${from} to layer ${to}${part.replace(/,$/, "")}, would gain ${amount}.`;
}

/** Between which prices the changes lie, in one sentence; nothing where no change is legal. */
export function spreadText({ spread, commonPrice, tokens }: ResultCertificate): string {
  if (spread === null) return "";
  const step = stepText(tokens);
  const end = ({ layer, move, price }: { layer: number; move: MoveName; price: number }) =>
    `${formatDivergence(price)} (${step} ${move} at layer ${layer})`;
  const common = commonPrice === null ? "" : `; all changes together: ${formatDivergenceInterval(commonPrice)}`;
  return `Prices run from ${end(spread.cheapest)} to ${end(spread.dearest)}, ${formatDivergence(spread.difference)} apart${common}.`;
}
