/**
 * The best exchange of a certificate: some tokens taken from one layer and given to another, at the same cost, so that only the
 * difference of the two prices is left. To first order: what the two changes do to each other is not measured.
 *
 * Picking the best of many by looking would find one in noise too, so its interval holds for all of them at once (METHOD §9).
 */
import type { ResultCertificate } from "../export/index.js";
import {
  raiseDeviations,
  ratioInfluence,
  ratioOfMeans,
  simultaneousFactor,
  standardErrorOf,
} from "../statistics/index.js";
import type { Pacer } from "../tensor/index.js";
import { type MeasuredCertificate, type MeasuredMove, savedAndPaid } from "./certificateReading.js";
import { INTERVALS, resample } from "./intervals.js";

/** An exchange that is possible in fewer samples says little about the schedule, and its interval nothing. */
const LEAST_SHARE = 0.5;

/** Exchanges resampled together: bounds the memory. */
const AT_ONCE = 64;

interface Candidate {
  readonly from: number;
  readonly to: number;
  readonly samples: number;
  /** Nats per unit of normalised cost. */
  readonly gain: number;
  /** [S], what each sample adds to the gain. */
  readonly influence: Float64Array;
}

/** Samples in which both changes together are a schedule, [S] of 0 and 1. */
function possible({ entry, tokens }: MeasuredCertificate, less: MeasuredMove, more: MeasuredMove): Float64Array {
  return less.legal.map((legal, s) => {
    const both = legal * more.legal[s];
    // Two neighbours that move towards each other need room for both.
    const apart =
      more.layer !== less.layer + 1 || entry.counts[s][less.layer] - entry.counts[s][more.layer] >= 2 * tokens;
    return apart ? both : 0;
  });
}

function candidate(certificate: MeasuredCertificate, less: MeasuredMove, more: MeasuredMove): Candidate | null {
  if (less.layer === more.layer) return null;
  const members = possible(certificate, less, more);
  const samples = members.reduce((a, b) => a + b, 0);
  if (samples === 0 || samples < LEAST_SHARE * members.length) return null;
  const [bought, given] = [savedAndPaid(more, members), savedAndPaid(less, members)];
  const gain = ratioOfMeans(...bought) - ratioOfMeans(...given);
  const [up, down] = [ratioInfluence(...bought), ratioInfluence(...given)];
  // Changes that cost nothing have no price.
  if (!Number.isFinite(gain)) return null;
  return { from: less.layer, to: more.layer, samples, gain, influence: up.map((value, s) => value - down[s]) };
}

/**
 * The exchange that gains most per unit of cost: among those that are distinguishable from none where there are any.
 *
 * @returns null where no exchange is possible in half of the samples.
 */
export async function bestExchange(
  certificate: MeasuredCertificate,
  pacer: Pacer,
): Promise<ResultCertificate["exchange"]> {
  const of = (name: "more" | "less") => certificate.moves.filter(({ move }) => move === name);
  const candidates: Candidate[] = [];
  for (const less of of("less")) {
    for (const more of of("more")) {
      const found = candidate(certificate, less, more);
      if (found !== null) candidates.push(found);
    }
    await pacer.pause();
  }
  if (candidates.length === 0) return null;
  const errors = candidates.map(({ influence }) => standardErrorOf(influence));
  const largest = new Float64Array(INTERVALS.resamples);
  for (let first = 0; first < candidates.length; first += AT_ONCE) {
    const members = candidates.slice(first, first + AT_ONCE);
    const drawn = await resample(
      members.map(({ influence }) => influence),
      pacer,
    );
    drawn.forEach((means, k) => {
      raiseDeviations(largest, means, errors[first + k]);
    });
  }
  const factor = simultaneousFactor(largest, INTERVALS.level);
  // A single sample says nothing about the spread: its interval is a point and proves nothing.
  const several = certificate.entry.counts.length > 1;
  const found = candidates.map(({ from, to, samples, gain }, k) => {
    const half = factor * errors[k];
    const better = several && gain - half > 0;
    return { from, to, samples, gain: { mean: gain, low: gain - half, high: gain + half }, better };
  });
  const better = found.filter((one) => one.better);
  const among = better.length > 0 ? better : found;
  const { better: distinct, ...best } = among.reduce((a, b) => (b.gain.mean > a.gain.mean ? b : a));
  return { ...best, compared: found.length, verdict: distinct ? "better" : "not distinguishable" };
}
