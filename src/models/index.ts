export {
  type AttentionMask,
  add,
  attentionRows,
  denseMask,
  gatherRows,
  gelu,
  type KeyPolicy,
  layerNorm,
  linear,
  MASKED,
  reshape,
  type Span,
} from "./blocks/index.js";
export { type CausalMaskOptions, causalMask } from "./causalMask.js";
export { Gemma3 } from "./gemma3/index.js";
export { layoutFrom, otherTokens, slotsOf } from "./layout.js";
export { Llava } from "./llava/index.js";
export { buildModel, type LoadedModel, type LoadOptions, loadModel, type PlannedModel, planModel } from "./load.js";
export { estimateMemory, type MemoryEstimate, peakMemory, type SizedModel } from "./memory.js";
export type {
  GridThw,
  KeyValues,
  LayerInput,
  LayerOutput,
  LayerProbe,
  LayoutRotary,
  Positions,
  TokenLayout,
  VisionLanguageModel,
} from "./model.js";
export { isPacked, type PackedLayout, packLayout, packLike } from "./packing.js";
export { Parameters, type ParametersOptions, type Residency, type WeightSource } from "./parameters.js";
export { compareWithReference, type ParityReport, type ParityRow, type ParityTolerances } from "./parity.js";
export { PooledModel, type TokenGrid } from "./pooledModel.js";
export { Qwen25Vl } from "./qwen2_5_vl/index.js";
export { chooseResidency, USUAL_TOKENS, WEIGHT_CHOICES, type WeightChoice } from "./residency.js";
