/** The cost models by name. A new one is one file beside this and one line below. Source: METHOD §2. */
import { EspalierError } from "../errors.js";
import type { CostModel, CostName, DecoderShape } from "./costModel.js";
import { exact } from "./exact.js";
import { kvBytes } from "./kvBytes.js";
import { type LatencyCalibration, latency } from "./latency.js";
import { paper } from "./paper.js";

/** Options of the cost models. */
export interface CostOptions {
  /** Bytes of one cached number, default 2. Only "kvBytes" reads it. */
  readonly bytesPerElement?: number;
  /** What the machine takes; only "latency" reads it, and needs it. */
  readonly latency?: LatencyCalibration;
}

/**
 * The cost model of a name.
 *
 * @param shape the decoder's sizes; `windows` must have one entry per layer.
 * @throws EspalierError for an unknown name, a size that is no whole number ≥ 1, a wrong number of windows,
 *   and for "latency" without a calibration or with that of another number of layers.
 *
 * @example
 * const shape = { layers: 4, hidden: 64, intermediate: 256, heads: 4, kvHeads: 2, headDim: 16, windows: [null, null, null, null] };
 * costModel("exact", shape).layer(0, 24).value; // → 1548288
 */
export function costModel(name: CostName, shape: DecoderShape, options: CostOptions = {}): CostModel {
  validateShape(shape);
  const { bytesPerElement = 2 } = options;
  if (!(bytesPerElement > 0 && Number.isFinite(bytesPerElement))) {
    throw new EspalierError(
      `Cached numbers of ${bytesPerElement} bytes do not exist; give a number above 0, such as 2.`,
    );
  }
  const models: Readonly<Record<CostName, () => CostModel>> = {
    paper: () => paper(shape),
    exact: () => exact(shape),
    kvBytes: () => kvBytes(shape, bytesPerElement),
    latency: () => latency(shape, demandCalibration(options.latency)),
  };
  if (!Object.hasOwn(models, name)) {
    throw new EspalierError(`There is no cost "${name}"; choose one of ${Object.keys(models).join(", ")}.`);
  }
  return models[name]();
}

function demandCalibration(calibration: LatencyCalibration | undefined): LatencyCalibration {
  if (calibration !== undefined) return calibration;
  throw new EspalierError(
    'The cost "latency" needs what this machine takes for a layer; measure it with espalier calibrate, and give the file: --calibration FILE.',
  );
}

function validateShape(shape: DecoderShape): void {
  for (const key of ["layers", "hidden", "intermediate", "heads", "kvHeads", "headDim"] as const) {
    if (!(Number.isSafeInteger(shape[key]) && shape[key] >= 1)) {
      throw new EspalierError(`The decoder's ${key} is ${shape[key]}; it must be a whole number ≥ 1.`);
    }
  }
  if (shape.windows.length !== shape.layers) {
    throw new EspalierError(
      `The decoder has ${shape.layers} layers and ${shape.windows.length} attention windows; give one entry per layer, null for full attention.`,
    );
  }
  for (const [i, window] of shape.windows.entries()) {
    if (window !== null && !(Number.isSafeInteger(window) && window >= 1)) {
      throw new EspalierError(
        `The attention window of layer ${i} is ${window}; it must be a whole number ≥ 1, or null.`,
      );
    }
  }
}
