/**
 * The differentiable stand-in for "keep the n best": a hard mask forward, a soft threshold backward (METHOD §4).
 *
 * Plain numbers, not tensors: a sample has tens to thousands of visual tokens, and sorting them takes microseconds where a
 * dozen tensor operations would take hundreds.
 */
import { keepBest } from "../selectors/index.js";

/** Width of the soft mask's sigmoid, in log-score units. */
const TEMPERATURE = 0.1;
/** The threshold averages sorted log scores with weights exp(−(j−p)²/5). */
const BANDWIDTH = 5;
const FLOOR = 1e-8;
/** Scores are float32: a range below its smallest normal number is none, and dividing by it would overflow. */
const LEAST_RANGE = 2 ** -126;

/** Width of the rank threshold's sigmoid, in tokens. */
const RANK_WIDTH = 1.5;

/** One sample's mask at one layer, over the survivors of the layer before. */
export interface Threshold {
  /** 1 where a survivor stays. */
  readonly hard: Uint8Array;
  /** In (0, 1): how far above the threshold each survivor's log score lies. */
  readonly soft: Float64Array;
  /**
   * The gradient of a function of `soft`.
   *
   * @param dSoft one per survivor.
   * @returns its gradient with respect to the layer's share and to the raw scores.
   */
  backward(dSoft: ArrayLike<number>): { share: number; scores: Float64Array };
}

/**
 * The soft mask in ranks: `σ((r·V − ½ − j)/1.5)` for the survivor of rank j (METHOD §4, "Differs").
 *
 * Parameters and result as `softThreshold`.
 */
export function rankThreshold(scores: ArrayLike<number>, count: number, share: number, visual: number): Threshold {
  const m = scores.length;
  const order = Array.from({ length: m }, (_, j) => j).sort((a, b) => scores[b] - scores[a] || a - b);
  const p = share * visual - 0.5;
  const soft = new Float64Array(m);
  order.forEach((i, j) => {
    soft[i] = 1 / (1 + Math.exp(-(p - j) / RANK_WIDTH));
  });
  return {
    hard: keepBest(scores, count),
    soft,
    backward(dSoft) {
      let dPosition = 0;
      for (let i = 0; i < m; i++) dPosition += (dSoft[i] * soft[i] * (1 - soft[i])) / RANK_WIDTH;
      return { share: dPosition * visual, scores: new Float64Array(m) };
    },
  };
}

/**
 * The soft mask in log scores (METHOD §4).
 *
 * @param scores raw scores of the survivors, in prompt order; at least one.
 * @param count how many stay.
 * @param share r_i, of the original tokens.
 * @param visual V, the original number of visual tokens.
 */
export function softThreshold(scores: ArrayLike<number>, count: number, share: number, visual: number): Threshold {
  const m = scores.length;
  let least = 0;
  let most = 0;
  for (let j = 1; j < m; j++) {
    if (scores[j] < scores[least]) least = j;
    if (scores[j] > scores[most]) most = j;
  }
  // Equal scores say nothing; they all become 0, and no gradient flows into them.
  const range = scores[most] - scores[least];
  const differ = range >= LEAST_RANGE;
  const normalised = Float64Array.from(scores, (s) => (differ ? (s - scores[least]) / range : 0));
  const q = normalised.map((s) => Math.log(s + FLOOR));
  const order = Array.from(q.keys()).sort((a, b) => q[b] - q[a] || a - b);

  const p = share * visual - 0.5;
  const weights = Float64Array.from(order, (_, j) => Math.exp(-((j - p) ** 2) / BANDWIDTH));
  let total = weights.reduce((a, b) => a + b, 0);
  if (total < 1e-300) {
    // The position lies far outside of the survivors: its nearest end alone decides.
    weights[p > 0 ? m - 1 : 0] = 1;
    total = 1;
  }
  let threshold = 0;
  order.forEach((i, j) => {
    threshold += (weights[j] / total) * q[i];
  });
  const soft = q.map((value) => 1 / (1 + Math.exp(-(value - threshold) / TEMPERATURE)));

  return {
    hard: keepBest(scores, count),
    soft,
    backward(dSoft) {
      const dq = new Float64Array(m);
      let dThreshold = 0;
      for (let j = 0; j < m; j++) {
        dq[j] = (dSoft[j] * soft[j] * (1 - soft[j])) / TEMPERATURE;
        dThreshold -= dq[j];
      }
      let dPosition = 0;
      order.forEach((i, j) => {
        const weight = weights[j] / total;
        dq[i] += dThreshold * weight;
        dPosition += dThreshold * weight * ((2 * (j - p)) / BANDWIDTH) * (q[i] - threshold);
      });
      const dScores = new Float64Array(m);
      if (differ) {
        let dLeast = 0;
        let dMost = 0;
        for (let j = 0; j < m; j++) {
          const d = dq[j] / (normalised[j] + FLOOR) / range;
          dScores[j] += d;
          dLeast += d * (normalised[j] - 1);
          dMost -= d * normalised[j];
        }
        dScores[least] += dLeast;
        dScores[most] += dMost;
      }
      return { share: dPosition * visual, scores: dScores };
    },
  };
}
