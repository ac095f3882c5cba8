export { gelu, siluGate } from "./activation.js";
export { advance } from "./advance.js";
export { attention, attentionRows, type KeyPolicy, MASKED } from "./attention.js";
export { concatRows, gatherRows } from "./gather.js";
export { mergeHeads, sliceHeads, splitHeads } from "./heads.js";
export { add, type LinearParameters, linear, reshape } from "./linear.js";
export { rmsNorm } from "./rmsNorm.js";
export { disposeRotary, inverseFrequencies, type Rotary, rotaryFromAngles, rotate } from "./rotary.js";
export { planSegments, type SegmentPlan, segmentAttention } from "./segments.js";
