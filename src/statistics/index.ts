/** Paired comparisons over samples. */
export {
  type BootstrapOptions,
  bcaInterval,
  bootstrapDifference,
  bootstrapMean,
  bootstrapMeans,
  type Difference,
  type Estimate,
  type Interval,
  percentileInterval,
  resampledMeans,
} from "./bootstrap.js";
export { holm } from "./holm.js";
export { normalCdf, normalQuantile } from "./normal.js";
export { bcaRatioInterval, ratioInfluence, ratioOfMeans, resampledRatios } from "./ratio.js";
export { raiseDeviations, simultaneousFactor, standardErrorOf } from "./simultaneous.js";
