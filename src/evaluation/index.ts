export {
  type Certificate,
  type CertificateOptions,
  certificate,
  changedCounts,
  costOfChange,
  demandStep,
  type MarginalChange,
} from "./certificate.js";
export { type AnswerRows, answerRows, type Divergence, measureDivergence } from "./divergence.js";
export { evaluateCounts } from "./evaluateCounts.js";
export { type GenerateOptions, generate } from "./generate.js";
export { type PixelValues, pixelDigest, readPixels, type StoredPixels } from "./pixels.js";
export { type EncodedSampleLike, type PreparedSample, type PreparedSamples, prepareSamples } from "./preparedSample.js";
export { type EncodedPromptLike, type RunSample, splitPlaces } from "./promptBatch.js";
export { firstStage, keptPlaces, rowsOf, runLayer, type Stage, stackHidden } from "./prunedRun.js";
export { heldSamples, preparedBytes, type SampleSource, StreamedSamples, samplesThatFit } from "./sampleSource.js";
export { type CountsOf, type Evaluation, evaluateShared, type SharedEvaluation } from "./sharedPrefix.js";
export { survival } from "./survival.js";
