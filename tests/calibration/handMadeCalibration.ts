/** A whole calibration that nobody measured, for studies whose milliseconds are known beforehand. */
import type { Calibration } from "../../src/calibration/index.js";
import type { DecoderShape } from "../../src/cost/index.js";
import { handMade } from "../cost/handMade.js";

const CLOCK = { low: 1, median: 1, high: 1, repeats: 5 };

/** Of a machine that is not this one. */
export function handMadeCalibration(shape: DecoderShape): Calibration {
  const latency = handMade(shape.layers);
  return {
    format: "espalier.calibration",
    version: 1,
    created: "2026-03-04T05:06:07Z",
    machine: {
      ...{ backend: "native", device: "Abacus", threads: 7, processor: "Abacus", processors: 7, memory: 1e9 },
      ...{ platform: "linux x64", tfjs: "4", library: null, cuda: null, node: "22", espalier: "0" },
    },
    model: { name: "hand-made", architecture: "qwen2_5_vl", fingerprint: "sha256:0", shape },
    settings: { tokens: 60, selector: "fastv", seconds: 1, spread: 0.02, warmUps: 1, seed: 0 },
    effort: { seconds: 1, works: 1, settled: 1, widestSpread: 0 },
    layers: latency.tables.map(({ tokens, ms }, kind) => ({
      window: null,
      layers: latency.layers.flatMap((own, i) => (own === kind ? [i] : [])),
      prefill: tokens.map((n, k) => ({ tokens: n, low: ms[k], median: ms[k], high: ms[k], repeats: 5 })),
      prefillWithoutCache: [],
      decode: [],
    })),
    selector: { scoring: [], removal: [] },
    embedding: [],
    predictor: [],
    head: CLOCK,
    batch: [],
    concurrency: { meaning: "none", runs: [] },
    endToEnd: { runs: [], ratio: { median: 1, least: 1, most: 1 }, rSquared: 1 },
    latency,
  };
}
