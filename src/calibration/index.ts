/** What a model takes on this machine, measured. */
export { type CalibratedModel, type CalibrateOptions, type CalibrationProgress, calibrate } from "./calibrate.js";
export { calibrationDigest, demandShape, parseCalibration, readCalibration, writeCalibration } from "./file.js";
export { machineText } from "./machine.js";
export { renderCalibration } from "./table.js";
export type {
  BatchTiming,
  Calibration,
  ConcurrencyTiming,
  EndToEndTiming,
  LayerTimings,
  Machine,
  Timing,
  TimingAt,
} from "./types.js";
