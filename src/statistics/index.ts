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
export { type Discordance, hedgesCorrection, type PairedEffect, pairedEffectSize } from "./effectSize.js";
export { holm } from "./holm.js";
export { normalCdf, normalQuantile } from "./normal.js";
export { detectableEffect, type PowerOptions, pairedPower, samplesForPower } from "./power.js";
export { bcaRatioInterval, ratioInfluence, ratioOfMeans, resampledRatios } from "./ratio.js";
export {
  exactSignFlip,
  farFlips,
  flippedPValue,
  flipsAreFew,
  type SignFlipOptions,
  signFlipTest,
} from "./signFlip.js";
export { raiseDeviations, simultaneousFactor, standardErrorOf } from "./simultaneous.js";
export { type StandardisedSize, standardisedSize, USUAL_POWER } from "./standardisedSize.js";
export { studentTCritical, studentTSurvival } from "./studentT.js";
