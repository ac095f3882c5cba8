/** A certificate as plain text: what a unit of cost buys at each layer, and what follows from it. */
import { certifiedName, exchangeText, priceText, spreadText, stepText } from "./certificateText.js";
import { type Column, layOut, widthOfAll, wrap } from "./columns.js";
import { formatDivergence } from "./format.js";
import type { ResultCertificate, ResultMove } from "./results.js";

export interface CertificateLinesOptions {
  /** Characters a line. */
  readonly width: number;
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
}

function columns(certificate: ResultCertificate, meanCounts: readonly number[] | null, intervals: boolean): Column[] {
  const { samples, tokens } = certificate;
  const legal = certificate.layers.filter(({ more, less }) => more.samples + less.samples > 0);
  const price = (move: ResultMove) => {
    if (intervals) return priceText(move, samples);
    return move.price === null ? "–" : formatDivergence(move.price.mean);
  };
  return [
    { head: "layer", align: "right", cells: legal.map(({ layer }) => String(layer)) },
    ...(meanCounts === null
      ? []
      : [{ head: "tokens", align: "right" as const, cells: legal.map(({ layer }) => meanCounts[layer]!.toFixed(1)) }]),
    { head: `${stepText(tokens)} more`, align: "left", cells: legal.map(({ more }) => price(more)) },
    { head: `${stepText(tokens)} less`, align: "left", cells: legal.map(({ less }) => price(less)) },
  ];
}

/** `… at layers 1 to 3, 6`: those that no sample allows to change. */
function absentLayers({ layers }: ResultCertificate): string {
  const absent = layers.filter(({ more, less }) => more.samples + less.samples === 0).map(({ layer }) => layer);
  const runs: string[] = [];
  for (let i = 0; i < absent.length; ) {
    let end = i;
    while (absent[end + 1] === absent[end]! + 1) end++;
    // Two neighbours read better one by one.
    if (end - i < 2) end = i;
    runs.push(end === i ? `${absent[i]}` : `${absent[i]} to ${absent[end]}`);
    i = end + 1;
  }
  return runs.length === 0
    ? ""
    : `no sample allows a change at ${absent.length === 1 ? "layer" : "layers"} ${runs.join(", ")}`;
}

/**
 * The lines of one certificate: a table of its layers, then its sentences.
 *
 * @param meanCounts [L] of the certified configuration; null where they are not known.
 */
export function certificateLines(
  certificate: ResultCertificate,
  meanCounts: readonly number[] | null,
  { width, bold, dim }: CertificateLinesOptions,
): string[] {
  const heading = `certificate of ${certifiedName(certificate)}: nats that a unit of cost buys, the same everywhere at an optimum`;
  const lines = wrap(heading, width).map(bold);
  if (certificate.spread !== null) {
    const full = columns(certificate, meanCounts, true);
    lines.push(...layOut(widthOfAll(full) <= width ? full : columns(certificate, meanCounts, false), dim));
    const absent = absentLayers(certificate);
    if (absent !== "") lines.push(...wrap(absent, width).map(dim));
  }
  const sentences = [exchangeText(certificate), spreadText(certificate)].filter((sentence) => sentence !== "");
  return [...lines, ...sentences.flatMap((sentence) => wrap(sentence, width, "  "))];
}

/** One certificate alone as plain text. @param options.width characters a line; 100 unless told. */
export function renderCertificate(certificate: ResultCertificate, { width = 100 }: { width?: number } = {}): string {
  const plain = (text: string) => text;
  return `${certificateLines(certificate, null, { width, bold: plain, dim: plain }).join("\n")}\n`;
}
