/** From measured times to the tables that the cost "latency" reads. */
import { isotonicRegression, type LatencyCalibration, type LatencyTable, latencyAt } from "../cost/index.js";
import type { Calibration, TimingAt } from "./types.js";

/** A table whose times never fall: the medians, those that contradict the order pooled by their repeats. None give a constant 0. */
export function fittedTable(timings: readonly TimingAt[]): LatencyTable {
  if (timings.length === 0) return { tokens: [1], ms: [0] };
  const medians = timings.map(({ median }) => median);
  const repeats = timings.map((timing) => timing.repeats);
  return { tokens: timings.map(({ tokens }) => tokens), ms: isotonicRegression(medians, repeats) };
}

/**
 * The tables of a calibration.
 *
 * @param layers how many the model has.
 */
export function fitLatency(
  measured: Pick<Calibration, "layers" | "selector" | "embedding" | "predictor" | "head" | "settings">,
  layers: number,
): LatencyCalibration {
  const scoring = fittedTable(measured.selector.scoring);
  const removal = fittedTable(measured.selector.removal);
  const half = measured.settings.tokens / 2;
  return {
    tables: measured.layers.map(({ prefill }) => fittedTable(prefill)),
    layers: Array.from({ length: layers }, (_, i) => measured.layers.findIndex((kind) => kind.layers.includes(i))),
    selector: { scoring, removal, perFall: latencyAt(scoring, half).value + latencyAt(removal, half).value },
    embedding: fittedTable(measured.embedding),
    head: measured.head.median,
    predictor: fittedTable(measured.predictor),
  };
}
