/** The samples of a study, wherever they come from. */

export { benchmarkData } from "./benchmarkData.js";
export { type CombinedParts, combinedData, idOfFile } from "./combinedData.js";
export {
  type DataOptions,
  DEFAULT_SIZES,
  demandSamples,
  type SplitSizes,
  type StudyData,
  type StudySample,
} from "./data.js";
export { type EmbeddedDataOptions, embeddedData } from "./embeddedData.js";
export { type LlavaInstructDataOptions, llavaInstruct } from "./llavaInstructData.js";
export { samplesData } from "./samplesData.js";
