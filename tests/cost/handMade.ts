/** A latency calibration that nobody measured: two kinds of layers, one of them with a stretch that costs nothing more. */
import type { LatencyCalibration, LatencyTable } from "../../src/cost/index.js";

/** Starts late, bends twice. */
export const BENT: LatencyTable = { tokens: [4, 10, 20, 60], ms: [1, 1.5, 3.5, 15.5] };
/** Flat between 8 and 16 tokens. */
export const FLAT: LatencyTable = { tokens: [2, 8, 16, 40], ms: [0.5, 2, 2, 6.8] };

/** @param layers L; every second one is of the second kind. */
export function handMade(layers: number): LatencyCalibration {
  return {
    tables: [BENT, FLAT],
    layers: Array.from({ length: layers }, (_, i) => i % 2),
    selector: {
      scoring: { tokens: [1, 11], ms: [0.1, 0.3] },
      removal: { tokens: [1, 21], ms: [0.2, 0.6] },
      perFall: 0.7,
    },
    embedding: { tokens: [10, 30], ms: [0.05, 0.25] },
    head: 0.4,
    predictor: { tokens: [1], ms: [2.5] },
  };
}
