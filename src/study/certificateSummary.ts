/** From a certificate's numbers to what the results say of it: prices with intervals, and what follows from them (METHOD §9). */
import type { MoveName, ResultCertificate, ResultMove } from "../export/index.js";
import type { Pacer } from "../tensor/index.js";
import { bestExchange } from "./certificateExchange.js";
import {
  certificateKeys,
  type MeasuredCertificate,
  type MeasuredMove,
  measuredCertificate,
  savedAndPaid,
} from "./certificateReading.js";
import type { HeaderEntry, JournalEntry } from "./entries.js";
import { ratioIntervals } from "./intervals.js";

/** Numerators and denominators, [S] each. */
type Ratio = readonly [Float64Array, Float64Array];

/** All moves as one: what they save together over what they cost together. */
function pooled(moves: readonly MeasuredMove[]): Ratio {
  const [saved, paid] = [0, 1].map(() => new Float64Array(moves[0].legal.length));
  for (const move of moves) {
    const own = savedAndPaid(move);
    for (let s = 0; s < saved.length; s++) {
      saved[s] += own[0][s];
      paid[s] += own[1][s];
    }
  }
  return [saved, paid];
}

/** A certificate as the results state it. @throws Stopped. */
export async function summarise(
  certificate: MeasuredCertificate,
  header: HeaderEntry,
  pacer: Pacer,
): Promise<ResultCertificate> {
  const { entry, tokens } = certificate;
  const moves = certificate.moves.filter(({ legal }) => legal.some((one) => one > 0));
  const ratios = moves.flatMap((move): Ratio[] => [[move.divergence, move.legal], savedAndPaid(move)]);
  const found = await ratioIntervals(moves.length === 0 ? [] : [...ratios, pooled(moves)], pacer);
  const known = new Map<string, ResultMove>();
  const priced: { layer: number; move: MoveName; price: number }[] = [];
  for (const [m, { layer, move, legal, cost }] of moves.entries()) {
    const [divergence, price] = found.slice(2 * m);
    const samples = legal.reduce((a, b) => a + b, 0);
    const paid = cost.reduce((a, b) => a + b, 0) / samples;
    known.set(`${layer} ${move}`, { samples, divergence, cost: paid, price });
    if (price !== null) priced.push({ layer, move, price: price.mean });
  }
  const none: ResultMove = { samples: 0, divergence: null, cost: null, price: null };
  const at = (layer: number, move: MoveName) => known.get(`${layer} ${move}`) ?? none;
  const end = (further: (a: number, b: number) => boolean) =>
    priced.reduce((best, one) => (further(one.price, best.price) ? one : best));
  const dearest = priced.length === 0 ? null : end((a, b) => a > b);
  const cheapest = priced.length === 0 ? null : end((a, b) => a < b);
  return {
    series: entry.series,
    configuration: entry.configuration,
    budget: entry.budget,
    unit: header.settings.budgetUnit,
    tokens,
    samples: entry.counts.length,
    layers: Array.from({ length: header.model.shape.layers - 1 }, (_, l) => ({
      layer: l + 1,
      more: at(l + 1, "more"),
      less: at(l + 1, "less"),
    })),
    commonPrice: found.at(-1) ?? null,
    spread:
      dearest === null || cheapest === null ? null : { dearest, cheapest, difference: dearest.price - cheapest.price },
    exchange: await bestExchange(certificate, pacer),
  };
}

/** Every finished certificate of a journal, in its order. @throws EspalierError as `measuredCertificate`; Stopped. */
export async function certificates(
  entries: readonly JournalEntry[],
  header: HeaderEntry,
  pacer: Pacer,
): Promise<ResultCertificate[]> {
  const found: ResultCertificate[] = [];
  for (const key of certificateKeys(entries)) {
    const measured = measuredCertificate(entries, header, key);
    if (measured !== null) found.push(await summarise(measured, header, pacer));
    await pacer.pause();
  }
  return found;
}
