/**
 * Milliseconds of a decoder's layers, read off tables that were measured on a machine. Source: METHOD §2.
 *
 * What a budget limits is the layers' time alone, as with every other cost: a sum over layers that depends on nothing but how
 * many tokens each sees. What runs beside them, embedding, head, predictor and the selector's work where counts fall, is in
 * `latencyBeside`, and reports state it next to the cost. In training the selector's part is a constant: a search's fractional
 * counts fall at every layer, so it has no gradient and moves no optimum, and no term of it is needed there.
 */
import { EspalierError } from "../errors.js";
import type { CostModel, DecoderShape, LayerCost } from "./costModel.js";

/** Time as a function of tokens: straight between the knots. One knot is a constant. */
export interface LatencyTable {
  /** [K ≥ 1] numbers of tokens, ascending. */
  readonly tokens: readonly number[];
  /** [K] milliseconds, never falling. */
  readonly ms: readonly number[];
}

/** What a machine takes for a model's parts. Plain data; `calibrate` measures it. */
export interface LatencyCalibration {
  /** Of a layer's prompt pass against the tokens that it sees; layers of one kind share one. */
  readonly tables: readonly LatencyTable[];
  /** [L] each layer's table, an index into `tables`. */
  readonly layers: readonly number[];
  /** What happens where counts fall, against the tokens of the layer before. */
  readonly selector: {
    /** Reading the scores by which tokens are ranked. */
    readonly scoring: LatencyTable;
    /** Ranking survivors and removing the others' rows. */
    readonly removal: LatencyTable;
    /** Both together at half of the longest prompt measured: the constant that a training would charge for a fall. */
    readonly perFall: number;
  };
  /** Turning ids and visual features into rows, against the prompt's tokens. */
  readonly embedding: LatencyTable;
  /** Final norm and head for one row, and choosing the next token. */
  readonly head: number;
  /** From the prompt's rows to a schedule that is projected onto its budget, against the prompt's tokens. */
  readonly predictor: LatencyTable;
}

/** Milliseconds beside the decoder's layers, of one sample. */
export interface LatencyBeside {
  readonly selector: number;
  readonly embedding: number;
  readonly head: number;
  readonly predictor: number;
  readonly total: number;
}

/**
 * A table's value and slope.
 *
 * @param n ≥ 0. Below the first knot the value is the first knot's and the slope 0: there starting a layer is what takes time.
 *   Above the last the last slope goes on. At a knot the slope is the one from below, because schedules remove tokens.
 */
export function latencyAt({ tokens, ms }: LatencyTable, n: number): LayerCost {
  if (n <= tokens[0]) return { value: ms[0], derivative: 0 };
  const last = tokens.length - 1;
  if (last === 0) return { value: ms[0], derivative: 0 };
  let upper = 1;
  while (upper < last && tokens[upper] < n) upper++;
  const derivative = (ms[upper] - ms[upper - 1]) / (tokens[upper] - tokens[upper - 1]);
  const value = ms[upper - 1] + derivative * (n - tokens[upper - 1]);
  // Rounding must not lift a value over the next knot's.
  return {
    value: n > tokens[upper] ? value : n === tokens[upper] ? ms[upper] : Math.min(value, ms[upper]),
    derivative,
  };
}

/**
 * The cost model of a calibration.
 *
 * @throws EspalierError when the calibration is of a model with another number of layers.
 */
export function latency(shape: DecoderShape, calibration: LatencyCalibration): CostModel {
  const { tables, layers } = calibration;
  if (layers.length !== shape.layers) {
    throw new EspalierError(
      `The latency calibration is of ${layers.length} layers and the model has ${shape.layers}; calibrate this model: espalier calibrate --model DIR.`,
    );
  }
  return { name: "latency", unit: "ms", layers: shape.layers, layer: (i, n) => latencyAt(tables[layers[i]], n) };
}

/**
 * What runs beside the layers of an executed schedule.
 *
 * @param counts [L] whole visual tokens per layer.
 * @param text T, text tokens.
 * @param options.scored whether scores are read only where counts fall (default) or behind every layer but the last, as this
 *   program's own runs do.
 * @param options.predicted whether a predictor proposed the schedule; default true.
 *
 * @example
 * const { selector, head } = latencyBeside(calibration.latency, [256, 64, 64, 64], 40);
 */
export function latencyBeside(
  { selector, embedding, head, predictor }: LatencyCalibration,
  counts: ArrayLike<number>,
  text: number,
  options: { readonly scored?: "falls" | "everyLayer"; readonly predicted?: boolean } = {},
): LatencyBeside {
  const { scored = "falls", predicted = true } = options;
  const prompt = text + (counts.length === 0 ? 0 : counts[0]);
  let ranking = 0;
  for (let i = 1; i < counts.length; i++) {
    const before = text + counts[i - 1];
    const falls = counts[i] < counts[i - 1];
    if (falls || scored === "everyLayer") ranking += latencyAt(selector.scoring, before).value;
    if (falls) ranking += latencyAt(selector.removal, before).value;
  }
  const parts = {
    selector: ranking,
    embedding: latencyAt(embedding, prompt).value,
    head,
    predictor: predicted ? latencyAt(predictor, prompt).value : 0,
  };
  return { ...parts, total: Object.values(parts).reduce((sum, part) => sum + part, 0) };
}
